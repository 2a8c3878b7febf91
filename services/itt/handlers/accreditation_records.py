"""Applications for accreditation between the tables and the domain: load and lock, store, audit, publish."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import accreditation_panel as panel
from services.itt.domain import policy
from services.itt.domain.accreditation import (
    Accreditation,
    Content,
    Decision,
    Grade,
    Member,
    Outcome,
    Partner,
    State,
    interested,
)
from services.itt.domain.policy.accreditation import accreditation_relations
from services.itt.handlers.catalogue import assign
from services.itt.models import Accreditation as Row
from services.itt.models import AccreditationMember as MemberRow
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.errors import NotFound
from shared.events import Event, Person
from shared.messaging import publish
from shared.policy import Principal

LIFE = ("submitted_at", "withdrawn_at", "withdrawal_reason", "meets_on", "chair_id", "in_force_at")
DECISION = ("outcome", "decided_at", "reasons", "conditions", "feedback", "accredited_from")
ABOUT_MEMBER = ("declared_at", "conflict", "conflict_text", "vote", "score", "comment", "voted_at")
PUBLIC_OF_MEMBER = ("declared_at", "conflict", "voted_at")
Changes = dict[str, Any]


def subject(accreditation_id: UUID) -> str:
    """The name of an application in audit, timers and facts."""
    return f"accreditation/{accreditation_id}"


def find(session: Session, accreditation_id: UUID, *, lock: bool = False) -> Row:
    """The row of an application. Raises NotFound."""
    statement = select(Row).where(Row.id == accreditation_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row: Row | None = session.scalar(statement)
    if row is None:
        raise NotFound(f"There is no application for accreditation {accreditation_id}")
    return row


def locked(session: Session, by: Principal, action: str, accreditation_id: UUID) -> tuple[Row, Accreditation]:
    """An application for a command of this principal, locked.

    Raises NotFound to who may not read it, NotAllowed to who may only read it.
    """
    row = find(session, accreditation_id, lock=True)
    known, relations = seen(session, by, row)
    policy.PERMISSIONS.require(by, action, relations)
    return row, known


def seen(session: Session, by: Principal, row: Row) -> tuple[Accreditation, set[str]]:
    """An application for somebody who may read it, and how they stand to it. Raises NotFound to everybody else."""
    known = accreditation(session, row)
    relations = relations_of(session, by, known)
    if not policy.PERMISSIONS.allows(by, "accreditation.read", relations):
        raise NotFound(f"There is no application for accreditation {row.id}")
    return known, relations


def relations_of(session: Session, by: Principal, known: Accreditation) -> set[str]:
    """How the principal stands to the application; whoever withdrew a draft never sent it.

    Who is kept away by an interest does not have the chair, and so reads no votes.
    """
    sent = known.submitted_at is not None
    chair = None if interested(known) & by.organisations else panel.chair(known)
    chairs = _ids(session, [chair.person_id] if chair else [])
    members = _ids(session, (member.person_id for member in known.members))
    return accreditation_relations(by, known.provider_code, members, chairs, sent=sent)


def _ids(session: Session, person_ids: Iterable[UUID]) -> set[UUID]:
    return {id_ for person_id in person_ids for id_ in known_as(session, person_id) | {person_id}}


def member_of(session: Session, by: Principal, known: Accreditation) -> UUID:
    """The id under which the principal sits on the panel. Raises NotFound."""
    for member in known.members:
        if any(by.is_person(id_) for id_ in _ids(session, [member.person_id])):
            return member.person_id
    raise NotFound("You do not sit on this panel")


def seat_of(session: Session, known: Accreditation, person_id: UUID) -> UUID:
    """The id under which a person sits on the panel; of nobody who sits, the id that was given."""
    goes_by = resolve(session, person_id)
    return next((each.person_id for each in known.members if each.goes_by == goes_by), person_id)


def accreditation(session: Session, row: Row) -> Accreditation:
    """The domain's application of its rows."""
    provider = session.get_one(models.Provider, row.provider_code)
    return Accreditation(
        id=row.id,
        provider_code=row.provider_code,
        provider_urn=provider.urn,
        state=State(row.state),
        content=content(row),
        members=tuple(_member(session, each) for each in member_rows(session, row.id)),
        decision=_decision(row),
        **{name: getattr(row, name) for name in LIFE},
    )


def content(row: Row) -> Content:
    """What the sections of a row say."""
    return Content(
        case=row.case_text,
        ofsted_grade=Grade(row.ofsted_grade) if row.ofsted_grade else None,
        partners=tuple(_partner(each) for each in row.partners),
        capacity=row.capacity,
    )


def _partner(said: dict[str, Any]) -> Partner:
    signed = said.get("agreed_on")
    return Partner(said["urn"], date.fromisoformat(signed) if signed else None)


def _decision(row: Row) -> Decision | None:
    if row.outcome is None or row.decided_at is None:
        return None
    return Decision(
        outcome=Outcome(row.outcome),
        decided_at=row.decided_at,
        reasons=row.reasons or "",
        conditions=tuple(row.conditions),
        feedback=row.feedback,
        accredited_from=row.accredited_from,
    )


def member_rows(session: Session, accreditation_id: UUID) -> list[MemberRow]:
    """The members of a panel, in the order of their invitation."""
    known = select(MemberRow).where(MemberRow.accreditation_id == accreditation_id)
    return list(session.scalars(known.order_by(MemberRow.number)))


def _member(session: Session, row: MemberRow) -> Member:
    said = {name: getattr(row, name) for name in ABOUT_MEMBER if name != "vote"}
    return Member(
        person_id=row.person_id,
        person=Person(first_names=row.first_names, last_name=row.last_name, email=row.email),
        organisations=tuple(row.organisations),
        vote=Outcome(row.vote) if row.vote else None,
        merged_into=resolve(session, row.person_id),
        **said,
    )


def sections(said: Content) -> dict[str, Any]:
    """The columns of what an application says."""
    partners = [
        {"urn": each.urn, "agreed_on": each.agreed_on.isoformat() if each.agreed_on else None}
        for each in said.partners
    ]
    return {
        "case_text": said.case,
        "ofsted_grade": said.ofsted_grade.value if said.ofsted_grade else None,
        "partners": partners,
        "capacity": said.capacity,
    }


def changed(
    session: Session,
    now: datetime,
    by: Principal,
    row: Row,
    after: Accreditation,
    events: Iterable[Event] = (),
    *,
    action: str,
    why: str | None = None,
) -> None:
    """The end of a command: store, audit, publish. What changes nothing leaves no trace."""
    changes, personal = assign(row, _columns(after)), _store_members(session, row.id, after.members)
    if not changes and not personal:
        return
    told = {name: pair for member in personal.values() for name, pair in member.items()}
    public = changes | {name: pair for name, pair in told.items() if name in PUBLIC_OF_MEMBER}
    note: Changes = {"action": action, "subject": subject(row.id), "why": why}
    audit(session, by, now, **note, changes=public, personal=personal)
    session.flush()
    for event in events:
        publish(session, event)


def _columns(after: Accreditation) -> dict[str, Any]:
    values = {name: getattr(after, name) for name in LIFE} | sections(after.content)
    values |= {"state": after.state.value, **dict.fromkeys(DECISION), "conditions": []}
    if after.decision is not None:
        said = asdict(after.decision)
        values |= said | {"outcome": said["outcome"].value, "conditions": list(said["conditions"])}
    return values


def _store_members(session: Session, accreditation_id: UUID, members: Iterable[Member]) -> Changes:
    """Write members who are new or have said something; gives what is new of each, by their id."""
    known = {row.person_id: row for row in member_rows(session, accreditation_id)}
    found: Changes = {}
    for number, member in enumerate(members, start=1):
        values = {name: getattr(member, name) for name in ABOUT_MEMBER}
        values["vote"] = member.vote.value if member.vote else None
        row = known.get(member.person_id) or _new(session, accreditation_id, number, member)
        differs: Changes = dict(assign(row, values))
        if member.person_id not in known:
            differs = {"name": f"{row.first_names} {row.last_name}", "organisations": row.organisations}
        if differs:
            found[str(member.person_id)] = differs
    return found


def _new(session: Session, accreditation_id: UUID, number: int, member: Member) -> MemberRow:
    row = MemberRow(accreditation_id=accreditation_id, person_id=member.person_id, number=number)
    row.first_names, row.last_name = member.person.first_names, member.person.last_name
    row.email, row.organisations = member.person.email, list(member.organisations)
    session.add(row)
    return row
