"""How much may be written about one trainee, or into one form: always less than an answer can carry.

An answer has at most a mebibyte. Were the entries of one writer to fill it, nobody could read the trainee or decide
on the application any more; so each kind of entry has its own room, and all of them together leave some.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from shared.errors import TooLarge

KIB = 1024
OBSERVATIONS, REVIEWS, FINAL_ASSESSMENTS = 192 * KIB, 192 * KIB, 96 * KIB
# What is said of a concern that was raised has room left when no more can be raised.
RAISED, CONCERNS, ABSENCES = 96 * KIB, 160 * KIB, 64 * KIB
FORM = 512 * KIB


def size(values: Iterable[Any]) -> int:
    """The bytes of what is said, as it travels."""
    return len(json.dumps(list(values), ensure_ascii=False, default=str).encode())


def of_observations(session: Session, trainee_id: UUID) -> None:
    """Raises TooLarge when the observations of a trainee have no room."""
    _refuse("observations", _rows(session, models.Observation, trainee_id), OBSERVATIONS)


def of_reviews(session: Session, trainee_id: UUID, *, final: bool) -> None:
    """Raises TooLarge when the reviews, or the final assessments, of a trainee have no room."""
    rows = [row for row in _rows(session, models.Review, trainee_id) if row["final"] is final]
    name, most = ("final assessments", FINAL_ASSESSMENTS) if final else ("reviews", REVIEWS)
    _refuse(name, rows, most)


def of_absences(session: Session, trainee_id: UUID) -> None:
    """Raises TooLarge when the absences of a trainee have no room."""
    _refuse("absences", _rows(session, models.training.Absence, trainee_id), ABSENCES)


def of_concerns(session: Session, trainee_id: UUID, *, raised: bool) -> None:
    """Raises TooLarge when the concerns about a trainee have no room for one more, or for what becomes of one."""
    _refuse("concerns", _rows(session, models.training.Concern, trainee_id), RAISED if raised else CONCERNS)


def of_form(sections: Mapping[str, tuple[Mapping[str, Any], bool]]) -> None:
    """Raises TooLarge when the sections of a form have no room."""
    _refuse("the form", (content for content, _ in sections.values()), FORM)


def _rows(session: Session, table: Any, trainee_id: UUID) -> list[dict[str, Any]]:
    """What stands of a kind of entry, without what was removed."""
    session.flush()
    known = session.scalars(select(table).where(table.trainee_id == trainee_id))
    names = [column.key for column in table.__table__.columns]
    return [
        {name: getattr(row, name) for name in names} for row in known if not getattr(row, "removed_at", None)
    ]


def _refuse(what: str, values: Iterable[Any], most: int) -> None:
    if (bytes_ := size(values)) > most:
        raise TooLarge(
            f"With this, {what} would have {bytes_} bytes; {most} fit: shorten it by {bytes_ - most},"
            " or shorten or remove what stands there",
            size_bytes=bytes_,
            limit_bytes=most,
        )
