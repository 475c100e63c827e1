"""The file in which municipalities give each other cases: JSON, without a person, read with distrust. Pure.

Whatever is not of this shape is refused with its place in the file; a file is taken whole or not at all.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from cases import case, facts
from cases.case import Case, Content, LifeStage, Section
from cases.facts import Facts, WrongFacts

FORMAT: Final = "tomoshibi-cases"
VERSION: Final = 1
MAX_BYTES: Final = 5_000_000
MAX_CASES: Final = 1000
_MOST_TOLD: Final = 50
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_TOP: Final = frozenset({"format", "version", "cases"})
_FIELDS: Final = frozenset({"key", "municipality", "hazard", "happened_on", "places", "languages", "stages", "texts"})
_OPTIONAL: Final = frozenset({"facts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A case out of a file."""

    key: str
    municipality: str
    content: Content
    facts: Facts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a file is not taken."""

    #: such as "case 3, helped"
    where: str
    #: a key of the words of the pages
    key: str
    text: str


class _Bad(Exception):
    """The file goes no further."""

    def __init__(self, where: str, key: str, text: str) -> None:
        super().__init__(text)
        self.refused = Refused(where=where, key=key, text=text)


def write(cases: Sequence[Case]) -> str | Refused:
    """The file of some cases, without numbers of a database and writers. Refused where nobody could take it."""
    document = {"format": FORMAT, "version": VERSION, "cases": [to_json(one) for one in cases]}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if len(cases) > MAX_CASES or len(text.encode()) > MAX_BYTES:
        most = f"at most {MAX_CASES} cases and {MAX_BYTES // 1_000_000} MB fit into one file; choose a hazard"
        return Refused(where="file", key="too_many", text=most)
    return text


def to_json(one: Case) -> dict[str, object]:
    """One case of a file."""
    content = one.content
    return {
        "key": one.key,
        "municipality": one.municipality,
        "hazard": content.hazard.value,
        "happened_on": content.happened_on.isoformat(),
        "places": list(content.places),
        "languages": list(content.languages),
        "stages": [stage.value for stage in content.stages],
        "texts": {section.value: content.text(section) for section in Section},
        "facts": facts.to_json(one.facts) if one.facts else None,
    }


def read(data: bytes, places: PlaceTable) -> tuple[Shared, ...] | tuple[Refused, ...]:
    """The cases of a file, or everything that is wrong with it (the first fifty)."""
    try:
        rows = _rows(data)
    except _Bad as bad:
        return (bad.refused,)
    found: list[Shared] = []
    wrong: list[Refused] = []
    for number, row in enumerate(rows, start=1):
        try:
            one = _shared(row, f"case {number}")
        except _Bad as bad:
            wrong.append(bad.refused)
            continue
        found.append(one)
        wrong += _checked(one, f"case {number}", places)
    wrong += _repeated(found)
    return tuple(wrong[:_MOST_TOLD]) if wrong else tuple(found)


def _rows(data: bytes) -> list[Any]:
    if len(data) > MAX_BYTES:
        raise _Bad("file", "too_big", f"expected at most {MAX_BYTES // 1_000_000} MB")
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _Bad("file", "no_json", "expected JSON in UTF-8") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _Bad("file", "no_format", f'expected a file of cases: {{"format": "{FORMAT}", …}}')
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        raise _Bad("version", "version", f"expected {VERSION}, found {case.shown(str(version))}; ask for an older file")
    if set(document) != _TOP:
        raise _Bad("file", "fields", f"expected the fields {', '.join(sorted(_TOP))}")
    rows = document["cases"]
    if not isinstance(rows, list) or len(rows) > MAX_CASES:
        raise _Bad("cases", "cases", f"expected a list of at most {MAX_CASES} cases")
    return rows


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _shared(row: Any, where: str) -> Shared:
    if not isinstance(row, dict):
        raise _Bad(where, "fields", "expected an object")
    if missing := sorted(_FIELDS - set(row)):
        raise _Bad(f"{where}, {missing[0]}", "field_missing", "missing")
    if strange := sorted(set(row) - _FIELDS - _OPTIONAL):
        raise _Bad(f"{where}, {case.shown(strange[0])}", "field_unknown", "unknown field; nothing else is taken")
    key = _string(row, "key", where)
    if not _KEY.fullmatch(key):
        raise _Bad(f"{where}, key", "key", "expected 32 characters 0-9 a-f")
    return Shared(
        key=key,
        municipality=_string(row, "municipality", where),
        content=Content(
            hazard=_hazard(_string(row, "hazard", where), where),
            happened_on=_day(_string(row, "happened_on", where), where),
            places=_strings(row, "places", where),
            languages=_strings(row, "languages", where),
            stages=_stages(_strings(row, "stages", where), where),
            texts=_texts(row["texts"], where),
        ),
        facts=_facts(row.get("facts"), where),
    )


def _string(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise _Bad(f"{where}, {name}", "text", "expected text")
    return value


def _strings(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = row[name]
    if not isinstance(value, list) or len(value) > case.MOST_PLACES or not all(isinstance(one, str) for one in value):
        raise _Bad(f"{where}, {name}", "list", f"expected a list of at most {case.MOST_PLACES} texts")
    if len(set(value)) != len(value):
        raise _Bad(f"{where}, {name}", "list", "something stands there twice")
    return tuple(value)


def _hazard(value: str, where: str) -> Hazard:
    try:
        return Hazard(value)
    except ValueError:
        raise _Bad(f"{where}, hazard", "hazard", f"{case.shown(value)}: expected a hazard such as flood") from None


def _day(value: str, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _Bad(f"{where}, happened_on", "bad_day", f"{case.shown(value)}: expected a day, 2026-11-23") from None


def _stages(values: tuple[str, ...], where: str) -> tuple[LifeStage, ...]:
    for value in values:
        if value not in set(LifeStage):
            known = ", ".join(LifeStage)
            raise _Bad(f"{where}, stages", "stage", f"{case.shown(value)}: expected some of {known}")
    return tuple(stage for stage in LifeStage if stage in values)


def _texts(value: Any, where: str) -> dict[Section, str]:
    if not isinstance(value, dict) or set(value) - set(Section):
        raise _Bad(f"{where}, texts", "fields", f"expected an object with {', '.join(Section)}")
    found: dict[Section, str] = {}
    for name, text in value.items():
        if not isinstance(text, str):
            raise _Bad(f"{where}, {name}", "text", "expected text")
        found[Section(name)] = case.cleaned(text)
    return found


def _facts(value: Any, where: str) -> Facts | None:
    if value is None:
        return None
    match facts.from_json(value):
        case Facts() as found:
            return found
        case WrongFacts(field=name, text=text):
            raise _Bad(f"{where}, {name}", "facts", text)


def _checked(one: Shared, where: str, places: PlaceTable) -> Iterator[Refused]:
    if places.place(one.municipality) is None:
        text = f"{case.shown(one.municipality)}: no municipality has this code"
        yield Refused(where=f"{where}, municipality", key="unknown_place", text=text)
    for wrong in case.check_complete(one.content, places):
        yield Refused(where=f"{where}, {wrong.field}", key=wrong.key, text=wrong.text)


def _repeated(found: Iterable[Shared]) -> Iterator[Refused]:
    seen: set[str] = set()
    for one in found:
        if one.key in seen:
            yield Refused(where=f"key {one.key}", key="twice", text="stands in the file twice")
        seen.add(one.key)
