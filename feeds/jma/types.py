"""Which telegram types there are, by file name and Control/Title; read from `types.toml`."""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

#: anywhere in a name, and overlapping: "review12_VXSE53" holds two, and only one of them is a type
_TYPE = re.compile(r"(?=(V[A-Z]{3}[0-9I]{2}))", re.IGNORECASE)
_FLOOD = re.compile(r"VXKO[0-9]{2}")
#: characters that nobody sees: zero-width spaces and joiners, direction marks, byte order mark
_UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a type's telegrams look like inside; every condition that is given must hold (see `shapes`)."""

    #: the body's namespace: seismology1, volcanology1, meteorology1
    scheme: str
    #: Head/InfoKind
    info_kind: str
    #: how Head/InfoKindVersion begins, such as 1.5
    version: str = ""
    #: paths of elements below Body that must be there
    has: tuple[str, ...] = ()
    #: the only Kind/Code that may stand in the body, and at least one of them does
    kinds: frozenset[str] = frozenset()
    #: the only InfoSerial/Code that may stand in the body
    serials: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramType:
    """One type, such as VXSE53: its Control/Title, and its reader's family or the reason it is not read."""

    code: str
    title: str
    family: str
    reason: str
    #: None where the type cannot be told by its body
    shape: Shape | None = None
    #: of a type that is read: why a telegram of it may hold no warning
    nothing: str = ""


def plain(text: str) -> str:
    """Full-width digits, letters and spaces made plain (NFKC), what nobody sees left out: JMA writes both widths."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_UNSEEN))
    return text.strip()


@functools.cache
def table() -> Mapping[str, TelegramType]:
    """All known types by code."""
    text = resources.files("feeds.jma").joinpath("types.toml").read_text(encoding="utf-8")
    return {
        code: TelegramType(
            code=code,
            title=plain(row["title"]),
            family=row.get("family", ""),
            reason=row.get("reason", ""),
            shape=_shape(row["shape"]) if "shape" in row else None,
            nothing=row.get("nothing", ""),
        )
        for code, row in tomllib.loads(text).items()
    }


def _shape(row: Mapping[str, Any]) -> Shape:
    return Shape(
        scheme=row["scheme"],
        info_kind=plain(row["info_kind"]),
        version=row.get("version", ""),
        has=tuple(row.get("has", ())),
        kinds=frozenset(row.get("kinds", ())),
        serials=frozenset(row.get("serials", ())),
    )


@functools.cache
def _by_title() -> Mapping[str, TelegramType]:
    return {kind.title: kind for kind in reversed(list(table().values()))}


def code_in(file_name: str) -> str:
    """The type code anywhere in a file name, in its usual spelling; empty if there is none.

    Of several that look like one, the first that is known.

    River floods carry a number of their own, VXKO50 to VXKO89.
    """
    codes = [found.group(1).upper().replace("II", "ii") for found in _TYPE.finditer(file_name)]
    return next((code for code in codes if of(code) is not None), codes[0] if codes else "")


def of(code: str) -> TelegramType | None:
    """The type of a code; VXKO50 to VXKO89 are one, VXKOii. None for a code that stands in no table."""
    return table().get("VXKOii" if _FLOOD.fullmatch(code) else code)


def by_title(title: str) -> TelegramType | None:
    """The type of a Control/Title; None if no type bears it."""
    return _by_title().get(plain(title))


def titled(title: str) -> list[TelegramType]:
    """Every type of a Control/Title: 南海トラフ地震関連解説情報 comes under two."""
    return [kind for kind in table().values() if kind.title == plain(title)]


def is_read(code: str) -> bool:
    """Whether a reader takes this type."""
    found = of(code)
    return found is not None and bool(found.family)
