"""What is known of models before any is installed: the data of `known.toml`. Pure."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Codes of languages at Argos, and models for tests."""

    #: our tag -> codes, the better one first
    codes: dict[str, tuple[str, ...]]
    #: codes for which models are published
    published: frozenset[str]
    #: SHA-256 of packages and of weights that are for tests only
    for_tests: frozenset[str]

    def has_models(self, tag: str) -> bool:
        """Whether anybody publishes a model of a language."""
        return any(code in self.published for code in self.codes.get(tag, ()))


@functools.cache
def load() -> Known:
    """The table of the package."""
    row = tomllib.loads(resources.files("templates_i18n.drafts").joinpath("known.toml").read_text(encoding="utf-8"))
    return Known(
        codes={tag: tuple(codes) for tag, codes in row["codes"].items()},
        published=frozenset(row["published"]["codes"]),
        for_tests=frozenset(digest for one in row["test"] for digest in (one["package"], one["weights"])),
    )
