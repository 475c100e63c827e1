"""What somebody plans: which lessons, for whom, when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from campaigns.calendar import Every, OnHoliday, Rhythm, Timing
from campaigns.daylight import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """For whom: people who take lessons in these places, and of them those who fit. An empty tuple stands for all."""

    #: municipalities or wards; a city's people are those registered under it and under its wards
    places: tuple[str, ...]
    languages: tuple[str, ...] = ()
    #: of the registrations of the municipality that plans
    groups: tuple[str, ...] = ()
    #: people who told us one of these, and everybody in places that have one
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One campaign as it is wanted. A series goes through its lessons in order, and round again."""

    name: str
    lessons: tuple[str, ...]
    audience: Audience
    timing: Timing

    def lesson(self, number: int) -> str:
        """The lesson of the n-th time, from 0."""
        return self.lessons[number % len(self.lessons)]


def to_json(plan: Plan) -> dict[str, Any]:
    """For the row that keeps it, and for the log of changes."""
    timing, audience = plan.timing, plan.audience
    return {
        "name": plan.name,
        "lessons": list(plan.lessons),
        "places": list(audience.places),
        "languages": list(audience.languages),
        "groups": list(audience.groups),
        "tags": list(audience.tags),
        "start": timing.start.isoformat(),
        "every": timing.rhythm.every,
        "step": timing.rhythm.step,
        "after": list(timing.rhythm.after),
        "opens": timing.window.opens.isoformat("minutes"),
        "closes": timing.window.closes.isoformat("minutes"),
        "on_holiday": timing.on_holiday,
        "times": timing.times,
        "end": timing.end.isoformat() if timing.end else None,
    }


def from_json(row: Mapping[str, Any]) -> Plan:
    """The opposite of `to_json`."""
    return Plan(
        name=row["name"],
        lessons=tuple(row["lessons"]),
        audience=Audience(
            places=tuple(row["places"]),
            languages=tuple(row["languages"]),
            groups=tuple(row["groups"]),
            tags=tuple(row.get("tags", ())),
        ),
        timing=Timing(
            start=date.fromisoformat(row["start"]),
            rhythm=Rhythm(every=Every(row["every"]), step=row["step"], after=tuple(row["after"])),
            window=Window(opens=time.fromisoformat(row["opens"]), closes=time.fromisoformat(row["closes"])),
            on_holiday=OnHoliday(row["on_holiday"]),
            times=row["times"],
            end=date.fromisoformat(row["end"]) if row["end"] else None,
        ),
    )
