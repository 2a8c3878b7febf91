"""Who did what, when, why, and what changed: written by every command, in its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.context import correlation_id
from shared.database.tables import AUDIT
from shared.ids import new_id
from shared.policy import Principal


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One command that was carried out. ``personal`` holds values of personal data, and can be blanked."""

    at: datetime
    who: str
    on_behalf_of: str | None
    action: str
    why: str | None
    changes: dict[str, Any]
    personal: dict[str, Any] | None


def audit(
    session: Session,
    by: Principal,
    now: datetime,
    *,
    action: str,
    subject: str,
    why: str | None = None,
    changes: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
) -> None:
    """Note a command: ``subject`` as ``kind/id``, ``changes`` as field -> new value or [old, new]."""
    row = _row(by, now, action=action, subject=subject, why=why, changes=changes, personal=personal)
    session.execute(insert(AUDIT).values(row))


def audit_many(session: Session, by: Principal, now: datetime, notes: Sequence[dict[str, Any]]) -> None:
    """Note many commands, each by the arguments of ``audit``: one statement for up to 500 of them."""
    if notes:
        session.execute(insert(AUDIT), [_row(by, now, **note) for note in notes])


def _row(
    by: Principal,
    now: datetime,
    *,
    action: str,
    subject: str,
    why: str | None = None,
    changes: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": now,
        "who": by.id,
        "on_behalf_of": by.on_behalf_of,
        "action": action,
        "subject": subject,
        "why": why,
        "changes": plain(changes or {}),
        "personal": plain(personal) if personal else None,
        "correlation_id": correlation_id(),
    }


def audit_trail(session: Session, subject: str) -> list[AuditRecord]:
    """Everything that was done to the subject, oldest first."""
    columns = (
        AUDIT.c.at,
        AUDIT.c.who,
        AUDIT.c.on_behalf_of,
        AUDIT.c.action,
        AUDIT.c.why,
        AUDIT.c.changes,
        AUDIT.c.personal,
    )
    rows = session.execute(
        select(*columns).where(AUDIT.c.subject == subject).order_by(AUDIT.c.at, AUDIT.c.id)
    )
    return [AuditRecord(*row) for row in rows]


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
