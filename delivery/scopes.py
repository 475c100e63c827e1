"""What a batch of telegrams makes of one hazard (and earthquake): reports folded into their strands, and what the
state of every place they touch shall be. Tells nobody anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts import decision, folding, hazards, history, kin, store, strand_store, strands
from alerts.changes import Cause
from alerts.folding import State
from alerts.history import Alert
from alerts.places import PlaceTable
from alerts.report import Facts, Report
from alerts.strands import PlaceState
from alerts.vocabulary import NONE, Action, Hazard, Status
from storage.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Why a place is as it is, by the newest telegram that touched it."""

    cause: Cause
    #: the official time of issue, UTC, and the telegram
    issued: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a place's state shall be after the batch."""

    state: PlaceState
    word: Word


@dataclass(slots=True, kw_only=True)
class Scope:
    """One hazard (and earthquake) touched by the batch."""

    hazard: Hazard
    event: str
    words: dict[str, Word] = field(default_factory=dict)
    #: places whose people hear of a withdrawal even where the state has ended by time
    withdrawn: set[str] = field(default_factory=set)
    #: places where a telegram of the batch says that the danger has become less
    eased: set[str] = field(default_factory=set)
    #: places of which a telegram of the batch reports an event that a later one of it has overtaken, or not
    flashed: set[str] = field(default_factory=set)
    #: two people have signed what is told
    signed: bool = False
    alert_id: int | None = None
    action: Action = Action.RECORD
    reason: str = ""
    seen_at: datetime | None = None

    def note(self, alert: Alert, alert_id: int, seen_at: datetime) -> None:
        """The strongest alert of the batch gives the broadcast its reason, the first one seen its time."""
        if self.seen_at is None or alert.action.strength >= self.action.strength:
            self.alert_id, self.action, self.reason = alert_id, alert.action, alert.reason
        self.seen_at = min(self.seen_at or seen_at, seen_at)

    def hear(self, alert: Alert) -> None:
        """Keep what a later telegram of the batch may hide: that something eased, or that something happened."""
        flash = hazards.rule(self.hazard).flash
        self.eased |= alert.after.eased
        self.flashed |= {place for place, grade in alert.after.grades.items() if grade in flash}


Scopes = dict[tuple[Hazard, str], Scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strand:
    """A strand that a report touches."""

    name: str
    event: str
    #: what is said in it, in the order in which it applies
    reports: Sequence[Report]
    #: how many of them the kept state of the strand holds already
    base: int
    #: why the report changes something there
    cause: Cause


def take_in(
    db: Connection, report: Report, seen_at: datetime, places: PlaceTable, scopes: Scopes, now: datetime
) -> Alert:
    """Add one report to the history and to its strand; a real one touches its places."""
    event = store.event_of(db, report)
    beside_it = store.of_kin(db, report) if kin.family(report) else _beside(db, report, event, places)
    known = [other for other in beside_it if other.digest != report.digest]
    fresh = store.add_report(db, report, event)

    def beside(codes: Iterable[str]) -> Mapping[str, str]:
        if report.status is not Status.ACTUAL or report.hazard is Hazard.TSUNAMI:  # all tsunami are one strand
            return {}
        return _of_others(db, report, event, codes)

    alert = history.apply(report, known, places, beside)
    alert_id = store.add_alert(db, alert, event, now)
    if report.status is Status.ACTUAL:
        for strand in _strands(db, report, event, known, alert, fresh=fresh):
            scope = scopes.setdefault((report.hazard, strand.event), Scope(hazard=report.hazard, event=strand.event))
            scope.signed |= report.by_hand
            _fold_in(db, scope, strand, alert, places)
            scope.note(alert, alert_id, seen_at)
            scope.hear(alert)
    return alert


def _strands(
    db: Connection, report: Report, event: str, known: list[Report], alert: Alert, *, fresh: bool
) -> list[_Strand]:
    """The strands in which it says something: its own, and those of its kin."""
    if kin.family(report):
        return [
            _Strand(
                name=name,
                event=name if event else "",
                reports=voices.after,
                base=0,
                cause=decision.cause_of(voices.after[-1]),
            )
            for name, voices in kin.changed(report, known).items()
        ]
    if fresh and all(other.order() < report.order() for other in known):
        reports, base = [*known, report], len(known)
    else:  # late, or read again: beginnings are worked out anew
        reports, base = store.all_beside(db, report, event), 0
    strand = strands.strand_of(report)
    ordered = sorted(reports, key=Report.order)
    return [_Strand(name=strand, event=event, reports=ordered, base=base, cause=alert.cause)]


def _beside(db: Connection, report: Report, event: str, places: PlaceTable) -> list[Report]:
    """The reports of its strand that can matter: the newest few, all where these lean on older ones."""
    newest = store.reports_beside(db, report, event)
    if len(newest) == store.NEWEST_REPORTS and folding.leans_on_older(newest[0], places):
        return store.all_beside(db, report, event)
    return newest


def _of_others(db: Connection, report: Report, event: str, codes: Iterable[str]) -> Mapping[str, str]:
    """What other strands, or other earthquakes, hold in force in some places at the report's time."""
    own, named = strands.strand_of(report), sorted(codes)
    held: dict[str, list[PlaceState]] = {}
    for place, rows in strand_store.at(db, report.hazard, event, named).items():
        held.setdefault(place, []).extend(one for name, one in rows.items() if name != own)
    if event:
        for place, rows in strand_store.of_other_events(db, report.hazard, event, named, report.sent).items():
            held.setdefault(place, []).extend(rows.values())
    others = {place: strands.combine(report.hazard, rows, report.sent) for place, rows in held.items()}
    return {place: one.grade for place, one in others.items() if one is not None}


def _fold_in(db: Connection, scope: Scope, strand: _Strand, alert: Alert, places: PlaceTable) -> None:
    """Bring a strand up to date and note which places the report touches in it, and why."""
    before = strand_store.of(db, scope.hazard, scope.event, strand.name)
    state = strands.whole(strand.reports, places)
    after = strands.place_states(state, strand.reports, places, before, strand.base)
    strand_store.replace(db, scope.hazard, scope.event, strand.name, before, after)
    _note_words(scope, alert, strand, state, before, after)


def _note_words(
    scope: Scope,
    alert: Alert,
    strand: _Strand,
    state: State,
    before: Mapping[str, PlaceState],
    after: Mapping[str, PlaceState],
) -> None:
    touched = before.keys() | after.keys() | alert.before.grades.keys() | alert.after.grades.keys() | state.withdrawn
    for place in touched:
        if place not in scope.words or before.get(place) != after.get(place):
            cause, newest = _cause(scope.hazard, place, strand.cause, state), strand.reports[-1]
            scope.words[place] = Word(cause=cause, issued=newest.issued, digest=newest.digest)
    if strand.cause is Cause.WITHDRAWN:
        scope.withdrawn |= set(state.withdrawn)


def _cause(hazard: Hazard, place: str, cause: Cause, state: State) -> Cause:
    """An earthquake's place is withdrawn only where no report that still counts ever named it."""
    if hazard is not Hazard.EARTHQUAKE or cause is not Cause.WITHDRAWN:
        return cause
    return Cause.WITHDRAWN if place in state.withdrawn else Cause.ISSUED


def targets(db: Connection, scope: Scope, now: datetime) -> dict[str, Target]:
    """What every touched place's state shall be: all strands that hold it, together, as of `now`."""
    held = strand_store.at(db, scope.hazard, scope.event, sorted(scope.words))
    states = {place: _state(scope, held.get(place, {}), word, now) for place, word in sorted(scope.words.items())}
    return {
        place: Target(state=state, word=_of_one_earthquake(scope, state, scope.words[place]))
        for place, state in states.items()
    }


def _of_one_earthquake(scope: Scope, state: PlaceState, word: Word) -> Word:
    """A withdrawal under one id of an earthquake takes nothing back where another id still names the place."""
    if scope.hazard is Hazard.EARTHQUAKE and word.cause is Cause.WITHDRAWN and state.grade != NONE:
        return replace(word, cause=Cause.ISSUED)
    return word


def _of_the_end(scope: Scope) -> Facts:
    """Which volcano is over, because another one may still stand there."""
    return Facts(volcano=scope.event.rpartition(":")[2]) if scope.hazard is Hazard.VOLCANO else Facts()


def _state(scope: Scope, held: Mapping[str, PlaceState], word: Word, now: datetime) -> PlaceState:
    combined = strands.combine(scope.hazard, held.values(), now)
    if combined is not None:
        return combined
    return PlaceState(grade=NONE, since=word.issued, digest=word.digest, ends_at=None, facts=_of_the_end(scope))
