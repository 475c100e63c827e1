"""The words of /join and /me in eighteen languages: `words.toml`."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

#: what the provider abroad says of its own handling of data
PROVIDER_PAGE = "https://www.twilio.com/legal/privacy"


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language of these pages."""

    table: Mapping[str, str]

    def __call__(self, key: str, **fields: object) -> str:
        """The words of a key. KeyError for an unknown one."""
        return self.table[key].format_map(fields)


@functools.cache
def fitting() -> Mapping[str, Mapping[str, str]]:
    """The words of what makes lessons fit, by language: heading, note, and each tag."""
    return tomllib.loads(resources.files("web.joining").joinpath("tags.toml").read_text(encoding="utf-8"))


@functools.cache
def load() -> Mapping[str, Tongue]:
    """All languages by tag, read once."""
    text = resources.files("web.joining").joinpath("words.toml").read_text(encoding="utf-8")
    return {tag: Tongue(table) for tag, table in tomllib.loads(text).items()}
