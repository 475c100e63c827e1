"""Cuts a text into sentences short enough for a model, and takes links out before one sees them. Pure.

The library's own splitter wants to download a model; and tokenizers spoil links (an underscore becomes a space).
"""

import re

from templates_i18n.freetext.facts import LINK

#: characters of one piece; models know a few hundred positions and cut the rest in silence
LONGEST = 120
_END = re.compile(r"(?<=[。！？!?।။។])\s*|(?<=[.])\s+|\n+")
_BREATH = re.compile(r"(?<=[、，,;；:：])\s*|\s+")


def split(text: str) -> list[str]:
    """Sentences in their order; a long one is cut where one breathes, and one without breath anywhere."""
    return [piece for sentence in _END.split(text) if sentence.strip() for piece in _short(sentence.strip())]


def _short(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    pieces, current = [], ""
    for part in _BREATH.split(sentence):
        for bit in (part[at : at + LONGEST] for at in range(0, len(part), LONGEST)):
            if current and len(current) + len(bit) + 1 > LONGEST:
                pieces.append(current)
                current = bit
            else:
                current = f"{current} {bit}" if current and current[-1].isascii() else current + bit
    return [*pieces, current] if current else pieces


def without_links(text: str) -> tuple[str, list[str]]:
    """The text without its links, and the links: they are put back as they were."""
    links = LINK.findall(text)
    return " ".join(LINK.sub(" ", text).split()), links


def with_links(text: str, links: list[str]) -> str:
    """The opposite: links stand at the end."""
    return " ".join([text, *links]).strip()
