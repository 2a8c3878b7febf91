"""What somebody reads in the app."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.domain.policy import PERMISSIONS, recipients, relations
from services.notifications.domain.telling import referee
from services.notifications.models import Message
from shared.aliases import known_as
from shared.audit import audit
from shared.errors import NotFound
from shared.paging import page
from shared.policy import Principal


def inbox(
    session: Session, by: Principal, *, person_id: UUID, unread: bool, limit: int, after: str | None
) -> dict[str, Any]:
    """The person's messages, newest first, by whichever of the person's ids they came; a referee's, by the reference's.

    Raises NotAllowed (neither the person nor an operator).
    """
    ids = known_as(session, person_id)
    PERMISSIONS.require(by, "inbox.read", relations(by, ids))
    ids = recipients(by, ids, referee(person_id))
    return messages_of(ids, session, unread=unread, limit=limit, after=after)


def messages_of(
    ids: Collection[UUID], session: Session, *, unread: bool, limit: int, after: str | None
) -> dict[str, Any]:
    """The messages to these recipients, newest first."""
    statement = select(Message).where(Message.recipient_id.in_(ids))
    if unread:
        statement = statement.where(Message.read_at.is_(None))
    order = (Message.created_at, Message.id)
    found = page(session, statement, order=order, limit=limit, after=after, descending=True)
    return found | {"unread": _unread(session, ids)}


def mark_read(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, message_ids: list[UUID]
) -> dict[str, int]:
    """Note that the person has read these; those that were read keep their time.

    Raises NotAllowed (not the person), NotFound (a message that is not the person's).
    """
    ids = known_as(session, person_id)
    PERMISSIONS.require(by, "inbox.mark_read", relations(by, ids))
    ids = recipients(by, ids, referee(person_id))
    return mark(session, now, by, ids, f"person/{person_id}", message_ids)


def mark(
    session: Session,
    now: datetime,
    by: Principal,
    ids: Collection[UUID],
    subject: str,
    message_ids: Sequence[UUID],
) -> dict[str, int]:
    """Note that messages to these recipients were read. Raises NotFound."""
    which = (Message.recipient_id.in_(ids), Message.id.in_(message_ids))
    found = list(session.scalars(select(Message).where(*which).order_by(Message.id).with_for_update()))
    if missing := sorted(
        {str(message_id) for message_id in message_ids} - {str(message.id) for message in found}
    ):
        raise NotFound("there are no such messages in this inbox", message_ids=missing)
    fresh = [message for message in found if message.read_at is None]
    for message in fresh:
        message.read_at = now
    if fresh:
        changes = {"message_ids": [message.id for message in fresh]}
        audit(session, by, now, action="inbox.mark_read", subject=subject, changes=changes)
    session.flush()
    return {"marked": len(fresh), "unread": _unread(session, ids)}


def _unread(session: Session, person_ids: Collection[UUID]) -> int:
    which = (Message.recipient_id.in_(person_ids), Message.read_at.is_(None))
    return session.scalar(select(func.count()).select_from(Message).where(*which)) or 0
