"""Sentences about registering by SMS, in eighteen languages: `sentences.toml`. Pure, but for reading that file once."""

import functools
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib import resources


class Sentence(StrEnum):
    """What can be said."""

    KNOWN = "known"  #: behind a code: registered already
    UNKNOWN = "unknown"  #: instead of a code: not registered
    LEAVE = "leave"  #: in the welcome: how to change or stop by the page
    JOIN_PLACE = "join_place"  #: by SMS: which place?
    JOIN_CONSENT = "join_consent"  #: by SMS: what is kept, and reply YES
    PROVIDER = "provider"  #: inside the one above: through whose hands SMS goes


def line(tag: str, sentence: Sentence, **values: str) -> str:
    """The words in one language. KeyError for a language that is not there."""
    return table()[tag][sentence].format_map(values)


@functools.cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Language -> sentence -> words."""
    text = resources.files("delivery.joining").joinpath("sentences.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
