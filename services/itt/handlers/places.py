"""The places of a course option: taken when an offer is accepted, given back when it falls through."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.models.courses import CourseOption
from shared.errors import Conflict, NotFound


def take(session: Session, option_id: UUID) -> int:
    """Take one place, whatever happens at the same moment; gives how many are accepted now.

    One statement decides, and the table's constraint stands behind it. Raises NotFound, Conflict when none is left.
    """
    return _move(session, option_id, 1, CourseOption.accepted < CourseOption.places, "There is no place left")


def give_back(session: Session, option_id: UUID) -> int:
    """Give one place back; gives how many are accepted now. Raises NotFound, Conflict when none was taken."""
    return _move(session, option_id, -1, CourseOption.accepted > 0, "No place of this option is taken")


def _move(session: Session, option_id: UUID, by: int, when: ColumnElement[bool], refusal: str) -> int:
    statement = (
        update(CourseOption)
        .where(CourseOption.id == option_id, when)
        .values(accepted=CourseOption.accepted + by)
        .returning(CourseOption.accepted)
        .execution_options(synchronize_session="fetch")
    )
    accepted: int | None = session.scalar(statement)
    if accepted is None:
        _refuse(session, option_id, refusal)
    return accepted or 0


def _refuse(session: Session, option_id: UUID, refusal: str) -> Any:
    option = session.get(models.CourseOption, option_id)
    if option is None:
        raise NotFound(f"There is no course option {option_id}")
    raise Conflict(refusal, course_option_id=str(option_id), places=option.places)
