"""Reports and changes as JSON and back, for the rows that keep them. Times are RFC 3339 UTC."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from alerts.changes import Cause, PlaceChange
from alerts.report import AreaReport, AreaScheme, Facts, HeightWord, Report, SeaState, Spot
from alerts.vocabulary import NONE, Hazard, InfoType, Status, Topic

#: what most places have
_NOTHING = Facts()


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _from_time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _required_time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Only what is said; an empty object for nothing."""
    if facts is _NOTHING or facts == _NOTHING:
        return {}
    row = {
        "height": facts.height,
        "over": facts.over or None,
        "height_word": facts.height_word,
        "arrival": _time(facts.arrival),
        "arriving": facts.arriving or None,
        "sea": None if facts.sea is SeaState.UNSAID else facts.sea,
        "volcano": facts.volcano,
        "river": facts.river,
        "start": _time(facts.start),
        "until": _time(facts.until),
        "day": facts.day.isoformat() if facts.day else None,
        "expected": facts.expected or None,
        "topic": facts.topic,
        "spot": {"ja": facts.spot.ja, "latin": facts.spot.latin, "kana": facts.spot.kana} if facts.spot else None,
        "words": dict(facts.words) or None,
        "eased": facts.eased or None,
    }
    return {key: value for key, value in row.items() if value is not None}


def facts_to_text(facts: Facts) -> str:
    """The same as one JSON document, as rows keep it."""
    return json.dumps(facts_to_json(facts), ensure_ascii=False, separators=(",", ":"))


def facts_from_text(text: str) -> Facts:
    """The opposite of `facts_to_text`."""
    return _NOTHING if text == "{}" else facts_from_json(json.loads(text))


def facts_from_json(row: Mapping[str, Any]) -> Facts:
    """The opposite of `facts_to_json`."""
    if not row:
        return _NOTHING
    word = row.get("height_word")
    return Facts(
        height=row.get("height"),
        over=bool(row.get("over")),
        height_word=HeightWord(word) if word else None,
        arrival=_from_time(row.get("arrival")),
        arriving=bool(row.get("arriving")),
        sea=SeaState(row.get("sea", SeaState.UNSAID)),
        volcano=row.get("volcano"),
        river=row.get("river"),
        start=_from_time(row.get("start")),
        until=_from_time(row.get("until")),
        day=date.fromisoformat(row["day"]) if row.get("day") else None,
        expected=bool(row.get("expected")),
        topic=Topic(row["topic"]) if row.get("topic") else None,
        spot=Spot(**row["spot"]) if row.get("spot") else None,
        words=tuple(sorted(row.get("words", {}).items())),
        eased=bool(row.get("eased")),
    )


def change_to_json(change: PlaceChange) -> dict[str, Any]:
    """A change without its place, which is the key it is kept under."""
    return {
        "before": change.before,
        "after": change.after,
        "cause": change.cause,
        "higher": change.higher,
        "eased": change.eased,
        "issued": _time(change.issued),
        "facts": facts_to_json(change.facts),
    }


def change_from_json(place: str, row: Mapping[str, Any]) -> PlaceChange:
    """The opposite of `change_to_json`."""
    return PlaceChange(
        place=place,
        before=row["before"],
        after=row["after"],
        cause=Cause(row["cause"]),
        facts=facts_from_json(row["facts"]),
        higher=bool(row["higher"]),
        eased=bool(row.get("eased")),
        issued=_required_time(row["issued"]),
    )


def report_to_text(report: Report) -> str:
    """The whole report as one JSON document."""
    areas = [[area.scheme, area.code, area.grade, area.lifted, facts_to_json(area.facts)] for area in report.areas]
    return json.dumps(
        {
            "digest": report.digest,
            "type": report.type,
            "status": report.status,
            "info_type": report.info_type,
            "hazard": report.hazard,
            "sent": _time(report.sent),
            "issued": _time(report.issued),
            "lineage": report.lineage,
            "areas": areas,
            "valid_until": _time(report.valid_until),
            "origin": _time(report.origin),
            "unit": report.unit,
            "at_large": report.at_large,
            **({"only_for": report.only_for} if report.only_for else {}),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def report_from_text(text: str) -> Report:
    """The opposite of `report_to_text`."""
    row = json.loads(text)
    return Report(
        digest=row["digest"],
        type=row["type"],
        status=Status(row["status"]),
        info_type=InfoType(row["info_type"]),
        hazard=Hazard(row["hazard"]),
        sent=_required_time(row["sent"]),
        issued=_required_time(row["issued"]),
        lineage=tuple(row["lineage"]),
        areas=tuple(
            AreaReport(scheme=AreaScheme(s), code=c, grade=g, lifted=x, facts=facts_from_json(f))
            for s, c, g, x, f in row["areas"]
        ),
        valid_until=_from_time(row["valid_until"]),
        origin=_from_time(row["origin"]),
        unit=row.get("unit", ""),
        at_large=row.get("at_large", NONE),
        only_for=tuple(row.get("only_for", ())),
    )
