"""The table ``due``: one row for each kind and subject."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database.tables import DUE

NOW = func.clock_timestamp()
AFRESH: dict[str, Any] = {"attempts": 0, "starts": 0, "retry_at": None, "parked_at": None, "error": None}


def schedule(session: Session, at: datetime, kind: str, subject: str) -> None:
    """Fire ``kind`` for the subject at that moment; asked again, it moves the date, and what was parked fires again."""
    statement = insert(DUE).values(at=at, kind=kind, subject=subject)
    change = {"at": at} | AFRESH
    session.execute(statement.on_conflict_do_update(index_elements=[DUE.c.kind, DUE.c.subject], set_=change))


def schedule_many(session: Session, due: Sequence[tuple[datetime, str, str]]) -> None:
    """Schedule many at once: ``(at, kind, subject)`` each."""
    if not due:
        return
    rows = [{"at": at, "kind": kind, "subject": subject} for at, kind, subject in due]
    statement = insert(DUE).values(rows)
    change = {"at": statement.excluded.at} | AFRESH
    session.execute(statement.on_conflict_do_update(index_elements=[DUE.c.kind, DUE.c.subject], set_=change))


def cancel(session: Session, kind: str, subject: str) -> None:
    """It is not due any more; harmless if it never was."""
    session.execute(delete(DUE).where(DUE.c.kind == kind, DUE.c.subject == subject))


def next_due(session: Session) -> datetime | None:
    """When the next one is due; what is parked is not."""
    earliest: datetime | None = session.scalar(select(func.min(DUE.c.at)).where(DUE.c.parked_at.is_(None)))
    return earliest


def next_kinds(session: Session) -> tuple[datetime | None, dict[str, int]]:
    """The moment of ``next_due``, and how many of each kind are due then."""
    earliest = select(func.min(DUE.c.at)).where(DUE.c.parked_at.is_(None)).scalar_subquery()
    due = select(DUE.c.at, DUE.c.kind, func.count()).where(DUE.c.at == earliest, DUE.c.parked_at.is_(None))
    rows = session.execute(due.group_by(DUE.c.at, DUE.c.kind).order_by(DUE.c.kind)).all()
    return (rows[0].at if rows else None), {kind: number for _, kind, number in rows}


def take_due(
    session: Session, now: datetime, kinds: Sequence[str], skip: Sequence[int], again: int | None = None
) -> Any | None:
    """The oldest that is due, with its start counted: if the process dies of it, the next one knows.

    Another process passes it over while it is locked. A start of ``again`` was interrupted, and counts once.
    """
    oldest = (
        select(DUE.c.id)
        .where(DUE.c.at <= now, DUE.c.kind.in_(kinds), DUE.c.id.not_in(skip), DUE.c.parked_at.is_(None))
        .where((DUE.c.retry_at.is_(None)) | (DUE.c.retry_at <= NOW))
        .order_by(DUE.c.at, DUE.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    starts = DUE.c.starts + case((DUE.c.id == again, 0), else_=1)
    counted = update(DUE).where(DUE.c.id == oldest.scalar_subquery()).values(starts=starts)
    return session.execute(counted.returning(DUE)).one_or_none()


def remove(session: Session, row: Any) -> bool:
    """It fires in this transaction; False when it was moved, cancelled or fired by another since it was taken."""
    mine = delete(DUE).where(DUE.c.id == row.id, DUE.c.at == row.at)
    return session.scalar(mine.returning(DUE.c.id)) is not None


def record_failure(session: Session, row: Any, attempts: int, error: str, after: dict[str, Any]) -> None:
    """It stays, to be tried again or parked: ``after`` is the verdict on a failure with so many attempts."""
    parked_at = NOW if after["state"] == "parked" else None
    values = {"retry_at": after["next_attempt_at"], "parked_at": parked_at, "error": error}
    session.execute(
        update(DUE)
        .where(DUE.c.id == row.id, DUE.c.at == row.at)
        .values(attempts=attempts, starts=0, **values)
    )


def hold(session: Session, row: Any, seconds: float) -> None:
    """Whoever took it works on it outside any transaction: nobody else takes it for so long."""
    until = NOW + literal(timedelta(seconds=seconds))
    session.execute(update(DUE).where(DUE.c.id == row.id).values(retry_at=until))


def put_off(session: Session, row: Any, pause: timedelta, error: str) -> None:
    """Nobody answers: it stays, to be tried again after the pause, however often that was."""
    values = {"retry_at": NOW + literal(pause), "attempts": row.attempts + 1, "starts": 0, "error": error}
    session.execute(update(DUE).where(DUE.c.id == row.id, DUE.c.at == row.at).values(values))


def retry_parked(session: Session) -> list[Any]:
    """What was parked fires again, from its first attempt; gives (kind, subject) of each."""
    parked = update(DUE).where(DUE.c.parked_at.is_not(None)).values(AFRESH)
    return list(session.execute(parked.returning(DUE.c.kind, DUE.c.subject)))
