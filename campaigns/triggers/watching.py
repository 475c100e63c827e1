"""Looks at what was decided and read since the last look, and at the date, and sets campaigns off.

Each alert and each telegram is looked at once: its number is kept in the transaction of what it led to. A campaign of a
rule, place and event is there once, by a unique key, so that a look that is broken off can be repeated.
"""

import json
import logging
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from alerts.places import Place, PlaceTable
from alerts.vocabulary import Hazard, Status
from campaigns import due, reaching, store
from campaigns.daylight import day_of
from campaigns.store import New, State
from campaigns.triggers import rules, sight, switches
from campaigns.triggers.rules import Rule
from feeds.jma.envelope import NotReadable
from storage import times
from storage.connection import Connection

_log = logging.getLogger(__name__)
#: who plans what a rule sets off
RULE: Final = "rule"
#: campaigns of one transaction at most: a warning must not wait for this
AT_ONCE: Final = 50
#: a season that began so long ago is left until the next year
_SEASON_WITHIN: Final = timedelta(days=14)
#: an alert that is older says nothing about today
_NEWS_WITHIN: Final = timedelta(days=3)
_CANCEL: Final = "Cancel"
#: why a rule's campaign was stopped by a report and not by a person: the next event counts again
_OVER: Final = "the event was withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Occasion:
    """A rule that holds for something in a place."""

    rule: Rule
    place: Place
    event: str
    start: date

    @property
    def key(self) -> str:
        """What it is set off by, once in a place."""
        return f"{self.event}@{self.place.code}"


def is_due(db: Connection, now: datetime) -> bool:
    """Whether `look` may have anything to do; cheap."""
    rows = db.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM alerts) > (SELECT value FROM counters WHERE name = 'rules alerts')"
        " OR (SELECT coalesce(max(id), 0) FROM telegrams WHERE state <> 'pending')"
        " > (SELECT value FROM counters WHERE name = 'rules telegrams')"
        " OR coalesce((SELECT value FROM counters WHERE name = 'rules day'), 0) <> :day AS due",
        {"day": day_of(now).toordinal()},
    )
    return bool(rows[0]["due"])


def look(db: Connection, places: PlaceTable, now: datetime) -> bool:
    """Set off what is due of one alert, one telegram or the season; whether there may be more."""
    for step in (_alert, _telegram, _season):
        if step(db, places, now):
            return True
    return False


def _alert(db: Connection, places: PlaceTable, now: datetime) -> bool:
    rows = db.execute(
        "SELECT * FROM alerts WHERE id > (SELECT value FROM counters WHERE name = 'rules alerts') ORDER BY id LIMIT 1"
    )
    if not rows:
        return False
    row = rows[0]
    hazard, sent = Hazard(row.text("hazard")), row.time("sent")
    ours = [rule for rule in rules.load().values() if hazard in rule.least]
    if ours and row.text("status") == Status.ACTUAL and now - sent <= _NEWS_WITHIN:
        event = row.text("event") or f"{hazard} {day_of(sent)}"
        grades = {
            place: grade for code, grade in json.loads(row.text("places")).items() if (place := places.place(code))
        }
        met = {rule: [place for place, grade in grades.items() if rule.is_met(hazard, grade)] for rule in ours}
        if row.text("msg_type") == _CANCEL or hazard is Hazard.EARTHQUAKE:
            here = {place.code for place in grades}
            weaker = {rule: frozenset(here - {place.code for place in found}) for rule, found in met.items()}
            _call_off(db, weaker, event, now)
        if _set_off(db, _occasions(met, event, day_of(sent)), now):
            return True
    _remember(db, "rules alerts", row.integer("id"))
    return True


def _occasions(met: Mapping[Rule, Sequence[Place]], event: str, start: date) -> list[_Occasion]:
    return [
        _Occasion(rule=rule, place=place, event=event, start=start)
        for rule, found in met.items()
        for place in found
        if rule.fits(place)
    ]


def _telegram(db: Connection, places: PlaceTable, now: datetime) -> bool:
    rows = db.execute(
        "SELECT id, type, body, received_at FROM telegrams WHERE state <> 'pending' AND type IN ('VPTW60', 'VPAW51')"
        " AND id > (SELECT value FROM counters WHERE name = 'rules telegrams') ORDER BY id LIMIT 1"
    )
    newest = db.execute("SELECT coalesce(max(id), 0) AS id FROM telegrams WHERE state <> 'pending'")[0].integer("id")
    if not rows:
        return _remember(db, "rules telegrams", newest)
    row = rows[0]
    if now - row.time("received_at") <= _NEWS_WITHIN:
        occasions = _in_sight(row.text("type"), zlib.decompress(row.blob("body")), places, now)
        if _set_off(db, occasions, now):
            return True
    _remember(db, "rules telegrams", row.integer("id"))
    return True


def _in_sight(code: str, raw: bytes, places: PlaceTable, now: datetime) -> list[_Occasion]:
    try:
        seen = sight.read(code, raw, places.all())
    except NotReadable:
        return []  # quarantined and shown by its own step
    if seen is None:
        return []
    today = day_of(now)
    return [
        _Occasion(rule=rule, place=place, event=seen.event, start=today)
        for rule in rules.load().values()
        if rule.sight in seen.sights and (not rule.months or today.month in rule.months)
        for place in seen.places
        if rule.fits(place)
    ]


def _season(db: Connection, places: PlaceTable, now: datetime) -> bool:
    """Once a day; also what began while nobody looked."""
    today = day_of(now)
    known = db.execute("SELECT value FROM counters WHERE name = 'rules day'")
    if known and known[0].integer("value") == today.toordinal():
        return False
    occasions = [
        _Occasion(rule=rule, place=place, event=str(start.year), start=start)
        for rule, start in _begun(today)
        for place in places.all()
        if rule.fits(place)
    ]
    if not _set_off(db, occasions, now):
        _remember(db, "rules day", today.toordinal())
    return True


def _begun(today: date) -> Iterator[tuple[Rule, date]]:
    for rule in rules.load().values():
        if rule.start is None:
            continue
        for year in (today.year, today.year - 1):
            start = date(year, *rule.start)
            if timedelta() <= today - start <= _SEASON_WITHIN:
                yield rule, start


def _set_off(db: Connection, occasions: Sequence[_Occasion], now: datetime) -> bool:
    """Campaigns for those places where somebody lives and the rule is on; whether there are more to come."""
    if not occasions:
        return False
    lived_in = {row.text("place") for row in db.execute("SELECT DISTINCT place FROM subscriber_places")}
    on = {key: switches.switched(db, key) for key in {one.rule.key for one in occasions}}
    made = 0
    for one in occasions:
        home = one.place.parent or one.place.code
        if one.place.code not in lived_in or not on[one.rule.key].get(home, one.rule.on):
            continue
        if _is_there(db, one, home, now):
            continue
        if made == AT_ONCE:
            return True
        made += _plan(db, one, home, now)
    return False


def _is_there(db: Connection, one: _Occasion, home: str, now: datetime) -> bool:
    rows = db.execute(
        "SELECT 1 AS one FROM campaigns WHERE rule = :rule AND municipality = :home AND (event = :event"
        " OR (event LIKE :place AND planned_at > :since AND planned_at <= :now"
        " AND NOT (state = 'stopped' AND reason = :over))) LIMIT 1",
        {
            "rule": one.rule.key,
            "home": home,
            "event": one.key,
            "place": f"%@{one.place.code}",
            "since": times.to_text(now - one.rule.quiet),
            "now": times.to_text(now),
            "over": _OVER,
        },
    )
    return bool(rows)


def _plan(db: Connection, one: _Occasion, home: str, now: datetime) -> int:
    plan = one.rule.plan(one.place.code, one.start)
    people = reaching.people(db, plan.audience, home)
    new = New(
        municipality=home, plan=plan, people=people, state=State.RUNNING, by=RULE, rule=one.rule.key, event=one.key
    )
    identity = store.add(db, new, now)
    if identity is None:
        return 0
    due.plan(db, identity, plan, now)
    store.log(db, identity, home, RULE, "campaign set off", now, {"rule": one.rule.key, "event": one.key})
    return 1


def _call_off(db: Connection, over: Mapping[Rule, frozenset[str]], event: str, now: datetime) -> None:
    """The event was withdrawn, or was weaker in these places than reported first: what it set off goes no further."""
    for rule, codes in over.items():
        rows = db.execute(
            "SELECT id, event FROM campaigns WHERE rule = :rule AND planned_at > :since"
            " AND state IN ('running', 'paused')",
            {"rule": rule.key, "since": times.to_text(now - _NEWS_WITHIN)},
        )
        for row in rows:
            which, _, code = row.text("event").rpartition("@")
            if which == event and code in codes:
                _stop(db, row.integer("id"), now)


def _stop(db: Connection, identity: int, now: datetime) -> None:
    campaign = store.find(db, identity)
    if campaign is not None and store.move(db, campaign, State.STOPPED, now, reason=_OVER):
        due.cancel(db, campaign.id)
        store.log(db, campaign.id, campaign.municipality, RULE, "campaign called off", now)


def _remember(db: Connection, name: str, value: int) -> bool:
    """Keep how far it was looked; False, for there is nothing more."""
    db.execute(
        "INSERT INTO counters (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        {"name": name, "value": value},
    )
    return False
