"""What operators see of messages: where their e-mail stands, and how to send one again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.domain.messages import TRANSITIONS, State
from services.notifications.domain.policy import PERMISSIONS
from services.notifications.domain.telling import Audience, referee
from services.notifications.handlers import contacts
from services.notifications.models import Contact, Message
from shared.aliases import known_as
from shared.audit import audit, audit_many
from shared.errors import Conflict, NotFound
from shared.health.counted import Counted
from shared.paging import page
from shared.policy import Principal

# What has ended well is not counted: it only grows.
_OPEN = ("waiting", "held", "ready", "sending", "failed", "unknown")
COUNTED = Counted(
    "continuum_messages",
    "Messages by the state of their e-mail, but those that were sent or were not to be",
    _OPEN,
    f"SELECT state, count(*) FROM message WHERE state IN {_OPEN} GROUP BY state",
)


def deliveries(
    session: Session,
    by: Principal,
    *,
    state: str | None,
    template: str | None,
    person_id: UUID | None,
    event_id: UUID | None,
    oldest_first: bool,
    limit: int,
    after: str | None,
) -> dict[str, Any]:
    """Messages with the state of their e-mail. Raises NotAllowed (not an operator)."""
    PERMISSIONS.require(by, "deliveries.read")
    statement = select(Message)
    for column, wanted in (
        (Message.state, state),
        (Message.template, template),
        (Message.event_id, event_id),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if person_id is not None:
        whose = known_as(session, person_id) | {referee(person_id)}
        statement = statement.where(Message.recipient_id.in_(whose))
    order = (Message.created_at, Message.id)
    return page(session, statement, order=order, limit=limit, after=after, descending=not oldest_first)


def send_again(session: Session, now: datetime, by: Principal, *, message_id: UUID, reason: str) -> Message:
    """Send one once more: it failed, nobody knows what became of it, or it was lost after it was sent.

    Raises NotAllowed (not an operator), NotFound, TransitionNotAllowed, Conflict (no address is known).
    """
    PERMISSIONS.require(by, "deliveries.send_again")
    which = select(Message).where(Message.id == message_id)
    message: Message | None = session.scalar(which.with_for_update())
    if message is None:
        raise NotFound("there is no such message")
    TRANSITIONS.next(State(message.state), "sent_again")
    if not _has_address(session, message):
        raise Conflict("no address is known of the recipient; try when one is told", reason="no_address")
    audit(session, by, now, **_again(message, reason))
    session.flush()
    return message


def send_all_again(
    session: Session, now: datetime, by: Principal, *, state: str, reason: str, limit: int, after: str | None
) -> dict[str, Any]:
    """Send a page of those in the state once more; whose recipient has no address stays. Raises NotAllowed.

    One that somebody else has at this moment is left out: it is in that state no longer, or comes with the next call.
    """
    PERMISSIONS.require(by, "deliveries.send_again")
    chosen = select(Message).where(Message.state == state).with_for_update(skip_locked=True)
    found = page(session, chosen, order=(Message.created_at, Message.id), limit=limit, after=after)
    known = [message for message in found["items"] if _has_address(session, message)]
    audit_many(session, by, now, [_again(message, reason) for message in known])
    session.flush()
    left = len(found["items"]) - len(known)
    return {"changed": len(known), "without_address": left, "next": found["next"]}


def _has_address(session: Session, message: Message) -> bool:
    contact = contacts.find(session, known_as(session, message.recipient_id))
    return contact is not None and contact.email is not None


def _again(message: Message, reason: str) -> dict[str, Any]:
    """Make it ready as if it had never been tried; gives the note for the audit."""
    before, after = message.state, TRANSITIONS.next(State(message.state), "sent_again")
    message.state, message.attempts, message.retry_at, message.reason = after.value, 0, None, None
    return {
        "action": "deliveries.send_again",
        "subject": f"message/{message.id}",
        "why": reason,
        "changes": {"state": [before, after]},
    }


def counts(session: Session, by: Principal) -> dict[str, Any]:
    """How many messages there are, by state and by template. Raises NotAllowed (not an operator)."""
    PERMISSIONS.require(by, "deliveries.read")
    states = {state.value: 0 for state in State} | _counted(session, Message.state)
    return {
        "messages": sum(states.values()),
        "unread": _count(session, Message, Message.read_at.is_(None), Message.audience != Audience.CONTACT),
        "contacts": _count(session, Contact),
        "states": states,
        "templates": _counted(session, Message.template),
    }


def _counted(session: Session, column: Any) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).group_by(column).order_by(column))
    return {value: number for value, number in rows}


def _count(session: Session, table: type[Any], *which: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0
