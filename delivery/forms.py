"""Chooses the form that everybody of a broadcast gets, from how many people and how fast the sender is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from alerts import hazards
from alerts.vocabulary import NONE, Hazard, Kind
from delivery import arrival, audience
from delivery.arrival import Chosen
from delivery.broadcasts import Broadcast
from delivery.telling import Telling
from delivery.writing import Writer
from storage.connection import Connection
from templates_i18n.render import Form

#: people whose languages stand for all
_SAMPLE = 1000
#: mean segments of a text that is already waiting
_WAITING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the choice depends on besides the people."""

    #: segments per second of all senders together
    segments_per_second: float
    #: TOMOSHIBI_ARRIVAL_TARGETS: L5, L4, L3, tsunami, earthquake -> seconds to the last person
    targets: Mapping[str, int]


def choose(db: Connection, broadcast: Broadcast, worst: str, writer: Writer, rates: Rates) -> Chosen:
    """The form for a broadcast; `worst` is its worst place."""
    change = broadcast.changes[worst]
    rule = hazards.rule(broadcast.hazard)
    grade = change.after if rule.is_told(change.after) else change.before
    return arrival.choose_form(
        people=audience.registered(db, broadcast.changes),
        segments=_segments(db, broadcast, worst, writer),
        ahead=ahead(db, broadcast.priority),
        rate=rates.segments_per_second,
        seconds=arrival.target(broadcast.hazard, grade, rates.targets),
    )


def _segments(db: Connection, broadcast: Broadcast, worst: str, writer: Writer) -> dict[Form, float]:
    """Mean segments per person of each form, weighed by the languages of the worst place."""
    mix = Counter(audience.languages(db, worst, _SAMPLE)) or Counter({"en": 1})
    means = {}
    for form in weighed(broadcast.hazard):
        counts = [(_length(broadcast, worst, language, writer, form), people) for language, people in mix.items()]
        means[form] = sum(length * people for length, people in counts) / mix.total()
    return means


def weighed(hazard: Hazard) -> list[Form]:
    """The forms to choose from, the longest first.

    A volcano's text always says which one: the core has no room for its name.
    """
    return [form for form in Form if not (hazard is Hazard.VOLCANO and form is Form.CORE)]


def _length(broadcast: Broadcast, worst: str, language: str, writer: Writer, form: Form) -> int:
    change = broadcast.changes[worst]
    over = not hazards.rule(broadcast.hazard).is_told(change.after)
    grade = change.before if over else change.after
    if grade == NONE:  # the withdrawal of what has ended by time
        return form.budget
    telling = Telling(
        kind=Kind.LIFTED if over else Kind.NEW, grade=grade, places=((worst, grade),), language=language, told={}
    )
    try:
        return writer.write(broadcast.hazard, broadcast.changes, telling, form, broadcast.alert_id).segments
    except Exception:  # noqa: BLE001 -- an estimate only; one language at fault must not keep all others waiting
        return form.budget


def ahead(db: Connection, priority: int) -> int:
    """Segments that go before, roughly: counting rows of the index is all this is worth."""
    rows = db.execute(
        "SELECT count(*) AS n FROM messages WHERE state = 'queued' AND priority <= :priority", {"priority": priority}
    )
    return rows[0].integer("n") * _WAITING
