"""What operators see of messages: where their e-mail stands, and how to send one again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.domain.messages import TRANSITIONS, State
from services.notifications.domain.policy import PERMISSIONS
from services.notifications.domain.telling import Audience
from services.notifications.handlers import contacts
from services.notifications.models import Contact, Message
from shared.aliases import known_as
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.paging import page
from shared.policy import Principal


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
        statement = statement.where(Message.recipient_id.in_(known_as(session, person_id)))
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
    before, after = message.state, TRANSITIONS.next(State(message.state), "sent_again")
    contact = contacts.find(session, known_as(session, message.recipient_id))
    if contact is None or contact.email is None:
        raise Conflict("no address is known of the recipient; try when one is told", reason="no_address")
    message.state, message.attempts, message.retry_at, message.reason = after.value, 0, None, None
    changes = {"state": [before, after]}
    audit(
        session,
        by,
        now,
        action="deliveries.send_again",
        subject=f"message/{message.id}",
        why=reason,
        changes=changes,
    )
    session.flush()
    return message


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
