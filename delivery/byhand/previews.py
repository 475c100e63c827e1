"""What would be told, before it is: every language word for word, how many people, how many minutes, and the
correction that lies ready. Reads only.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import hazards, store
from alerts.changes import Cause, PlaceChange
from alerts.hazards import HazardRule
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard
from alerts.vocabulary import Kind as Says
from delivery import arrival, forms, priority
from delivery.broadcasts import Broadcast
from delivery.byhand import reports
from delivery.byhand.drafts import Draft
from delivery.byhand.submissions import Shown, Texts
from delivery.forms import Rates
from delivery.states import TOLD
from delivery.telling import Telling
from delivery.writing import Writer, Written
from storage import lists
from storage.connection import Connection
from subscribers import counting
from subscribers.languages import TAGS
from templates_i18n.render import Form

_TOLD = ", ".join(f"'{state}'" for state in sorted(TOLD))
# Without `coalesce` SQLite looks through all copies of the event for each of them, which takes hours in a large city.
PEOPLE_TOLD = f"""
SELECT language, count(DISTINCT subscriber_id) AS n FROM messages m
WHERE m.hazard = :hazard AND m.event = :event AND m.place IN ({{places}}) AND m.state IN ({_TOLD})
  AND m.kind NOT IN ('lifted', 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM messages l WHERE l.subscriber_id = m.subscriber_id AND l.hazard = m.hazard
    AND coalesce(l.event, '') = m.event AND l.id > m.id AND l.kind IN ('lifted', 'cancelled') AND l.state IN ({_TOLD}))
GROUP BY language
"""  # noqa: S608 -- our own words only
_OVER = frozenset({Says.LIFTED, Says.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What previews are made with: the very writer, rates and places of the planner."""

    writer: Callable[[], Writer]
    rates: Rates
    places: PlaceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What two people decide on."""

    kind: Says
    texts: Texts
    form: Form
    #: who would get it
    people: int
    #: registered in the area, whoever is told
    registered: int
    segments: int
    #: until the last person has it
    seconds: float
    #: copies that are still queued and would be withdrawn instead
    queued: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One text in all languages: what it says, of which place's change."""

    hazard: Hazard
    kind: Says
    grade: str
    changes: Mapping[str, PlaceChange]
    place: str
    alert_id: int | None = None

    def written(self, writer: Writer, form: Form, language: str) -> Written:
        """In one language. Unwritable says what is missing."""
        telling = Telling(
            kind=self.kind, grade=self.grade, places=((self.place, self.grade),), language=language, told={}
        )
        return writer.write(self.hazard, self.changes, telling, form, self.alert_id)


def of_draft(db: Connection, draft: Draft, desk: Desk, now: datetime) -> Preview:
    """Of what somebody wrote. Unwritable where no text can be made."""
    rule = hazards.rule(draft.hazard)
    present = store.in_force(db, draft.hazard, reports.event_of(draft, ""), draft.areas)
    changes = {
        area: PlaceChange(
            place=area,
            before=present[area].grade if area in present else NONE,
            after=draft.grade,
            cause=Cause.WITHDRAWN if draft.takes_back else Cause.ISSUED,
            facts=draft.facts(),
            higher=False,
            issued=draft.issued or now,
        )
        for area in draft.areas
    }
    worst = max(changes.values(), key=lambda change: rule.rank(change.before))
    places = sorted(desk.places.cover(draft.areas))
    registered = counting.active_at(db, places)
    kind = kind_of(rule, worst)
    ends = kind in _OVER
    told = people_told(db, draft.hazard, reports.event_of(draft, ""), places) if ends else registered
    speech = Speech(
        hazard=draft.hazard,
        kind=kind,
        grade=worst.before if ends else draft.grade,
        changes=changes,
        place=worst.place,
    )
    return _preview(db, speech, _undone(rule, speech, worst), told, registered, desk)


def of_release(db: Connection, broadcast: Broadcast, places: Sequence[str], desk: Desk) -> Preview:
    """Of a part of what a telegram led to and is held."""
    rule = hazards.rule(broadcast.hazard)
    changes = {place: broadcast.changes[place] for place in places}
    worst = max(changes.values(), key=lambda change: (rule.rank(change.after), change.place))
    kind = kind_of(rule, worst)
    speech = Speech(
        hazard=broadcast.hazard,
        kind=kind,
        grade=worst.before if kind in _OVER else worst.after,
        changes=changes,
        place=worst.place,
        alert_id=broadcast.alert_id,
    )
    registered = counting.active_at(db, sorted(places))
    return _preview(db, speech, _undone(rule, speech, worst), registered, registered, desk)


def of_correction(
    db: Connection,
    broadcast: Broadcast,
    places: Sequence[str],
    grade: str,
    desk: Desk,
    now: datetime,
    counted: Mapping[str, int] | None = None,
) -> Preview:
    """Of taking a broadcast back in some places, or putting its grade right (`grade`).

    `counted`: language -> people, where each copy need not be read.
    """
    rule = hazards.rule(broadcast.hazard)
    changes = {
        place: PlaceChange(
            place=place,
            before=broadcast.changes[place].after,
            after=grade,
            cause=Cause.CORRECTED if rule.is_told(grade) else Cause.WITHDRAWN,
            facts=broadcast.changes[place].facts,
            higher=False,
            issued=now,
        )
        for place in places
    }
    worst = max(changes.values(), key=lambda change: (rule.rank(change.before), change.place))
    kind = Says.CORRECTED if rule.is_told(grade) else Says.CANCELLED
    speech = Speech(
        hazard=broadcast.hazard,
        kind=kind,
        grade=grade if rule.is_told(grade) else worst.before,
        changes=changes,
        place=worst.place,
        alert_id=broadcast.alert_id,
    )
    told = people_told(db, broadcast.hazard, broadcast.event, places) if counted is None else counted
    registered = counting.active_at(db, places) if counted is None else counted
    queued = db.execute(
        "SELECT count(*) AS n FROM messages WHERE broadcast_id = :id AND state = 'queued'", {"id": broadcast.id}
    )
    return _preview(db, speech, None, told, registered, desk, queued=queued[0].integer("n"))


def kind_of(rule: HazardRule, change: PlaceChange) -> Says:
    """What most readers are told of a change."""
    if not rule.is_told(change.after):
        return Says.CANCELLED if change.cause is Cause.WITHDRAWN else Says.LIFTED
    if not rule.is_told(change.before):
        return Says.NEW
    if rule.rank(change.after) > rule.rank(change.before):
        return Says.RAISED
    if rule.rank(change.after) == rule.rank(change.before):
        return Says.NEW
    return Says.CORRECTED if change.cause is not Cause.ISSUED else Says.LOWERED


def _undone(rule: HazardRule, speech: Speech, worst: PlaceChange) -> Speech:
    """The text that would take this one back."""
    back = rule.is_told(worst.before)
    over = speech.kind in _OVER
    if over:  # what has ended by mistake is told anew
        kind, grade = Says.NEW, worst.before
    elif back and rule.rank(worst.before) < rule.rank(worst.after):
        kind, grade = Says.CORRECTED, worst.before
    elif back and rule.rank(worst.before) > rule.rank(worst.after):
        kind, grade = Says.RAISED, worst.before
    else:
        kind, grade = Says.CANCELLED, worst.after
    return replace(speech, kind=kind, grade=grade)


def _preview(
    db: Connection,
    speech: Speech,
    undone: Speech | None,
    people: Mapping[str, int],
    registered: Mapping[str, int],
    desk: Desk,
    queued: int = 0,
) -> Preview:
    writer, total = desk.writer(), sum(people.values())
    by_form = {form: {tag: speech.written(writer, form, tag) for tag in TAGS} for form in forms.weighed(speech.hazard)}
    mix = Counter(people) or Counter({"en": 1})
    means = {
        form: sum(texts[tag].segments * count for tag, count in mix.items() if tag in texts) / mix.total()
        for form, texts in by_form.items()
    }
    chosen = arrival.choose_form(
        people=total,
        segments=means,
        ahead=forms.ahead(db, priority.of(speech.hazard, speech.grade, speech.kind)),
        rate=desk.rates.segments_per_second,
        seconds=arrival.target(speech.hazard, speech.grade, desk.rates.targets),
    )
    message = _shown(by_form[chosen.form], people)
    ready = {tag: undone.written(writer, chosen.form, tag) for tag in TAGS} if undone else {}
    return Preview(
        kind=speech.kind,
        texts=Texts(message=message, correction=_shown(ready, people)),
        form=chosen.form,
        people=total,
        registered=sum(registered.values()),
        segments=sum(one.segments * one.people for one in message),
        seconds=chosen.seconds,
        queued=queued,
    )


def _shown(texts: Mapping[str, Written], people: Mapping[str, int]) -> tuple[Shown, ...]:
    return tuple(
        Shown(language=tag, text=one.text, encoding=one.encoding, segments=one.segments, people=people.get(tag, 0))
        for tag, one in texts.items()
    )


def people_told(db: Connection, hazard: Hazard, event: str, places: Iterable[str]) -> dict[str, int]:
    """Language -> people who were told of a danger in some places, or may have been."""
    found: Counter[str] = Counter()
    for marks, names in lists.portions(sorted(places)):
        rows = db.execute(PEOPLE_TOLD.replace("{places}", marks), {"hazard": hazard, "event": event, **names})
        found.update({row.text("language"): row.integer("n") for row in rows})
    return dict(found)
