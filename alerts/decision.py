"""Send, hold or record: by the table of `hazards`, with the reason in words (design, rules 1 and 11)."""

from dataclasses import dataclass

from alerts import hazards
from alerts.changes import Cause, PlaceChange
from alerts.folding import State
from alerts.hazards import HazardRule
from alerts.report import Report
from alerts.vocabulary import NONE, Action, Hazard, InfoType, Kind, Status

#: what JMA never lifts ends silently, also where a later telegram names a place no more
_NEVER_LIFTED = frozenset(
    {Hazard.TORNADO, Hazard.HEAT, Hazard.RECORD_RAIN, Hazard.LINEAR_RAINBAND, Hazard.SHORT_HEAVY_SNOW}
)
_CAUSES = {
    InfoType.ISSUE: Cause.ISSUED,
    InfoType.CORRECTION: Cause.CORRECTED,
    InfoType.CANCEL: Cause.WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done with an alert, and why."""

    action: Action
    reason: str


def decide(report: Report, before: State, after: State) -> Decision:
    """The strongest of what the rules say of each place: of its grade now, and of the grade that it had.

    The end of what was sent is sent too, to those who were told. Only what is real can be sent.
    """
    if report.status is not Status.ACTUAL:
        return Decision(action=Action.RECORD, reason=f"{report.status}: only real telegrams can lead to a text")
    rule = hazards.rule(report.hazard)
    now = rule.highest([*after.grades.values()])
    if report.by_hand:
        return Decision(action=Action.SEND, reason=f"{report.hazard} {now}: two people have signed it")
    if now == NONE and report.at_large != NONE:
        return _at_large(report, rule)
    fallen = [
        grade
        for place, grade in before.grades.items()
        if rule.rank(after.grades.get(place, NONE)) < rule.rank(grade)
        and not _only_followed(report, rule, place, grade, after)
    ]
    then = NONE if ends_unsaid(report.hazard, cause_of(report)) else rule.highest(fallen)
    if report.info_type is InfoType.CANCEL and rule.is_told(then):
        return Decision(action=Action.SEND, reason=f"{report.hazard} {then} is withdrawn: those who were told hear so")
    if rule.action(now).strength >= rule.action(then).strength:
        return Decision(action=rule.action(now), reason=_reason(report, now, rule.action(now)))
    if rule.action(then) is Action.RECORD:
        return Decision(action=Action.RECORD, reason=_reason(report, now, Action.RECORD))
    return Decision(
        action=rule.action(then),
        reason=f"{report.hazard} {then} is now {now}: those who were told of it hear so",
    )


def of_change(rule: HazardRule, change: PlaceChange, *, flashed: bool) -> Action:
    """What becomes of one place's change: sent, held for two people, or recorded. `flashed`: an event there was
    reported in the same batch and is already overtaken, so that nobody has heard of it yet.

    What has become less is sent to those who were told of more, also where two people released that.
    """
    if change.cause is Cause.WITHDRAWN:
        return Action.SEND
    after = rule.action(change.after)
    if rule.rank(change.after) >= rule.rank(change.before):
        return Action.SEND if flashed and after is Action.HOLD else after
    if follows(rule, change, change.before):
        return after
    some_may_know = rule.is_told(change.before) or (bool(rule.flash) and change.eased)
    return Action.SEND if some_may_know else after


def cause_of(report: Report) -> Cause:
    """Why the state is what this report says."""
    return _CAUSES[report.info_type]


def ends_unsaid(hazard: Hazard, cause: Cause) -> bool:
    """Whether its end is told to nobody. An earthquake is over for people by withdrawal alone."""
    if hazard is Hazard.EARTHQUAKE:
        return cause is not Cause.WITHDRAWN
    return hazard in _NEVER_LIFTED and cause is Cause.ISSUED


def follows(rule: HazardRule, change: PlaceChange, known: str) -> bool:
    """Whether a level has followed the event that was known there: news, though it stands lower on the scale."""
    level = change.after != NONE and change.after not in rule.flash
    return known in rule.flash and level and change.cause is Cause.ISSUED and not change.eased


def event_is_back(rule: HazardRule, change: PlaceChange) -> bool:
    """The level that followed an event was withdrawn: the event stands there again, but it is no new one."""
    return change.cause is Cause.WITHDRAWN and change.before != NONE and change.after in rule.flash


def rises(rule: HazardRule, change: PlaceChange, known: str) -> bool:
    """Whether the danger is greater now than the grade that was known there says."""
    if event_is_back(rule, change):
        return False
    if follows(rule, change, known) and rule.is_told(change.after):
        return True
    return rule.step(change.after) > rule.step(known) or (change.higher and change.after == known)


def kind_of_end(rule: HazardRule, change: PlaceChange) -> Kind:
    """What it is to those who knew of more. Below what is told a warning has ended, even where an advisory remains."""
    wrong = change.cause is not Cause.ISSUED
    if rule.is_told(change.after) and not event_is_back(rule, change):
        return Kind.CORRECTED if wrong else Kind.LOWERED
    return Kind.CANCELLED if wrong else Kind.LIFTED


def _only_followed(report: Report, rule: HazardRule, place: str, grade: str, after: State) -> bool:
    """A notice of an event gave way to the level in force, which is no better for that: nothing has ended there."""
    issued = report.info_type is InfoType.ISSUE
    return issued and grade in rule.flash and place in after.grades and place not in after.eased


def _at_large(report: Report, rule: HazardRule) -> Decision:
    """It names no area, and our list of places is not confirmed: no area means nobody, and a hold says so."""
    action = rule.action(report.at_large)
    unheard = f"{report.hazard} {report.at_large}: the list of municipalities is not confirmed, so nobody is told"
    return Decision(
        action=action, reason=_reason(report, report.at_large, action) if action is Action.RECORD else unheard
    )


def _reason(report: Report, grade: str, action: Action) -> str:
    if grade == NONE:
        return f"{report.hazard}: nothing is in force"
    return f"{report.hazard} {grade}: {action} by the table of hazards"
