"""Municipality codes as people and spreadsheets write them.

Owns check digits and lost zeros; refuses a six-digit code whose check digit is wrong.
"""

import unicodedata
from collections.abc import Container, Mapping

from alerts.places.place import Place

_WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(code: str) -> str:
    """The sixth digit of a five-digit municipality code (JIS X 0402, modulus 11)."""
    total = sum(int(digit) * weight for digit, weight in zip(code, _WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


class CodeReader:
    """Reads written codes against the places that exist."""

    def __init__(
        self,
        *,
        places: Mapping[str, Place],
        known: Container[str],
        superseded: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`known`: the seven-digit codes in use; `superseded`: old ones and what they meant."""
        self._places = places
        self._known = known
        self._superseded = superseded

    def readings(self, text: str) -> tuple[str, ...]:
        """Five-digit codes of the present places a text can mean, likeliest first."""
        digits = "".join(unicodedata.normalize("NFKC", text).split())
        if not (digits.isascii() and digits.isdigit()):
            return ()
        match len(digits):
            case 4:
                found = [self._five("0" + digits)]
            case 5:
                found = [self._five(digits), self._six("0" + digits)]
            case 6:
                found = [self._six(digits), self._seven_without_zero(digits)]
            case 7:
                found = [self._seven(digits)]
            case _:
                found = []
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def _five(self, code: str) -> str | None:
        if code in self._places:
            return code
        return self._successor(code + "00")

    def _six(self, code: str) -> str | None:
        return self._five(code[:5]) if check_digit(code[:5]) == code[5] else None

    def _seven(self, code: str) -> str | None:
        if code[:5] in self._places and (code in self._known or code.endswith("00")):
            return code[:5]
        return self._successor(code)

    def _seven_without_zero(self, digits: str) -> str | None:
        # A five-digit code with a wrong check digit must not pass for another place's code.
        return None if self._five(digits[:5]) else self._seven("0" + digits)

    def _successor(self, code: str) -> str | None:
        """What a superseded code became; if divided among wards, their one city."""
        places = self._superseded.get(code, ())
        if len(places) == 1:
            return places[0]
        cities = {self._places[place].parent or place for place in places}
        return cities.pop() if len(cities) == 1 else None
