"""What the delivery loop does in the database: claim, settle, and take over from a process that is gone.

Between claim and settlement, outside any transaction, the mail is handed over. Times are by the clock on the wall.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.notifications.domain.messages import (
    CLAIM_S,
    TRANSITIONS,
    State,
    after_interruption,
    retry_delay,
)
from services.notifications.handlers import contacts
from services.notifications.models import Contact, Message
from services.notifications.rendering import as_mail
from shared.aliases import known_as


@dataclass(frozen=True)
class Mail:
    """A message on its way: whoever has claimed it hands it over."""

    message_id: UUID
    name: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of it: an event of the transition table (accepted, refused, not_reached, outcome_lost, put_back)."""

    message_id: UUID
    event: str
    reason: str | None = None


def claim(session: Session, at: datetime, channel: str, limit: int) -> list[Mail]:
    """Take what is ready, oldest first, so that nobody else does; what lacks an address goes back to wait."""
    due = or_(Message.retry_at.is_(None), Message.retry_at <= at)
    ready = select(Message).where(Message.state == State.READY, due).order_by(Message.id).limit(limit)
    messages = session.scalars(ready.with_for_update(skip_locked=True)).all()
    found = _contacts(session, messages)
    return [
        mail
        for message in messages
        if (mail := _claimed(message, found.get(message.recipient_id), at, channel))
    ]


def _claimed(message: Message, contact: Contact | None, at: datetime, channel: str) -> Mail | None:
    if contact is None or contact.email is None:
        message.state = TRANSITIONS.next(State(message.state), "address_missing").value
        return None
    message.state = TRANSITIONS.next(State(message.state), "claimed").value
    message.attempts += 1
    message.claimed_at, message.channel, message.address = at, channel, contact.email
    name = contacts.full_name(contact)
    text = as_mail(name, message.body, notice=message.notice)
    return Mail(message.id, name, contact.email, message.subject, text)


def _contacts(session: Session, messages: Sequence[Message]) -> dict[UUID, Contact | None]:
    """The contact of each recipient: of the row's own id in one query, of merged ones one by one."""
    recipients = {message.recipient_id for message in messages}
    own = session.scalars(
        select(Contact).where(Contact.person_id.in_(recipients), Contact.email.is_not(None))
    )
    found: dict[UUID, Contact | None] = {contact.person_id: contact for contact in own}
    return found | {
        other: contacts.find(session, known_as(session, other)) for other in recipients - found.keys()
    }


def settle(session: Session, at: datetime, outcomes: Iterable[Outcome]) -> None:
    """Note what became of mails that were claimed; one that was taken over meanwhile is left as it is."""
    by_id = {outcome.message_id: outcome for outcome in outcomes}
    for message in _locked_sending(session, Message.id.in_(by_id)):
        _settle(message, by_id[message.id], at)


def _settle(message: Message, outcome: Outcome, at: datetime) -> None:
    event, delay = outcome.event, None
    if event == "not_reached" and (delay := retry_delay(message.attempts)) is None:
        event = "given_up"
    if event == "put_back":
        message.attempts -= 1
    message.state = TRANSITIONS.next(State.SENDING, event).value
    message.reason = outcome.reason
    message.retry_at = at + delay if delay else None
    message.sent_at = at if event == "accepted" else message.sent_at


def take_over(session: Session, at: datetime) -> int:
    """Settle claims of processes that are gone: again where that is harmless, else as unknown; gives how many."""
    gone = _locked_sending(session, Message.claimed_at < at - timedelta(seconds=CLAIM_S))
    for message in gone:
        message.state = after_interruption(message.channel).value
        message.reason = "interrupted"
    return len(gone)


def _locked_sending(session: Session, which: ColumnElement[bool]) -> Sequence[Message]:
    statement = select(Message).where(Message.state == State.SENDING, which).order_by(Message.id)
    return session.scalars(statement.with_for_update()).all()
