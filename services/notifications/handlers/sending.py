"""What the delivery loop does in the database: claim, settle, and take over from a process that is gone.

Between claim and settlement, outside any transaction, the mail is handed over. Times are by the database's clock, which
all processes share: one whose own clock is wrong neither takes a live claim over nor leaves a dead one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, column, func, literal, or_, select, update, values
from sqlalchemy.orm import Session

from services.notifications.domain.messages import (
    CLAIM_S,
    PUT_OFF,
    TRANSITIONS,
    State,
    after_interruption,
    attempts_that_count,
    retry_delay,
    target,
    waits_until,
)
from services.notifications.handlers import contacts
from services.notifications.handlers.providers import names_of
from services.notifications.handlers.telling import wait_for_address
from services.notifications.models import Contact, Message
from services.notifications.rendering import as_mail, organisation_name
from shared.aliases import known_as

NOW = func.clock_timestamp()
_TABLE = Message.__table__
_COLUMNS = (
    Message.id,
    Message.recipient_id,
    Message.subject,
    Message.body,
    Message.notice,
    Message.created_at,
    Message.audience,
    Message.organisation,
)


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
    """What became of it: an event of the transition table.

    These are accepted, refused, not_reached, server_away, outcome_lost, put_back.
    """

    message_id: UUID
    event: str
    reason: str | None = None


def claim(session: Session, channel: str, limit: int) -> list[Mail]:
    """Take what is ready, oldest first, so that nobody else does; what lacks an address goes back to wait."""
    due = or_(Message.retry_at.is_(None), Message.retry_at <= NOW)
    ready = select(*_COLUMNS).where(Message.state == State.READY, due).order_by(Message.id).limit(limit)
    rows = session.execute(ready.with_for_update(skip_locked=True)).all()
    found = _contacts(session, {row.recipient_id for row in rows})
    codes = {row.organisation.partition(":")[2] for row in rows if row.organisation}
    names = names_of(session, codes)
    mails = [_mail(row, contact, names) for row in rows if (contact := found.get(row.recipient_id))]
    _put_back_to_wait(session, [row for row in rows if row.recipient_id not in found])
    _note_claim(session, channel, mails)
    return mails


def _put_back_to_wait(session: Session, lacking: Sequence[Any]) -> None:
    """The address has gone: wait for another, as long as for one that never came."""
    change = {"state": target("address_missing").value}
    session.execute(update(_TABLE).where(_TABLE.c.id.in_([row.id for row in lacking])).values(change))
    for began_at in {waits_until(row.created_at): row.created_at for row in lacking}.values():
        wait_for_address(session, began_at)


def _note_claim(session: Session, channel: str, mails: Sequence[Mail]) -> None:
    if mails:
        rows = [(mail.message_id, mail.address) for mail in mails]
        to = values(column("id", Uuid), column("address", Text), name="claimed").data(rows)
        change = {
            "state": target("claimed").value,
            "attempts": _TABLE.c.attempts + 1,
            "claimed_at": NOW,
            "channel": channel,
            "address": to.c.address,
        }
        session.execute(update(_TABLE).where(_TABLE.c.id == to.c.id).values(change))


def _mail(row: Any, contact: Contact, names: Mapping[str, str]) -> Mail:
    name = contacts.full_name(contact)
    organisation = organisation_name(row.organisation, names)
    text = as_mail(name, row.body, notice=row.notice, audience=row.audience, organisation=organisation)
    return Mail(row.id, name, str(contact.email), row.subject, text)


def _contacts(session: Session, recipients: set[UUID]) -> dict[UUID, Contact]:
    """The contact with an address of each: of the row's own id in one query, of merged ones one by one."""
    with_address = select(Contact).where(Contact.person_id.in_(recipients), Contact.email.is_not(None))
    found: dict[UUID, Contact] = {contact.person_id: contact for contact in session.scalars(with_address)}
    for other in recipients - found.keys():
        contact = contacts.find(session, known_as(session, other))
        if contact is not None and contact.email is not None:
            found[other] = contact
    return found


def settle(session: Session, outcomes: Iterable[Outcome]) -> None:
    """Note what became of mails that were claimed; one that was taken over meanwhile is left as it is."""
    by_id = {outcome.message_id: outcome for outcome in outcomes}
    accepted = {message_id for message_id, outcome in by_id.items() if outcome.event == "accepted"}
    for message in _locked_sending(session, Message.id.in_(by_id.keys() - accepted)):
        _settle(message, by_id[message.id])
    sending = select(_TABLE.c.id).where(_TABLE.c.id.in_(accepted), _TABLE.c.state == State.SENDING)
    locked = session.scalars(sending.order_by(_TABLE.c.id).with_for_update()).all()
    change = {"state": target("accepted").value, "sent_at": NOW, "reason": None, "retry_at": None}
    session.execute(update(_TABLE).where(_TABLE.c.id.in_(locked)).values(change))


def _settle(message: Message, outcome: Outcome) -> None:
    event, delay = outcome.event, None
    message.attempts = attempts_that_count(message.attempts - 1, event)
    if event in PUT_OFF and (delay := retry_delay(message.attempts)) is None:
        event = "given_up"
    message.state = TRANSITIONS.next(State.SENDING, event).value
    message.reason = outcome.reason
    message.retry_at = NOW + literal(delay) if delay else None


def take_over(session: Session) -> int:
    """Settle claims of processes that are gone: again where that is harmless, else as unknown; gives how many."""
    gone = _locked_sending(session, Message.claimed_at < NOW - literal(timedelta(seconds=CLAIM_S)))
    for message in gone:
        message.state = after_interruption(message.channel).value
        message.reason = "interrupted"
    return len(gone)


def _locked_sending(session: Session, which: ColumnElement[bool]) -> Sequence[Message]:
    statement = select(Message).where(Message.state == State.SENDING, which).order_by(Message.id)
    return session.scalars(statement.with_for_update()).all()
