"""The days that `simulate` can play: when they begin, their telegrams, and where their residents live."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service import sample_residents, scenario
from service.nights import great_earthquake, typhoon
from service.nights.issued import Issued
from service.scenario import Further, Step

_SEED = 1
#: telegrams of so many minutes are shown together
_TOGETHER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One day."""

    start: datetime
    steps: Callable[[], list[Step]]
    #: municipality -> share of the residents
    homes: Mapping[str, int]
    #: when a lesson is due in the first of the homes, if one is
    lesson_at: datetime | None = None


def steps(night: Sequence[Issued], together: timedelta = _TOGETHER) -> list[Step]:
    """A made-up night as steps: what shows up within some minutes comes together."""
    found: list[Step] = []
    rest = list(night)
    while rest:
        until = rest[0].published + together
        part = [one for one in rest if one.published < until]
        rest = rest[len(part) :]
        first = part[0]
        found.append(
            Step(
                at=part[-1].published,
                story=f"{len(part)} telegrams: {', '.join(sorted({one.code for one in part}))}",
                code=first.code,
                raw=first.raw,
                further=tuple(Further(code=one.code, raw=one.raw, at=one.sent) for one in part[1:]),
            )
        )
    return found


SCENARIOS: Mapping[str, Scenario] = {
    "noto": Scenario(
        start=scenario.START,
        steps=scenario.disaster_day,
        homes=sample_residents.PLACES,
        lesson_at=scenario.START + timedelta(hours=17.3),
    ),
    "typhoon-night": Scenario(
        start=typhoon.START - timedelta(hours=2),
        steps=lambda: steps(typhoon.night(_SEED)),
        homes=sample_residents.NATION,
    ),
    "great-earthquake": Scenario(
        start=great_earthquake.START,
        steps=lambda: steps(great_earthquake.day(_SEED)),
        homes=sample_residents.NATION,
    ),
}
