"""Reaction: what was told about something that ended without consent is erased, in the app and before it is sent."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.notifications.domain.messages import State, leaving, target
from services.notifications.domain.telling import ERASED_BODY, ERASED_SUBJECT
from services.notifications.models import Message
from shared.database.tables import INBOX
from shared.events import Event
from shared.messaging import Fact

UNSENT = "switched_off"


def erase(session: Session, fact: Fact[Event]) -> None:
    """Blank the messages that earlier events of the same subject brought; those not sent yet stay unsent."""
    earlier = (INBOX.c.source == fact.source, INBOX.c.subject == fact.subject)
    heard = select(INBOX.c.message_id).where(*earlier, INBOX.c.message_id != fact.id)
    which = select(Message.id, Message.state).where(Message.event_id.in_(heard))
    rows = session.execute(which.order_by(Message.id).with_for_update()).all()
    unsent = [row.id for row in rows if State(row.state) in leaving(UNSENT)]
    _change(session, [row.id for row in rows], subject=ERASED_SUBJECT, body=ERASED_BODY)
    _change(session, unsent, state=target(UNSENT).value, held_until=None)


def _change(session: Session, message_ids: list[Any], **values: Any) -> None:
    session.execute(update(Message).where(Message.id.in_(message_ids)).values(**values))
