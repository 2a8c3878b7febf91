"""When an application goes inactive, and what the end of a cycle does to it: dates due, safe when late or twice."""

from datetime import datetime

from services.itt.domain.applications import Application, Change, State, end_unsent
from services.itt.domain.cycles import Cycle, end_of_day, working_days_after
from services.itt.domain.dates import today
from services.itt.domain.offers import decline_by_default
from services.itt.domain.rejections import reject_by_default

WORKING_DAYS, WORKING_DAYS_FROM_JULY = 30, 20
JULY = 7


def inactive_due_at(sent_at: datetime, cycle: Cycle) -> datetime:
    """The end of the day, London time, 30 working days after it was sent; 20 when sent from 1 July of the cycle.

    Working days leave out weekends, bank holidays of England and the cycle's Christmas and Easter ranges (Apply).
    """
    day = today(sent_at)
    from_july = (day.year, day.month) >= (cycle.year, JULY)
    return end_of_day(working_days_after(WORKING_DAYS_FROM_JULY if from_july else WORKING_DAYS, day))


# What the end of a cycle does, the states that it does it to, and the cycle's moment of it.
ENDS = {
    "unsent": (State.UNSUBMITTED,),
    "undecided": (State.AWAITING, State.INTERVIEWING, State.INACTIVE),
    "unanswered": (State.OFFER,),
}


def ends_at(cycle: Cycle, what: str) -> datetime:
    """When that end comes: at the deadline, 8 and 13 days after it."""
    moments = {
        "unsent": cycle.apply_deadline_at,
        "undecided": cycle.reject_by_default_at,
        "unanswered": cycle.decline_by_default_at,
    }
    return moments[what]


def end(application: Application, what: str, now: datetime) -> Change:
    """What that end of the cycle does to an application; nothing before its moment or in another state."""
    ends = {"unsent": end_unsent, "undecided": reject_by_default, "unanswered": decline_by_default}
    return ends[what](application, now)
