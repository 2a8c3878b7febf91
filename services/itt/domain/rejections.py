"""Saying no: by the provider for coded reasons, or by default at the end of the cycle."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType

from services.itt.domain.applications import INTERVIEWABLE, Application, Change, Reason, about, moved
from shared.errors import Invalid
from shared.events.applications import ApplicationRejected

MAX_DETAILS = 65_535
# The national codes (Apply service, rejection reasons of its provider API).
CODES = MappingProxyType(
    {
        "R01": "Qualifications",
        "R02": "Personal statement",
        "R03": "Teaching knowledge, ability and interview performance",
        "R04": "Communication, interview attendance and scheduling",
        "R06": "Safeguarding",
        "R07": "Visa sponsorship",
        "R08": "Course full",
        "R09": "Other",
        "R10": "School placement",
    }
)
OTHER = "R09"


def reasons(given: Sequence[tuple[str, str | None]]) -> tuple[Reason, ...]:
    """Coded reasons with their text, which the candidate sees; a blank text stands for the code's own words.

    Raises Invalid: none, unknown, twice, or "other" without a text.
    """
    if not given:
        raise Invalid.field("reasons", "are missing; say at least one, the candidate sees them")
    codes = [code for code, _ in given]
    if len(set(codes)) < len(codes):
        raise Invalid.field("reasons", "name each code once")
    return tuple(_reason(code, details) for code, details in given)


def _reason(code: str, details: str | None) -> Reason:
    if code not in CODES:
        raise Invalid.field("reasons", f"{code} is no reason; there are {', '.join(CODES)}")
    text = (details or "").strip()
    if code == OTHER and not text:
        raise Invalid.field("reasons", f"{OTHER} (other) needs a text: say what the reason is")
    if len(text) > MAX_DETAILS:
        raise Invalid.field("reasons", f"{code} has {len(text)} characters; shorten it to {MAX_DETAILS}")
    return Reason(code=code, details=text or CODES[code])


def reject(application: Application, why: tuple[Reason, ...], now: datetime) -> Change:
    """The provider says no. Raises TransitionNotAllowed."""
    after = moved(application, "reject", rejected_at=now, rejection_reasons=why, ended_because="provider")
    return after, (_rejected(after, now),)


def reject_by_default(application: Application, now: datetime) -> Change:
    """Nobody decided until the end of the cycle. Nothing happens before it, or once it is decided."""
    if application.state not in INTERVIEWABLE or now < application.timetable.reject_by_default_at:
        return application, ()
    after = moved(application, "reject_by_default", rejected_at=now, ended_because="by_default")
    return after, (_rejected(after, now),)


def _rejected(after: Application, now: datetime) -> ApplicationRejected:
    codes = tuple(reason.code for reason in after.rejection_reasons)
    by_default = after.ended_because == "by_default"
    return ApplicationRejected(**about(after, now), reasons=codes, by_default=by_default)
