"""Projections: people's names and addresses, and the names of activities, from the facts of others."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from services.notifications.domain.telling import HEARSAY, contact_in
from services.notifications.models import Activity, Contact, OrganisationContact
from shared.aliases import known_as
from shared.events import Event
from shared.events.cpd import ActivityOffered
from shared.messaging import Fact

BEFORE = "0"  # no year begins so: it sorts before every other order, in any collation


def order_of(fact: Fact[Any]) -> str:
    """Text that sorts as facts do: by when they happened, then by sequence, then by id."""
    return f"{fact.occurred_at:%Y-%m-%dT%H:%M:%S.%f}|{fact.sequence:019d}|{fact.id}"


def _keep_latest() -> Insert:
    """Insert a contact, or take over the names and the address, each where it is later than what is known.

    Whom an organisation has named goes by an id of our own, which no fact speaks of.
    """
    statement = insert(Contact.__table__)
    told = statement.excluded
    names = told.names_as_of > Contact.names_as_of
    email = and_(told.email.is_not(None), told.email_as_of > Contact.email_as_of)
    newer = dict.fromkeys(("first_names", "last_name", "names_as_of"), names)
    newer |= dict.fromkeys(("email", "email_as_of"), email)
    change = {
        name: case((is_newer, told[name]), else_=getattr(Contact, name)) for name, is_newer in newer.items()
    }
    organisations = exists().where(OrganisationContact.id == told.person_id)
    return statement.on_conflict_do_update(index_elements=["person_id"], set_=change, where=~organisations)


_KEEP_LATEST = _keep_latest()


def contact_told(session: Session, fact: Fact[Event]) -> None:
    """Keep the latest names and the latest address, in whatever order the facts arrive.

    What is hearsay sorts before all that is not: it never replaces what a better source has said.
    """
    person_id, person = contact_in(fact.event), getattr(fact.event, "person", None)
    if person_id is None or person is None:
        return
    order = BEFORE * (type(fact.event) in HEARSAY) + order_of(fact)
    row = {
        "person_id": person_id,
        "first_names": person.first_names,
        "last_name": person.last_name,
        "names_as_of": order,
        "email": person.email or None,
        "email_as_of": order if person.email else "",
    }
    session.execute(_KEEP_LATEST, row)


def activity_offered(session: Session, fact: Fact[ActivityOffered]) -> None:
    """Keep what the activity is called and when it begins."""
    event = fact.event
    row = {"title": event.title, "starts_at": event.starts_at, "as_of": order_of(fact)}
    statement = insert(Activity).values(activity_id=event.activity_id, **row)
    newer = statement.excluded.as_of > Activity.as_of
    session.execute(
        statement.on_conflict_do_update(index_elements=[Activity.activity_id], set_=row, where=newer)
    )


def find(session: Session, person_ids: Collection[UUID]) -> Contact | None:
    """The contact of somebody with these ids: with the latest address, else with the latest name."""
    latest = (Contact.email.is_(None), Contact.email_as_of.desc(), Contact.names_as_of.desc())
    return session.scalar(select(Contact).where(Contact.person_id.in_(person_ids)).order_by(*latest).limit(1))


def name_of(session: Session, person_id: UUID) -> str | None:
    """``Siobhan O'Neill``, if a name is known."""
    contact = find(session, known_as(session, person_id))
    return full_name(contact) if contact else None


def full_name(contact: Contact) -> str:
    """``Siobhan O'Neill``."""
    return f"{contact.first_names} {contact.last_name}".strip()
