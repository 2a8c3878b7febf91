"""Interviews: arranged, changed, cancelled with a reason; never in the past, and by who trains or ratifies."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.itt.domain.applications import (
    INTERVIEWABLE,
    Application,
    Candidacy,
    Change,
    State,
    about,
    moved,
)
from services.itt.domain.limits import refuse_no_room
from shared.errors import Conflict, Invalid
from shared.events.applications import InterviewArranged, InterviewCancelled, InterviewChanged

MAX_TEXT, MAX_REASON = 10_240, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """One interview; ``provider_code`` is who interviews, ``at`` when (UTC)."""

    id: UUID
    application_id: UUID
    provider_code: str
    at: datetime
    location: str
    additional_details: str | None = None
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None = None
    cancellation_reason: str | None = None

    def is_upcoming(self, now: datetime) -> bool:
        """Whether it is still to take place."""
        return self.cancelled_at is None and self.at >= now


def arrange(application: Application, known: Candidacy, interview: Interview, now: datetime) -> Change:
    """Invite the candidate. Raises TransitionNotAllowed, Invalid by field, Conflict when four are in progress."""
    after = moved(application, "interview")
    refuse_no_room(application, known)
    _check(application, interview, now)
    return after, (InterviewArranged(**about(after, now, **_said(interview))),)


def _check(application: Application, interview: Interview, now: datetime) -> None:
    course = application.course
    if interview.provider_code not in (course.provider_code, course.content.accredited_code):
        raise Invalid.field(
            "provider_code",
            f"{interview.provider_code} neither runs nor ratifies the course; it is {course.provider_code}"
            f" or {course.content.accredited_code}",
        )
    if interview.at < now:
        raise Invalid.field("at", "is in the past; give a moment that is still to come")
    if not interview.location.strip():
        raise Invalid.field("location", "is missing; say where it takes place, or how to join")


def _said(interview: Interview) -> dict[str, Any]:
    return {
        "interview_id": interview.id,
        "with_provider_code": interview.provider_code,
        "at": interview.at,
    }


def change(
    application: Application, interview: Interview, now: datetime, **changes: Any
) -> tuple[Interview, tuple[InterviewChanged, ...]]:
    """Another time, place or provider; what is None stays. Raises Conflict, Invalid. No change says nothing."""
    _refuse_when_over(application, interview, now)
    given = {name: value for name, value in changes.items() if value is not None}
    differs = tuple(name for name, value in given.items() if getattr(interview, name) != value)
    if not differs:
        return interview, ()
    after = replace(interview, **given, updated_at=now)
    _check(application, after, now)
    return after, (InterviewChanged(**about(application, now, **_said(after), changed=differs)),)


def cancel(
    application: Application, interview: Interview, all_: Iterable[Interview], reason: str, now: datetime
) -> tuple[Interview, Change]:
    """Cancel it with a reason; without another the application awaits a decision again. Raises Conflict, Invalid."""
    _refuse_when_over(application, interview, now)
    if not reason.strip():
        raise Invalid.field("reason", "is missing; the candidate sees why the interview is cancelled")
    if len(reason) > MAX_REASON:
        raise Invalid.field("reason", f"has {len(reason)} characters; shorten it to {MAX_REASON}")
    cancelled = _cancelled(interview, reason.strip(), now)
    left = [other for other in all_ if other.id != interview.id and other.cancelled_at is None]
    after = application if left else moved(application, "cancel_interview")
    return cancelled, (after, (InterviewCancelled(**about(after, now, **_said(cancelled))),))


def _refuse_when_over(application: Application, interview: Interview, now: datetime) -> None:
    if application.state is not State.INTERVIEWING:
        raise Conflict(f"Interviews are over: the application is {application.state.value}")
    if interview.cancelled_at is not None:
        raise Conflict("This interview is cancelled already")
    if interview.at < now:
        raise Conflict("This interview has taken place; it can be neither changed nor cancelled")


def _cancelled(interview: Interview, reason: str, now: datetime) -> Interview:
    return replace(interview, cancelled_at=now, cancellation_reason=reason, updated_at=now)


BECAUSE = {
    State.OFFER: "We made you an offer",
    State.REJECTED: "We decided not to go on with your application",
    State.WITHDRAWN: "Your application was withdrawn",
}
NOBODY_DECIDED = "Nobody decided before the end of the recruitment cycle"


def cancel_upcoming(
    after: Application, all_: Iterable[Interview], now: datetime
) -> list[tuple[Interview, InterviewCancelled]]:
    """Once the application is decided, interviews that are still to come are cancelled, with why (Apply)."""
    if after.state in INTERVIEWABLE or after.state not in BECAUSE:
        return []
    coming = [interview for interview in all_ if interview.is_upcoming(now)]
    gone = [_cancelled(interview, _because(after), now) for interview in coming]
    return [(each, InterviewCancelled(**about(after, now, **_said(each)))) for each in gone]


def _because(after: Application) -> str:
    """Whoever is rejected by default was not decided on."""
    return NOBODY_DECIDED if after.ended_because == "by_default" else BECAUSE[after.state]
