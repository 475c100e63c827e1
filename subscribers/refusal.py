"""Why something a person wrote was not taken, in English and Japanese. A value: bad input is an expected outcome."""

import re
import unicodedata
from dataclasses import dataclass

#: Longest piece of a cell that a reason repeats.
_SHOWN = 40
#: Eight or more digits, however they are written, may be somebody's number: more than any code has.
_LIKE_A_NUMBER = re.compile(r"\+?(?:\d[-\s().]*){8,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One value was not taken."""

    #: What is wrong and what to do, for the person who made the file; without any phone number.
    reason: str
    #: the same in Japanese
    ja: str

    @property
    def both(self) -> str:
        """In both languages, as the interface gives a reason."""
        return f"{self.reason} / {self.ja}"


def quoted(text: str) -> str:
    """A cell as a reason may show it: one short line in quotes, anything like a phone number masked."""
    plain = "".join(" " if _is_control(char) else char for char in unicodedata.normalize("NFKC", text))
    masked = _LIKE_A_NUMBER.sub("•••", " ".join(plain.split()))
    return f"“{masked[:_SHOWN]}…”" if len(masked) > _SHOWN else f"“{masked}”"


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")
