"""A course says something else: its trainees are compared with it, each in a transaction of its own.

Whoever changes a course holds its rows, which the moves of applications take last: so the trainees are looked at after.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import records
from shared.timers import schedule_many

KIND = "offer_corrections"


def expect(session: Session, now: datetime, course_id: UUID) -> None:
    """Have every trainee of a course compared, within a second of the commit (the course is locked)."""
    trainee, application = models.Trainee, models.Application
    known = select(trainee.id).join(application, application.id == trainee.from_application_id)
    mine = known.where(application.course_id == course_id, trainee.discarded_at.is_(None))
    ids = session.scalars(mine.order_by(trainee.id))
    schedule_many(session, [(now, KIND, records.subject(id_)) for id_ in ids])
