"""Interviews: what a provider arranges on the way to a decision."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import interviews
from services.itt.domain.interviews import Interview
from services.itt.handlers import candidacies, feed
from services.itt.handlers.after_decisions import interview, interview_rows, store_interview
from services.itt.handlers.application_views import View, view
from services.itt.handlers.candidacies import Held
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

ACTION = "application.interview"


def arrange_interview(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    application_id: UUID,
    provider_code: str,
    at: datetime,
    location: str,
    additional_details: str | None = None,
    interview_id: UUID | None = None,
) -> View:
    """Invite the candidate; asked again with the same id it is the same interview. Raises Invalid, Conflict."""
    held = candidacies.locked(session, by, ACTION, application_id)
    if interview_id is not None and any(r.id == interview_id for r in interview_rows(session, held.mine)):
        return view(session, now, by, held)
    if interview_id is not None and session.get(models.Interview, interview_id) is not None:
        raise Conflict(f"The interview {interview_id} is of another application")
    made = Interview(
        id=interview_id or new_id(),
        application_id=application_id,
        provider_code=provider_code,
        at=at,
        location=location,
        additional_details=additional_details,
        created_at=now,
        updated_at=now,
    )
    change = interviews.arrange(held.mine, held.known, made, now)
    row = models.Interview(id=made.id, application_id=application_id)
    store_interview(row, made)
    session.add(row)
    candidacies.changed(session, now, by, held, [change], action="application.arrange_interview")
    return view(session, now, by, held)


def change_interview(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    interview_id: UUID,
    provider_code: str | None = None,
    at: datetime | None = None,
    location: str | None = None,
    additional_details: str | None = None,
) -> View:
    """Another time, place or provider; what is left out stays. Raises NotFound, Conflict, Invalid."""
    held, row = _interview(session, by, interview_id)
    changes = {"provider_code": provider_code, "at": at, "location": location}
    after, events = interviews.change(
        held.mine, interview(row), now, **changes, additional_details=additional_details
    )
    differs = store_interview(row, after)
    if differs:
        told = {"interview": [name for name in differs if name != "updated_at"]}
        candidacies.note(session, now, by, held.mine.id, "application.change_interview", told)
        for event in events:
            publish(session, event)
        feed.touch_one(session, held.mine.id)
    return view(session, now, by, held)


def cancel_interview(
    session: Session, now: datetime, by: Principal, *, interview_id: UUID, reason: str
) -> View:
    """Cancel it with a reason; without another one the application awaits a decision again."""
    held, row = _interview(session, by, interview_id)
    known = [interview(each) for each in interview_rows(session, held.mine)]
    gone, change = interviews.cancel(held.mine, interview(row), known, reason, now)
    store_interview(row, gone)
    candidacies.changed(session, now, by, held, [change], action="application.cancel_interview")
    return view(session, now, by, held)


def _interview(session: Session, by: Principal, interview_id: UUID) -> tuple[Held, models.Interview]:
    row = session.get(models.Interview, interview_id)
    if row is None:
        raise NotFound(f"There is no interview {interview_id}")
    try:
        held = candidacies.locked(session, by, ACTION, row.application_id)
    except NotFound:
        raise NotFound(f"There is no interview {interview_id}") from None
    session.refresh(row)
    return held, row
