"""Signals: contributions already on the continuum, and the thresholds at which they suggest an invitation.

"Contributions already on the continuum (CPD led and how it was evaluated, trainees mentored, induction
mentoring) suggest people to invite; each suggestion shows its reasons" (domain page, "Identify potential").
Nobody publishes figures for it: the thresholds are the project's own, and data with dates. A signal is
no score: it names what somebody did, and decides nothing about them.
"""

from calendar import monthrange
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

LEADING = frozenset({"led", "coached"})
MENTORED = "mentored"
# Evidence is dated and not over 24 months old (domain page, "Identify potential", evidence).
EVIDENCE_MONTHS = 24


class Kind(StrEnum):
    """What is counted: something led, how peers evaluated it, a trainee or an inductee mentored.

    What was recorded by mistake and taken back counts for nothing.
    """

    LED = "led"
    EVALUATED = "evaluated"
    TRAINEE_MENTORED = "trainee_mentored"
    INDUCTION_MENTORED = "induction_mentored"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Signal:
    """One contribution: ``amount`` is people reached (led), the score from 1 to 5 (evaluated), or days (mentored)."""

    id: UUID
    kind: Kind
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which figures on somebody is suggested, for suggestions made from the day ``since``."""

    since: date
    activities_led: int
    evaluations: int
    mean_score_hundredths: int
    trainees_mentored: int
    inductions_mentored: int


# The latest row that is in force counts. Evaluations are the peers' own: what is self-declared never suffices.
THRESHOLDS = (
    Thresholds(
        since=date(2014, 9, 1),
        activities_led=2,
        evaluations=3,
        mean_score_hundredths=400,
        trainees_mentored=2,
        inductions_mentored=1,
    ),
)


def is_leading(contribution: str, *, of_activity: bool) -> bool:
    """Whether a contribution of this kind is something led.

    Mentoring offered to peers is; mentoring through induction is told by the induction that was passed.
    """
    return contribution in LEADING or (contribution == MENTORED and of_activity)


def in_force(on: date) -> Thresholds | None:
    """The thresholds of that day, or None before there were any."""
    return max((t for t in THRESHOLDS if t.since <= on), key=lambda t: t.since, default=None)


def reasons(signals: Collection[Signal], on: date) -> tuple[str, ...]:
    """Why this person is suggested on that day, as sentences that the person reads; empty when they are not.

    Every signal counts once, whatever the order of arrival; those over 24 months old do not count.
    """
    limits = in_force(on)
    if limits is None:
        return ()
    since = _months_before(on, EVIDENCE_MONTHS)
    recent = {signal.id: signal for signal in signals if signal.on >= since}
    of = {kind: [s for s in recent.values() if s.kind is kind] for kind in Kind}
    told = (rule(of, limits, since) for rule in _RULES)
    return tuple(sentence for sentence in told if sentence)


_ByKind = dict[Kind, list[Signal]]


def _led(of: _ByKind, limits: Thresholds, since: date) -> str:
    led, scores = of[Kind.LED], [s.amount for s in of[Kind.EVALUATED]]
    if len(led) < limits.activities_led or len(scores) < limits.evaluations:
        return ""
    if 100 * sum(scores) < limits.mean_score_hundredths * len(scores):
        return ""
    return (
        f"You led {len(led)} activities for {sum(s.amount for s in led)} colleagues since {_day(since)},"
        f" and {len(scores)} evaluations by peers rated them {sum(scores) / len(scores):.1f} out of 5 on average."
    )


def _trainees(of: _ByKind, limits: Thresholds, since: date) -> str:
    mentored = of[Kind.TRAINEE_MENTORED]
    if len(mentored) < limits.trainees_mentored:
        return ""
    days = sum(s.amount for s in mentored)
    return f"You mentored trainees in {len(mentored)} placements, {days} days in all, since {_day(since)}."


def _inductions(of: _ByKind, limits: Thresholds, since: date) -> str:
    mentored = len(of[Kind.INDUCTION_MENTORED])
    if mentored < limits.inductions_mentored:
        return ""
    teachers = "a teacher" if mentored == 1 else f"{mentored} teachers"
    return f"You mentored {teachers} through induction since {_day(since)}."


_RULES: tuple[Callable[[_ByKind, Thresholds, date], str], ...] = (_led, _trainees, _inductions)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _months_before(on: date, months: int) -> date:
    """The same day that many months earlier, or the last day of a shorter month."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
