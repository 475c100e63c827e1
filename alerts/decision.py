"""Send, hold or record: by the table of `hazards`, with the reason in words (design, rules 1 and 11)."""

from dataclasses import dataclass

from alerts import hazards
from alerts.folding import State
from alerts.report import Report
from alerts.vocabulary import NONE, Action, Status


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
    now, then = rule.highest([*after.grades.values()]), rule.highest([*before.grades.values()])
    if rule.action(now).strength >= rule.action(then).strength:
        return Decision(action=rule.action(now), reason=_reason(report, now, rule.action(now)))
    if rule.action(then) is Action.RECORD:
        return Decision(action=Action.RECORD, reason=_reason(report, now, Action.RECORD))
    return Decision(
        action=rule.action(then),
        reason=f"{report.hazard} {then} is now {now}: those who were told of it hear so",
    )


def _reason(report: Report, grade: str, action: Action) -> str:
    if grade == NONE:
        return f"{report.hazard}: nothing is in force"
    return f"{report.hazard} {grade}: {action} by the table of hazards"
