"""Assessing a term: the right kind, in the right order, and "at risk" told before it is failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.cpd.domain.periods import Period, State
from services.cpd.domain.progress import Progress
from services.cpd.domain.rules import AssessmentKind, assessment_kind
from shared.calendar import last_working_days
from shared.errors import Conflict, Invalid

# What counts as the end of a term: its last two school weeks. The guidance names no day; this is the project's own.
ENDING_WORKING_DAYS = 10


class TermOutcome(StrEnum):
    """How the term was: at risk tells the teacher, unsatisfactory is the failing assessment."""

    SATISFACTORY = "satisfactory"
    AT_RISK = "at_risk"
    UNSATISFACTORY = "unsatisfactory"


@dataclass(eq=False, kw_only=True)
class Assessment:
    """One assessment of one term; ``term`` counts over the whole induction, ``evidence`` names files or says what."""

    person_id: UUID
    period_id: UUID
    term: int
    kind: AssessmentKind
    outcome: TermOutcome
    evidence: str
    assessed_on: date
    served_hundredths: int


def kind_for(period: Period, term: int) -> AssessmentKind:
    """Interim after somebody left in the middle of a term, else what the rule set says. Raises Conflict."""
    if period.state is State.RELEASED and period.interim_due:
        return AssessmentKind.INTERIM
    if period.state is not State.OPEN:
        raise Conflict(
            f"a term is assessed while the period is open; it is {period.state}", state=period.state.value
        )
    return assessment_kind(period.rule_set, term, period.last_term)


def check_told_before(told_on: date | None, failing_on: date) -> None:
    """Being at risk is told on an earlier day than a failing assessment, never first by it. Raises Conflict."""
    if told_on is None or told_on >= failing_on:
        raise Conflict(
            "tell the teacher of being at risk first: a failing assessment is never the first word"
        )


def check_term(progress: Progress, term: int, assessed_on: date, today: date) -> None:
    """The term exists and was ending on the date, which is not in the future. Raises Invalid, Conflict.

    An assessment comes at the end of a term (statutory guidance); an interim one when the teacher leaves before.
    """
    period = progress.period
    if not 1 <= term <= period.last_term:
        raise Invalid.field("term", f"this induction has terms 1 to {period.last_term}")
    if not period.starts_on <= assessed_on <= today:
        raise Invalid.field("assessed_on", f"from {period.starts_on} to today, {today}")
    if term > progress.term_on(assessed_on):
        raise Conflict(
            f"on {assessed_on} the teacher was in term {progress.term_on(assessed_on)}, not yet in {term}",
            begins_after=progress.reached_on((term - 1) * 100).isoformat(),
        )
    if period.state is State.OPEN:
        _check_ending(progress, term, assessed_on)


def _check_ending(progress: Progress, term: int, assessed_on: date) -> None:
    ends_on = progress.reached_on(term * 100)
    earliest = last_working_days(ENDING_WORKING_DAYS, ends_on)
    if assessed_on < earliest:
        raise Conflict(
            f"term {term} is assessed at its end: from {earliest}, the teacher has served it on {ends_on}",
            assessed_from=earliest.isoformat(),
            ends_on=ends_on.isoformat(),
        )


def assess(
    progress: Progress,
    *,
    term: int,
    outcome: TermOutcome,
    evidence: str,
    assessed_on: date,
    today: date,
    told_on: date | None,
) -> Assessment:
    """Assess one term of the period. Raises Invalid, Conflict."""
    period = progress.period
    kind = kind_for(period, term)
    check_term(progress, term, assessed_on, today)
    if outcome is TermOutcome.UNSATISFACTORY:
        check_told_before(told_on, assessed_on)
    elif outcome is TermOutcome.AT_RISK:
        tell_at_risk(period, assessed_on)
    return Assessment(
        person_id=period.person_id,
        period_id=period.id,
        term=term,
        kind=kind,
        outcome=outcome,
        evidence=evidence,
        assessed_on=assessed_on,
        served_hundredths=progress.served_hundredths(assessed_on),
    )


def tell_at_risk(period: Period, told_on: date) -> None:
    """Keep the first day on which the teacher was told."""
    period.at_risk_told_on = min(period.at_risk_told_on or told_on, told_on)


def formal_terms_missing(progress: Progress, assessments: Iterable[Assessment]) -> list[int]:
    """Terms of this period whose formal assessment is not there yet."""
    period, done = progress.period, {a.term for a in assessments if a.kind is AssessmentKind.FORMAL}
    terms = range(progress.carried_hundredths // 100 + 1, period.last_term + 1)
    formal = (
        t for t in terms if assessment_kind(period.rule_set, t, period.last_term) is AssessmentKind.FORMAL
    )
    return [term for term in formal if term not in done]
