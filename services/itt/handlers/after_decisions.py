"""What a move of an application brings with it: deadlines, interviews, references, and the trainee of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import interviews
from services.itt.domain.applications import EXPECTED, Application, State
from services.itt.domain.interviews import Interview
from services.itt.handlers import recruits, referees
from services.itt.handlers.catalogue import assign
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import schedule

INACTIVE = "application_inactive"
INTERVIEW = tuple(Interview.__dataclass_fields__)


def follow_up(
    session: Session, now: datetime, by: Principal, before: Application, after: Application
) -> None:
    """Called with every move, in its transaction."""
    if after.state is State.AWAITING and after.inactive_due_at is not None:
        schedule(session, max(now, after.inactive_due_at), INACTIVE, f"application/{after.id}")
    if before.state is State.INTERVIEWING and after.state in interviews.BECAUSE:
        _cancel_interviews(session, now, after)
    if after.state in EXPECTED and before.state not in EXPECTED:
        referees.ask(session, now, after)
    if before.state in EXPECTED and after.state not in EXPECTED:
        referees.cancel_requests(session, now, after)
    recruits.follow(session, now, by, before, after)


def _cancel_interviews(session: Session, now: datetime, after: Application) -> None:
    rows = {row.id: row for row in interview_rows(session, after)}
    known = [interview(row) for row in rows.values()]
    for gone, event in interviews.cancel_upcoming(after, known, now):
        store_interview(rows[gone.id], gone)
        publish(session, event)


def interview_rows(session: Session, mine: Application) -> list[models.Interview]:
    """The interviews of an application, by their time."""
    table = models.Interview
    known = select(table).where(table.application_id == mine.id).order_by(table.at, table.id)
    return list(session.scalars(known))


def interview(row: models.Interview) -> Interview:
    """The domain's interview of a row."""
    return Interview(**{name: getattr(row, name) for name in INTERVIEW})


def store_interview(row: models.Interview, after: Interview) -> dict[str, list[object]]:
    """Write what became of an interview; gives what changed."""
    return assign(row, {name: getattr(after, name) for name in INTERVIEW})
