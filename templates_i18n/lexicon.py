"""How each language says up, away, not, now: what a program looks for in a sentence that it cannot read.

Owns the files of `lexicon/`. They serve the gates alone; no text is made of them.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources

#: by word, such as "up"; looked for in small letters
Lexicon = Mapping[str, re.Pattern[str]]


@functools.cache
def of(tag: str) -> Lexicon | None:
    """The words of a language; None if nobody has written them down. ValueError where a file cannot be read."""
    file = resources.files("templates_i18n").joinpath("lexicon", f"{tag}.toml")
    if not file.is_file():
        return None
    try:
        return parse(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"lexicon/{tag}.toml: {error}") from error


def parse(table: Mapping[str, object]) -> Lexicon:
    """The value of a parsed file. ValueError, naming the word, for what is no regular expression."""
    found = {}
    for word, value in table.items():
        try:
            found[word] = re.compile(value) if isinstance(value, str) and value else None
        except re.error as error:
            raise ValueError(f"{word}: expected a regular expression: {error}") from error
        if found[word] is None:
            raise ValueError(f"{word}: expected words in quotes, found {value!r}")
    return {word: pattern for word, pattern in found.items() if pattern is not None}
