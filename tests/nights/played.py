"""A night through the real stages: SQLite, the deciding transaction, planning, sending to the simulated network."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from alerts import places, store
from delivery import decider
from feeds import store as telegrams
from feeds.telegrams import pack
from service.nights.issued import Issued
from storage import database
from tests.conftest import FakeClock
from tests.delivery.builders import a_person, a_service
from tests.nights import reference as slow
from tests.nights.reference import Person, Reference

TABLE = places.load()
#: between two places; a grade may end with a plus
_NEXT = re.compile(r"\+(?=\d{5}=)")


def polls(night: Sequence[Issued], chance: random.Random, outage: timedelta) -> Iterator[tuple[datetime, list[Issued]]]:
    """What each poll finds: every some minutes, and once nothing for the length of an outage."""
    start, end = night[0].published, night[-1].published
    dark = start + (end - start) * chance.uniform(0.3, 0.6)
    at, rest = start, list(night)
    while rest:
        at += timedelta(minutes=chance.uniform(1, 12))
        if dark <= at < dark + outage:
            at = dark + outage
        found = [one for one in rest if one.published <= at]
        rest = rest[len(found) :]
        if found:
            yield at, found


def somebody(chance: random.Random, night: Sequence[Issued], count: int) -> list[Person]:
    """People where something happens, some with several places, some who want less."""
    home = sorted({place for one in night for word in one.words for place in slow.places_of(one.code, word)})
    return [
        Person(
            index=index,
            places=tuple(chance.sample(home, chance.choice([1, 1, 1, 2, 3]))),
            min_level=chance.choice(["L2", "L3", "L3", "L4"]),
        )
        for index in range(count)
    ]


async def play(
    folder: Path,
    night: Sequence[Issued],
    people: Sequence[Person],
    chance: random.Random,
    outage: timedelta,
    every: int = 1,
) -> None:
    """Play a night poll by poll; the state after each (or after every so many, and the last), at the end every phone,
    are as the reference has them.
    """
    db = database.open(folder / "night.db")
    clock = FakeClock(night[0].published)
    service, reference = a_service(db, clock), Reference(people)
    for person in people:
        a_person(db, person.index, *person.places, min_level=person.min_level)
    try:
        number = 0
        for count, (at, found) in enumerate(polls(night, chance, outage), start=1):
            clock.now = max(clock.now, at)
            for one in found:
                number += 1
                raw = pack(one.raw, file_name=f"{number}_{one.code}.xml", received_at=clock.now)
                db.write_sync(telegrams.add_telegram, raw)
            batch = decider.read_all(db.read_sync(telegrams.pending, 10_000), TABLE)
            db.write_sync(decider.commit, batch, TABLE, clock.now)
            reference.take(found, clock.now)
            if count % every == 0:
                check_state(db, reference, clock.now)
            await service.run()
        check_state(db, reference, clock.now)
        check_texts(service, people)
    finally:
        db.close_sync()


def check_state(db: database.Database, reference: Reference, now: datetime) -> None:
    """What is in force; of two ids of one earthquake, which one names it depends on which came first."""
    rows = db.read_sync(store.everything_in_force, now)
    got = Counter((str(row.hazard), row.place, row.grade) for row in rows)
    expected = Counter((key.split()[0], key.split()[-1], grade) for key, grade in reference.everything().items())
    assert got == expected, f"too much {got - expected}, missing {expected - got}"


def check_texts(service, people: Sequence[Person]) -> None:  # type: ignore[no-untyped-def]  # Service of the builders
    from tests.delivery.builders import number

    for person in people:
        got = [_plain(text) for text in service.network.texts_of(number(person.index))]
        surplus, missing = Counter(got) - Counter(person.texts), Counter(person.texts) - Counter(got)
        assert not surplus and not missing, f"{person.index} {person.places}: too much {surplus}, missing {missing}"
    assert service.network.totals().told_twice == 0


def _plain(text: str) -> str:
    kind, hazard, where = text.split()[:3]
    return f"{kind} {hazard} {'+'.join(sorted(_NEXT.split(where)))}"
