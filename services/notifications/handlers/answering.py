"""A referee who has answered, or need not any more, is not reminded, and is forgotten."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.domain.messages import leaving, target
from services.notifications.domain.telling import ANSWERING, ASKING, referee
from services.notifications.handlers.contacts import order_of
from services.notifications.models import Contact, Message
from shared.database.tables import INBOX
from shared.events import Event
from shared.messaging import Fact


def referee_answered(session: Session, fact: Fact[Event]) -> None:
    """Projection: name and address go, unless the referee was asked anew since."""
    order = order_of(fact)
    blank = {"first_names": "", "last_name": "", "names_as_of": order, "email": None, "email_as_of": order}
    asked = referee(fact.event.reference_id)  # type: ignore[attr-defined]
    row = insert(Contact).values(person_id=asked, **blank)
    older = Contact.names_as_of < row.excluded.names_as_of
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=blank, where=older))


def stop_asking(session: Session, fact: Fact[Event]) -> None:
    """Reaction: what was to remind of this reference and is not sent yet stays unsent."""
    earlier = (INBOX.c.source == fact.source, INBOX.c.subject == fact.subject)
    heard = select(INBOX.c.message_id).where(*earlier, INBOX.c.sequence < fact.sequence)
    which = (Message.event_id.in_(heard), Message.template.in_(ASKING))
    unsent = select(Message.id).where(*which, Message.state.in_(leaving("switched_off")))
    locked = list(session.scalars(unsent.order_by(Message.id).with_for_update()))
    change = {"state": target("switched_off").value, "held_until": None}
    session.execute(update(Message).where(Message.id.in_(locked)).values(**change))


def is_answered(session: Session, fact: Fact[Event]) -> bool:
    """Whether the fact came late: a later one about the same reference has ended the asking."""
    types = [event.TYPE for event in ANSWERING]
    later = (INBOX.c.source == fact.source, INBOX.c.subject == fact.subject, INBOX.c.sequence > fact.sequence)
    found = select(INBOX.c.message_id).where(*later, INBOX.c.type.in_(types)).limit(1)
    return session.scalar(found) is not None
