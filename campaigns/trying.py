"""A lesson to oneself, before it goes to others: a few a day for each person, and an entry of the log for each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns import fitting, own, store
from campaigns.daylight import day_of
from campaigns.telling import Teller
from delivery import own_texts, priority
from delivery.broadcasts import Origin
from delivery.own_texts import OwnText
from delivery.writing import counted
from storage import times
from storage.connection import Connection
from subscribers import store as subscribers

#: texts that one person may send to themself within a day
MOST: Final = 20
_KEEP: Final = timedelta(hours=1)
_KIND: Final = "test"


def send(
    db: Connection,
    lessons: Sequence[str],
    language: str,
    number: tuple[str, bytes],
    teller: Teller,
    by: str,
    municipality: str,
    now: datetime,
) -> int:
    """Queue each lesson for one number, (hash, sealed); how many. 0 where that would be too many for a day.

    A number that has said STOP gets nothing: the outbox looks at the person.
    """
    tried = _tried(db, by, now)
    wanted = _concrete(lessons, language, municipality, teller, now)
    teller = own.speaking(db, teller, wanted)
    if tried + len(wanted) > MOST:
        return 0
    person = subscribers.ensure_operator(db, *number, now)
    for count, lesson in enumerate(wanted):
        wording = teller.write(lesson, language)
        text = OwnText(
            text=counted(wording.text, wording.language),
            people=[person],
            name=f"lesson test:{by}:{times.to_text(now)}:{count}",
            kind=_KIND,
            origin=Origin.LESSON,
            reason=f"{by} tries lesson {lesson}",
            priority=priority.SERVICE,
            keep=_KEEP,
        )
        own_texts.queue(db, text, teller.version, now)
        details = {"lesson": lesson, "language": language}
        store.log(db, 0, municipality, by, "lesson tried", now, details)
    return len(wanted)


def _concrete(lessons: Sequence[str], language: str, place: str, teller: Teller, now: datetime) -> tuple[str, ...]:
    """Each once; for what fits, what somebody of the place who told us nothing would get."""
    somebody = fitting.reader(language, [place], "", "")
    found = (fitting.lesson(one, somebody, day_of(now), (), teller.ids()) for one in lessons)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _tried(db: Connection, by: str, now: datetime) -> int:
    rows = db.execute(
        "SELECT count(*) AS n FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id"
        " WHERE b.origin = 'lesson' AND m.kind = 'test' AND m.created_at >= :since"
        " AND m.change_key LIKE :mine ESCAPE '!'",
        {"since": times.to_text(now - timedelta(days=1)), "mine": f"lesson test:{_plain(by)}:%"},
    )
    return rows[0].integer("n")


def _plain(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
