"""What one report makes of the reports before it: the alert it is, with its decision and the reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import decision, folding, hazards, kin
from alerts.changes import Cause
from alerts.folding import State
from alerts.notices import Notice
from alerts.places import PlaceTable
from alerts.report import Report
from alerts.vocabulary import NONE, Action, Hazard, InfoType, MsgType, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """What a report changes, as of its own time."""

    before: State
    after: State
    #: what the same reports hold in force where this one changes nothing
    elsewhere: Mapping[str, str]
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One report as an alert (CAP 1.2): what is in force in the places it concerns once it counts."""

    identifier: str
    digest: str
    hazard: Hazard
    msg_type: MsgType
    status: Status
    sent: datetime
    #: when all it says ends by itself; None where something must be lifted
    expires: datetime | None
    action: Action
    reason: str
    #: municipality -> grade in force there for this hazard, `none` where this report set it so
    places: Mapping[str, str]
    before: State
    after: State
    cause: Cause
    notices: tuple[Notice, ...]


def apply(
    report: Report,
    known: Iterable[Report],
    places: PlaceTable,
    beside: Callable[[Iterable[str]], Mapping[str, str]] = lambda codes: {},
) -> Alert:
    """The alert that a report is, given every other report known of its strand.

    `beside` gives what other strands and earthquakes hold in force in some places. `now` is the report's own time.
    The same report twice, or in another order, ends in the same state.
    """
    others = [other for other in known if other.digest != report.digest]
    turn = (_in_family if kin.family(report) else _in_strand)(report, others, places)
    before, after = turn.before, turn.after
    grades = _places(report, before, after, turn.elsewhere, beside)
    made = decision.decide(report, before, after)
    return Alert(
        identifier=identifier(report),
        digest=report.digest,
        hazard=report.hazard,
        msg_type=_msg_type(report, before),
        status=report.status,
        sent=report.sent,
        expires=_expires(report, after),
        action=made.action,
        reason=made.reason,
        places=grades,
        before=before,
        after=after,
        cause=turn.cause,
        notices=after.notices,
    )


def identifier(report: Report) -> str:
    """A CAP identifier: no spaces, commas or markup; the same for the same telegram and hazard."""
    source = "city" if report.by_hand else "jma"
    return f"{source}.{report.type}.{report.sent:%Y%m%dT%H%M%SZ}.{report.hazard}.{report.digest[:12]}"


def _in_strand(report: Report, others: Sequence[Report], places: PlaceTable) -> _Turn:
    lineage = folding.lineage_of(report, others)
    return _Turn(
        before=_before(report, lineage, places),
        after=folding.in_force_at(folding.fold(lineage, places), report.sent),
        elsewhere=_elsewhere(report, lineage, others, places),
        cause=decision.cause_of(lineage[-1]),
    )


def _in_family(report: Report, others: Sequence[Report], places: PlaceTable) -> _Turn:
    """The strands that it touches together; those of its kin that it leaves alone are elsewhere."""
    same = [other for other in others if other.status is report.status]
    touched = kin.changed(report, same)

    def together(strands: Iterable[Sequence[Report]]) -> State:
        folded = [folding.in_force_at(folding.fold(said, places), report.sent) for said in strands]
        return folding.merge(report.hazard, folded)

    return _Turn(
        before=together(voices.before for voices in touched.values()),
        after=together(voices.after for voices in touched.values()),
        elsewhere=together(said for name, said in kin.voices(same).items() if name not in touched).grades,
        cause=decision.cause_of(touched[report.lineage[0]].after[-1]),
    )


def _before(report: Report, lineage: Sequence[Report], places: PlaceTable) -> State:
    """What the others of the lineage say without this report, which may be what links them in the first place."""
    others = [other for other in lineage if other.digest != report.digest]
    return folding.merge(report.hazard, states_of(others, places, report.sent))


def _elsewhere(
    report: Report, lineage: Sequence[Report], others: Sequence[Report], places: PlaceTable
) -> Mapping[str, str]:
    """What other lineages of the hazard hold in force at the same time."""
    members = {member.digest for member in lineage}
    same = [o for o in others if o.status is report.status and o.hazard is report.hazard]
    rest = [other for other in same if other.digest not in members]
    return folding.merge(report.hazard, states_of(rest, places, report.sent)).grades


def states_of(reports: Iterable[Report], places: PlaceTable, now: datetime) -> list[State]:
    """One state per lineage of these reports of one hazard and status, without what has ended by itself."""
    return [folding.in_force_at(folding.fold(lineage, places), now) for lineage in folding.lineages(reports)]


def _places(
    report: Report,
    before: State,
    after: State,
    elsewhere: Mapping[str, str],
    beside: Callable[[Iterable[str]], Mapping[str, str]],
) -> Mapping[str, str]:
    rule = hazards.rule(report.hazard)
    ended = (before.grades.keys() | after.lifted) - after.grades.keys()
    own = dict(after.grades) | dict.fromkeys(ended, NONE)
    others = beside(own)
    return {
        place: rule.highest([grade, elsewhere.get(place, NONE), others.get(place, NONE)])
        for place, grade in sorted(own.items())
    }


def _msg_type(report: Report, before: State) -> MsgType:
    match report.info_type:
        case InfoType.CANCEL:
            return MsgType.CANCEL
        case InfoType.CORRECTION:
            return MsgType.UPDATE
        case InfoType.ISSUE:
            return MsgType.UPDATE if before.grades else MsgType.ALERT


def _expires(report: Report, after: State) -> datetime | None:
    """The end of the alert where every place's state ends by itself; what holds nothing in force has none."""
    if after.grades and after.grades.keys() <= after.ends.keys():
        return max(after.ends[place] for place in after.grades)
    return report.valid_until if report.at_large != NONE else None
