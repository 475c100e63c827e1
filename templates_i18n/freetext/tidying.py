"""Brings harmless variants of signs into the one form that texts have: quotes, dashes, wide letters, odd spaces. Pure.

What is hidden or turns the direction of a text stays: the gates name it, and a person takes it out.
"""

import unicodedata

from templates_i18n import characters

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
_PLAIN = {ord(char): " " if plain == "space" else plain for char, plain in characters.LOOK_ALIKES.items()}


def tidy(text: str) -> str:
    """One line, composed, with ASCII quotes, dashes, digits and Latin letters."""
    plain = unicodedata.normalize("NFC", text).translate(_WIDE).translate(_PLAIN)
    return " ".join(plain.split())
