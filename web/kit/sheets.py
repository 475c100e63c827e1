"""What is printed: the sentences of every language, and the QR code of a municipality. The only door to segno."""

import functools
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import segno
from markupsafe import Markup

from subscribers.languages import TAGS

#: slips on one A4 sheet
SLIPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One language of the kit."""

    tag: str
    #: disaster warnings by SMS, in your language
    what: str
    #: free, no papers
    free: str
    #: scan to register
    scan: str


@functools.cache
def sentences() -> Mapping[str, Said]:
    """Every language of the service, in its order. KeyError naming the one without sentences."""
    table = tomllib.loads(resources.files("web.kit").joinpath("sentences.toml").read_text(encoding="utf-8"))
    return {tag: Said(tag=tag, **table[tag]) for tag in TAGS}


def address(public_url: str, code: str) -> str:
    """Where the QR code leads: the page to register, told which municipality's poster it was."""
    return f"{public_url}/join?m={code}"


@functools.lru_cache(maxsize=64)
def qr(text: str) -> Markup:
    """The code as an SVG that fills its box; level Q: it survives a quarter of dirt."""
    out = io.BytesIO()
    made = segno.make_qr(text, error="q", boost_error=False)
    made.save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, nl=False, svgclass="qr", lineclass=None
    )
    return Markup(out.getvalue().decode())
