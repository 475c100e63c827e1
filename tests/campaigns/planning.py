"""Campaigns for the tests: plans, people who run them, looks of the clock."""

from datetime import UTC, date, datetime, time

from alerts import places
from alerts.japan import JST
from campaigns import deciding, due, own, runner, store
from campaigns.calendar import OnHoliday, Rhythm, Timing
from campaigns.daylight import Window
from campaigns.deciding import Office
from campaigns.plan import Audience, Plan
from campaigns.runner import Desk
from campaigns.telling import Teller
from delivery.byhand.signing import Person
from delivery.owntexts import texts
from delivery.owntexts.texts import New, Purpose
from templates_i18n import catalogue
from templates_i18n import lessons as lessons_words
from tests.delivery.builders import NOTO, SUZU, WAJIMA

PLACES = places.load()
OFFICE = Office(places=PLACES, lessons=("water",), alone=500)
AOI = Person(name="user:aoi", may=frozenset({WAJIMA, SUZU, NOTO}))
BRUNO = Person(name="user:bruno", may=frozenset({WAJIMA, SUZU, NOTO}))


def desk(per_month=4):
    return Desk(
        teller=Teller(book=lessons_words.load(), catalogue=catalogue.load()), places=PLACES, per_month=per_month
    )


def a_plan(*where, start, rhythm=None, times=None, end=None, on_holiday=OnHoliday.SEND, name="water", **audience):
    return Plan(
        name=name,
        lessons=("water",),
        audience=Audience(places=where or (WAJIMA,), **audience),
        timing=Timing(
            start=start,
            rhythm=rhythm or Rhythm(),
            window=Window(opens=time(10), closes=time(17)),
            on_holiday=on_holiday,
            times=times,
            end=end,
        ),
    )


def planned(db, plan, now, who=AOI, office=OFFICE):
    """A campaign that runs, or waits for a second person; its id."""
    made = db.write_sync(deciding.submit, plan, who, office, now)
    assert isinstance(made, deciding.Planned), made
    return made.id


def japan(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST).astimezone(UTC)


def signed_lesson(db, now, home=WAJIMA):
    """The key of a lesson of one's own in the three languages that it needs."""
    words = {
        "ja": "今日、家の水を数えてください。",
        "ja-Hira": "きょう、いえの みずを かぞえて ください。",
        "en": "Count the water in your home today.",
    }
    new = New(municipality=home, purpose=Purpose.LESSON, title="水", source_language="ja", source=words["ja"])
    identity = db.write_sync(texts.add, new, "user:aoi", now)
    for tag, text in words.items():
        db.write_sync(texts.write, identity, tag, text, "user:aoi", now)
        made = db.read_sync(texts.find, identity).words[tag]
        db.write_sync(texts.put_signature, identity, made, "user:aoi", (), now)
    return own.key(db.read_sync(texts.find, identity))


async def look(service, per_month=4):
    """What the clock does every second: see what is due, then the sender sends."""
    await runner.run_due(service.db, desk(per_month), service.clock())
    await service.send()


def lessons(db, identity=None):
    """(place, number, state) of every lesson of a campaign, or of all."""
    found = db.read_sync(store.latest, 1000)
    rows = [one for c in found if identity in (None, c.id) for one in db.read_sync(due.of_campaign, c.id)]
    return sorted((one.place, one.number, str(one.state)) for one in rows)
