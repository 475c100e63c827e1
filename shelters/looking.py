"""Looks for sites of a list by what people call them: name, reading, or name in Latin letters. Pure."""

import functools
import re
from collections.abc import Iterable

from shelters import latin, site
from shelters.site import Site


def matching(sites: Iterable[Site], words: str) -> tuple[Site, ...]:
    """Those that are called so, in their order; all where nothing is looked for.

    Width, case, blanks and dashes make no difference, nor does katakana for hiragana.
    """
    asked = _folded(words)
    # A name is only spelt in Latin letters for those who look for some: that costs most.
    letters = re.search("[a-z]", asked) is not None
    return tuple(one for one in sites if _is_called(one, asked, letters=letters))


def _is_called(one: Site, asked: str, *, letters: bool) -> bool:
    entry = one.entry
    if any(asked in _folded(text) for text in (entry.name, entry.kana, entry.english)):
        return True
    return letters and asked in _spelt(entry.name, entry.kana, entry.english)


@functools.lru_cache(maxsize=8192)  # each search of a list looks through all of it
def _spelt(name: str, kana: str, english: str) -> str:
    return _folded(latin.name(name, kana, english))


@functools.lru_cache(maxsize=16384)
def _folded(text: str) -> str:
    return site.squeezed(latin.hiragana(text))
