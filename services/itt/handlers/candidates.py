"""Accounts of candidates: one a person, found by whoever asks for their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.handlers import application_rows, candidacies, feed, keeping_up
from shared.audit import audit
from shared.errors import Conflict, Invalid, NotFound
from shared.events.applications import CandidateDetailsChanged, CandidateRegistered
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

View = dict[str, Any]


def subject(candidate_id: UUID) -> str:
    """The name of a candidate in audit and facts."""
    return f"candidate/{candidate_id}"


def _person_id(by: Principal) -> UUID:
    try:
        return UUID(by.id)
    except ValueError:
        raise Invalid.field("principal", "is no person: a candidate's id is that of the person") from None


def register_candidate(
    session: Session, now: datetime, by: Principal, *, email: str, first_names: str, last_name: str
) -> View:
    """Open an account for the person who asks; asked again it is the same one. Raises NotAllowed."""
    policy.PERMISSIONS.require(by, "candidate.register")
    person_id = _person_id(by)
    if (known := _of(session, person_id)) is not None:
        return view(known)
    row = {"id": new_id(), "person_id": person_id, "created_at": now, "in_progress": 0}
    row |= {"email": email, "first_names": first_names, "last_name": last_name}
    made = insert(models.Candidate).values(row).on_conflict_do_nothing(index_elements=["person_id"])
    candidate = session.scalar(made.returning(models.Candidate))
    if candidate is None:
        return view(own(session, by, "candidate.read"))
    said = {"email": email, "first_names": first_names, "last_name": last_name}
    audit(session, by, now, action="candidate.register", subject=subject(candidate.id), personal=said)
    about = {
        "candidate_id": candidate.id,
        "person_id": person_id,
        "person": application_rows.person(candidate),
    }
    publish(session, CandidateRegistered(occurred_at=now, **about))
    return view(candidate)


def own(session: Session, by: Principal, action: str, *, lock: bool = False) -> models.Candidate:
    """The candidate who asks. Raises NotAllowed, NotFound when there is no account yet."""
    policy.PERMISSIONS.require(by, action, {"self"})
    known = _of(session, _person_id(by))
    if known is None:
        raise NotFound("You have no account as a candidate yet: register_candidate opens one")
    policy.PERMISSIONS.require(by, action, candidacies.candidate_relations_of(session, by, known))
    return candidacies.find_candidate(session, known.id, lock=True) if lock else known


def _of(session: Session, person_id: UUID) -> models.Candidate | None:
    """The account of a person, by any of their ids; of two that were merged the older one."""
    ids = candidacies.person_ids(session, person_id)
    found = select(models.Candidate).where(models.Candidate.person_id.in_(ids))
    row: models.Candidate | None = session.scalar(found.order_by(models.Candidate.id).limit(1))
    return row


def get_candidate(
    session: Session, now: datetime, by: Principal, *, candidate_id: UUID | None = None
) -> View:
    """One's own account, or any by its id for who may. Raises NotFound."""
    if candidate_id is None:
        return view(own(session, by, "candidate.read"))
    row = candidacies.find_candidate(session, candidate_id)
    relations = candidacies.candidate_relations_of(session, by, row)
    if not policy.PERMISSIONS.allows(by, "candidate.read", relations):
        raise NotFound(f"There is no candidate {candidate_id}")
    return view(row)


def change_email(session: Session, now: datetime, by: Principal, *, email: str) -> View:
    """Another address to be reached at; providers of applications that were sent see it too."""
    row = own(session, by, "candidate.write", lock=True)
    if row.email == email:
        return view(row)
    audit(
        session,
        by,
        now,
        action="candidate.change_email",
        subject=subject(row.id),
        personal={"email": [row.email, email]},
    )
    row.email = email
    for cycle in cycles_of(session, row.id):
        told(session, now, row, cycle, ("email",))
    keeping_up.of_candidate(session, now, by, row)
    return view(row)


def cycles_of(session: Session, candidate_id: UUID) -> list[int]:
    """The cycles that somebody has a form in, earliest first."""
    table = models.CandidateForm
    return list(
        session.scalars(select(table.cycle).where(table.candidate_id == candidate_id).order_by(table.cycle))
    )


def told(
    session: Session, now: datetime, candidate: models.Candidate, cycle: int, sections: tuple[str, ...]
) -> bool:
    """What providers can read has changed: their lists, the feed and a fact say so. False while none can read it."""
    session.flush()
    ids = feed.touch(session, candidate.id, cycle, **application_rows.names(candidate))
    if not ids:
        return False
    publish(
        session,
        CandidateDetailsChanged(
            occurred_at=now,
            candidate_id=candidate.id,
            person_id=candidate.person_id,
            cycle=cycle,
            sections=sections,
            application_ids=tuple(sorted(ids)),
            person=application_rows.person(candidate),
        ),
    )
    return True


def view(row: models.Candidate) -> View:
    """An account as its owner sees it."""
    names = ("person_id", "email", "first_names", "last_name", "in_progress", "created_at")
    return {name: getattr(row, name) for name in names} | {"candidate_id": row.id}


def refuse_closed(cycle_over: bool, cycle: int) -> None:
    """Raises Conflict for a form of a cycle that is over."""
    if cycle_over:
        raise Conflict(f"The cycle {cycle} is over: carry the form over to the next one")
