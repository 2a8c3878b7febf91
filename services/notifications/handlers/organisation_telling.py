"""Reaction: a fact becomes a message in the inbox of each organisation that it concerns, and mail to its contacts."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.domain.messages import State, first_state
from services.notifications.domain.organisations import OrganisationTelling, inbox_of, organisations_of
from services.notifications.domain.telling import CONTACTS, Audience
from services.notifications.handlers import contacts, telling
from services.notifications.models import Message, OrganisationContact
from services.notifications.rendering import full_name
from shared.events import Event
from shared.messaging import Fact

_TELL = insert(Message.__table__).on_conflict_do_nothing()


def tell_organisations(session: Session, fact: Fact[Event]) -> None:
    """One message for each organisation, and one for each of its contacts who wants it; asked again, nothing more."""
    told = organisations_of(fact.event)
    about = _about(session, fact.event) if told else None
    for row, organisation in told:
        said = telling.written(session, fact, row, about) | {"organisation": organisation, "held_until": None}
        inbox = {"recipient_id": inbox_of(organisation), "audience": Audience.ORGANISATION.value}
        session.execute(_TELL, telling.new(said | inbox | {"state": State.IN_APP_ONLY.value}))
        _mail(session, fact, row, said, organisation)


def _about(session: Session, event: Event) -> str | None:
    """The candidate or trainee whom the fact is about; some facts are about the organisation alone."""
    person = getattr(event, "person", None)
    if person is not None and CONTACTS.get(type(event)) == "person_id":
        return full_name(person)
    person_id: UUID | None = getattr(event, "person_id", None)
    return contacts.name_of(session, person_id) if person_id else None


def _mail(
    session: Session,
    fact: Fact[Event],
    row: OrganisationTelling,
    said: dict[str, Any],
    organisation: str,
) -> None:
    """By e-mail, outside quiet hours; what is heard of long after it happened stands in the inbox alone."""
    state, held_until = first_state(
        happened_at=fact.occurred_at, now=fact.now, has_address=True, wants_mail=True
    )
    if state is State.IN_APP_ONLY:
        return
    mail = {"audience": Audience.CONTACT.value, "state": state.value, "held_until": held_until}
    for contact_id in _who_want(session, organisation, row.kind.value):
        session.execute(_TELL, telling.new(said | mail | {"recipient_id": contact_id}))
        telling.set_deadline(session, fact.now, state, held_until)


def _who_want(session: Session, organisation: str, kind: str) -> list[UUID]:
    table = OrganisationContact
    wanted = select(table.id).where(table.organisation == organisation, table.kinds.contains([kind]))
    return list(session.scalars(wanted.order_by(table.id)))
