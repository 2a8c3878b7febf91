"""What is known of somebody, in one question to the database: this is asked for every message that is told.

Nearly nobody goes by two ids; only who does is looked up by all of them.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from services.notifications.domain.messages import State
from services.notifications.domain.telling import Kind
from services.notifications.handlers import contacts, preferences
from services.notifications.models import Contact, Message, Preference
from shared.aliases import known_as
from shared.database.tables import PERSON_ALIAS

PERSON, KIND = bindparam("person_id", type_=Uuid()), bindparam("kind", type_=Text())
_ALIASED = exists().where(
    PERSON_ALIAS.c.separated == 0,
    or_(PERSON_ALIAS.c.merged_id == PERSON, PERSON_ALIAS.c.person_id == PERSON),
)
_RECIPIENT = select(
    _ALIASED,
    exists().where(Contact.person_id == PERSON, Contact.email.is_not(None)),
    select(Preference.email).where(Preference.person_id == PERSON, Preference.kind == KIND).scalar_subquery(),
)
_WAITING = select(
    _ALIASED, exists().where(Message.recipient_id == PERSON, Message.state == State.WAITING.value)
)


@dataclass(frozen=True)
class Recipient:
    """Whether an address is known, and whether messages of the kind go there."""

    has_address: bool
    wants_mail: bool


def recipient(session: Session, person_id: UUID, kind: Kind) -> Recipient:
    """What is known of somebody who is to be told something."""
    values = {"person_id": person_id, "kind": kind.value}
    aliased, has_address, wanted = session.execute(_RECIPIENT, values).one()
    if not aliased:
        return Recipient(has_address, wanted is not False)
    ids = known_as(session, person_id)
    contact = contacts.find(session, ids)
    return Recipient(
        contact is not None and contact.email is not None, preferences.wants_mail(session, ids, kind)
    )


def ids_that_may_wait(session: Session, person_id: UUID) -> set[UUID]:
    """The ids of somebody for whom messages may wait; none when none do."""
    aliased, waiting = session.execute(_WAITING, {"person_id": person_id}).one()
    if aliased:
        return known_as(session, person_id)
    return {person_id} if waiting else set()
