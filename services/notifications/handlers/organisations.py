"""What an organisation reads together, and who of it is written to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from services.notifications.domain.messages import leaving, target
from services.notifications.domain.organisations import OrganisationKind, inbox_of
from services.notifications.domain.policy import PERMISSIONS, organisation_relations
from services.notifications.handlers import inbox
from services.notifications.models import Contact, Message, OrganisationContact
from shared.audit import audit
from shared.errors import Invalid
from shared.ids import new_id
from shared.policy import Principal

View = dict[str, Any]
Table = OrganisationContact
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:organisation, 2))")


def organisation_inbox(
    session: Session, by: Principal, *, organisation: str, unread: bool, limit: int, after: str | None
) -> View:
    """An organisation's messages, newest first; read by one is read for all. Raises NotAllowed (not a member)."""
    PERMISSIONS.require(by, "organisation_inbox.read", organisation_relations(by, organisation))
    return inbox.messages_of([inbox_of(organisation)], session, unread=unread, limit=limit, after=after)


def mark_organisation_read(
    session: Session, now: datetime, by: Principal, *, organisation: str, message_ids: list[UUID]
) -> dict[str, int]:
    """Somebody of the organisation has read these. Raises NotAllowed, NotFound (not the organisation's)."""
    PERMISSIONS.require(by, "organisation_inbox.mark_read", organisation_relations(by, organisation))
    return inbox.mark(session, now, by, [inbox_of(organisation)], f"organisation/{organisation}", message_ids)


def organisation_contacts(session: Session, by: Principal, *, organisation: str) -> View:
    """Who is written to. Raises NotAllowed (not a member)."""
    PERMISSIONS.require(by, "organisation_contacts.read", organisation_relations(by, organisation))
    return _shown(organisation, _contacts(session, organisation))


def set_organisation_contacts(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    organisation: str,
    contacts: Sequence[Mapping[str, Any]],
) -> View:
    """These and nobody else are written to from now on; known by their address, in any case of letters.

    Raises NotAllowed (not a leader of it), Invalid (an address twice).
    """
    PERMISSIONS.require(by, "organisation_contacts.change", organisation_relations(by, organisation))
    wanted = _by_address(contacts)
    session.execute(ONE_AT_A_TIME, {"organisation": organisation})
    known = {row.email: row for row in _contacts(session, organisation)}
    before = [_details(row) for row in known.values()]
    for email in known.keys() - wanted.keys():
        _remove(session, known[email])
    for email, said in wanted.items():
        _put(session, now, organisation, known.get(email), email, said)
    session.flush()
    after = _contacts(session, organisation)
    told = [_details(row) for row in after]
    if told != before:
        _note(session, now, by, organisation, before, told)
    return _shown(organisation, after)


def _by_address(contacts: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for number, contact in enumerate(contacts):
        email = contact["email"].casefold()
        if email in found:
            raise Invalid.field(f"contacts.{number}.email", "is named twice; give each address once")
        found[email] = contact
    return found


def _put(
    session: Session,
    now: datetime,
    organisation: str,
    known: OrganisationContact | None,
    email: str,
    said: Mapping[str, Any],
) -> None:
    kinds = [kind.value for kind in OrganisationKind if kind.value in said["kinds"]]
    values = {"name": said["name"], "kinds": kinds, "updated_at": now}
    if known is None:
        known = Table(id=new_id(), organisation=organisation, email=email, **values)
        session.add(known)
    elif (known.name, known.kinds) != (said["name"], kinds):
        _keep_unsent(session, known.id, [kind for kind in known.kinds if kind not in kinds])
        for name, value in values.items():
            setattr(known, name, value)
    _keep_address(session, now, known, said["email"])


def _keep_address(session: Session, now: datetime, row: OrganisationContact, email: str) -> None:
    """Where mail goes to is looked up by the recipient's id, whoever that is."""
    known = session.get(Contact, row.id)
    if known is None or (known.last_name, known.email) != (row.name, email):
        stamp = now.isoformat()
        said = {"first_names": "", "last_name": row.name, "names_as_of": stamp, "email_as_of": stamp}
        session.merge(Contact(person_id=row.id, email=email, **said))


def _remove(session: Session, row: OrganisationContact) -> None:
    """What is not sent stays unsent, and the address is forgotten wherever it stands."""
    _keep_unsent(session, row.id, row.kinds)
    session.execute(update(Message).where(Message.recipient_id == row.id).values(address=None))
    session.execute(delete(Contact).where(Contact.person_id == row.id))
    session.delete(row)


def _keep_unsent(session: Session, contact_id: UUID, kinds: Collection[str]) -> None:
    unsent = Message.state.in_(leaving("switched_off"))
    which = (Message.recipient_id == contact_id, Message.kind.in_(kinds), unsent)
    locked = list(session.scalars(select(Message.id).where(*which).order_by(Message.id).with_for_update()))
    change = {"state": target("switched_off").value, "held_until": None}
    session.execute(update(Message).where(Message.id.in_(locked)).values(**change))


def _note(
    session: Session, now: datetime, by: Principal, organisation: str, before: list[View], after: list[View]
) -> None:
    """Names and addresses are personal; how many there are is not."""
    subject, counted = f"organisation/{organisation}", {"contacts": [len(before), len(after)]}
    said = {"contacts": [before, after]}
    audit(
        session,
        by,
        now,
        action="organisation_contacts.change",
        subject=subject,
        changes=counted,
        personal=said,
    )


def _contacts(session: Session, organisation: str) -> list[OrganisationContact]:
    mine = select(Table).where(Table.organisation == organisation).order_by(func.lower(Table.name), Table.id)
    return list(session.scalars(mine))


def _details(row: OrganisationContact) -> View:
    return {"name": row.name, "email": row.email, "kinds": list(row.kinds)}


def _shown(organisation: str, rows: Sequence[OrganisationContact]) -> View:
    items = [_details(row) | {"contact_id": row.id} for row in rows]
    return {"organisation": organisation, "contacts": items}
