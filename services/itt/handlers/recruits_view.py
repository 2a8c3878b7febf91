"""What a trainee who comes from an application shows beside the record: matches to decide, corrections on offer."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.corrections_offered import State

View = dict[str, Any]


def shown(session: Session, row: models.Trainee, *, whole: bool) -> View:
    """Who may be the same trainee, and how many corrections are open: the provider's to know (``whole``)."""
    if not whole:
        return {"matches": [], "open_corrections": 0}
    return {"matches": matches(session, row), "open_corrections": _open(session, row.id)}


def matches(session: Session, row: models.Trainee) -> list[View]:
    """The trainees who may be the same one, without those that are gone meanwhile."""
    table = models.Trainee
    ids = [UUID(each) for each in row.matches or ()]
    if not ids:
        return []
    found = session.scalars(
        select(table).where(table.id.in_(ids), table.discarded_at.is_(None)).order_by(table.id)
    )
    names = ("first_names", "last_name", "state")
    return [{"trainee_id": one.id} | {name: getattr(one, name) for name in names} for one in found]


def _open(session: Session, trainee_id: UUID) -> int:
    table = models.OfferedCorrection
    known = select(func.count()).where(table.trainee_id == trainee_id, table.state == State.OFFERED)
    return session.scalar(known) or 0
