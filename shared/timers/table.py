"""The table ``due``: one row for each kind and subject."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database.tables import DUE


def schedule(session: Session, at: datetime, kind: str, subject: str) -> None:
    """Fire ``kind`` for the subject at that moment; asked again, it moves the date."""
    statement = insert(DUE).values(at=at, kind=kind, subject=subject)
    change = {"at": at, "attempts": 0, "retry_at": None}
    session.execute(statement.on_conflict_do_update(index_elements=[DUE.c.kind, DUE.c.subject], set_=change))


def schedule_many(session: Session, due: Sequence[tuple[datetime, str, str]]) -> None:
    """Schedule many at once: ``(at, kind, subject)`` each."""
    if not due:
        return
    rows = [{"at": at, "kind": kind, "subject": subject} for at, kind, subject in due]
    statement = insert(DUE).values(rows)
    change = {"at": statement.excluded.at, "attempts": 0, "retry_at": None}
    session.execute(statement.on_conflict_do_update(index_elements=[DUE.c.kind, DUE.c.subject], set_=change))


def cancel(session: Session, kind: str, subject: str) -> None:
    """It is not due any more; harmless if it never was."""
    session.execute(delete(DUE).where(DUE.c.kind == kind, DUE.c.subject == subject))


def next_due(session: Session) -> datetime | None:
    """When the next one is due."""
    earliest: datetime | None = session.scalar(select(func.min(DUE.c.at)))
    return earliest


def take_due(session: Session, now: datetime, kinds: Sequence[str], skip: Sequence[int]) -> Any | None:
    """The oldest that is due, locked: another process passes it over."""
    return session.execute(
        select(DUE)
        .where(DUE.c.at <= now, DUE.c.kind.in_(kinds), DUE.c.id.not_in(skip))
        .where((DUE.c.retry_at.is_(None)) | (DUE.c.retry_at <= func.clock_timestamp()))
        .order_by(DUE.c.at, DUE.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
