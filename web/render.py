"""From values to HTML: the templates of `pages/`, escaped always. Decides nothing."""

import functools
import re

import jinja2
from markupsafe import Markup, escape

from templates_i18n.catalogue import Catalogue
from web import sayings
from web.words import LANGUAGES, Words

#: a phone number should never come this far; if one does, it is masked (design, rule 10)
_NUMBER = re.compile(r"(?<![0-9A-Za-z.:/])(?:\+81|0081|0)[- ]?\d{1,2}[- ]?\d{3,4}[- ]?(\d{4})(?![0-9A-Za-z:/]|\.\d)")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("web", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["masked"] = masked
    environment.filters["said"] = said
    return environment


def masked(text: str) -> str:
    """Text of the database with anything like a phone number masked but for its last four digits."""
    return _NUMBER.sub(r"•••••\1", text)


@jinja2.pass_context
def said(context: jinja2.runtime.Context, text: str) -> Markup:
    """A sentence that the service keeps in English, in the page's language; what has no words there says what it is."""
    words = context["w"]
    here = sayings.say(words, text)
    if here is None and text.isascii() and words.language != "en":
        return Markup('<span lang="en">{}</span>').format(masked(text))
    return escape(masked(text if here is None else here))


def page(template: str, words: Words, /, **values: object) -> str:
    """One of the templates with its words."""
    return _environment().get_template(template).render(w=words, lang=words.language, languages=LANGUAGES, **values)


def resident(name: str, **values: object) -> str:
    """One of the residents' templates; their words come from the catalogue, as `s`."""
    return _environment().get_template(name).render(**values)


def language_name(catalogue: Catalogue, tag: str, language: str) -> str:
    """A language in its own words and in the page's: "မြန်မာ (Burmese)"."""
    names = [catalogue.names[part] for part in tag.split("+") if part in catalogue.names]
    if not names:
        return tag
    own = " + ".join(name.name for name in names)
    here = " + ".join(name.japanese if language == "ja" else name.english for name in names)
    return own if own == here else f"{own} ({here})"


def html_language(tag: str) -> str:
    """The lang attribute of a text; "mul" where it speaks more than one."""
    return "mul" if "+" in tag else tag
