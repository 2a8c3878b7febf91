"""Claims: a role that a school has begun for somebody, and who vouches for it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.people.domain.facts import PersonFact as StoredFact
from services.people.domain.policy import PERMISSIONS, person_relations, school_relations
from services.people.domain.roles import RoleState
from services.people.domain.sight import TAKING_BACK, VOUCHING, Tie, may_confirm, seen_from, vouched
from services.people.models import PersonFact, RolePeriod
from shared.aliases import known_as
from shared.audit import audit
from shared.errors import NotFound
from shared.events.itt import TraineeMoved, TraineeRegistered
from shared.policy import Principal

FORMER_SCHOOL = "former_school"


def confirm_role(session: Session, now: datetime, by: Principal, *, role_period_id: UUID) -> RolePeriod:
    """The role is true: its school sees the person from now on. Asked again, it is so already.

    Raises NotFound, NotAllowed (not the person, nor a school where the person holds or held a role).
    """
    row = session.get(RolePeriod, role_period_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no role period {role_period_id}.")
    ids = known_as(session, row.person_id)
    PERMISSIONS.require(
        by, "role.confirm", person_relations(by, ids) | _former(by, _may_confirm(session, ids, row))
    )
    if row.confirmed_at is None:
        row.confirmed_at = now
        changes = {"role_period_id": row.id}
        audit(session, by, now, action="role.confirm", subject=f"person/{row.person_id}", changes=changes)
    return row


def schools_that_see(session: Session, ids: set[UUID]) -> set[str]:
    """The schools that see the person whom these ids mean."""
    ties, urns = _ties(session, ids), _vouched_urns(session, ids)
    return seen_from(ties, urns, known_elsewhere=_known_elsewhere(session, ids))


def _may_confirm(session: Session, ids: set[UUID], row: RolePeriod) -> set[str]:
    ties, urns = _ties(session, ids), _vouched_urns(session, ids)
    return may_confirm(row.school_urn, ties, urns, known_elsewhere=_known_elsewhere(session, ids))


def _known_elsewhere(session: Session, ids: set[UUID]) -> bool:
    """Whether somebody else has told of the person: another record was joined, or a provider registered them."""
    return len(ids) > 1 or bool(providers_of(session, ids))


def providers_of(session: Session, ids: set[UUID]) -> set[str]:
    """The providers of the person's trainee records: the one where it was registered, or moved to last."""
    types = (TraineeRegistered.TYPE, TraineeMoved.TYPE)
    rows = session.scalars(
        select(PersonFact).where(PersonFact.person_id.in_(ids), PersonFact.type.in_(types))
    )
    facts = sorted((to_domain(row) for row in rows), key=lambda fact: fact.order)
    return set({fact.subject: fact.details["provider_code"] for fact in facts}.values())


def to_domain(row: PersonFact) -> StoredFact:
    """The row as the domain reads it."""
    return StoredFact(
        row.event_id, row.type, row.subject, row.sequence, row.occurred_at, row.part, row.details
    )


def _former(by: Principal, urns: Iterable[str]) -> set[str]:
    return {FORMER_SCHOOL} if any(school_relations(by, urn) for urn in urns) else set()


def _ties(session: Session, ids: set[UUID]) -> list[Tie]:
    rows = session.scalars(select(RolePeriod).where(RolePeriod.person_id.in_(ids)))
    return [
        Tie(row.school_urn, row.state == RoleState.OPEN, row.confirmed_at is not None, row.introduced)
        for row in rows
    ]


def _vouched_urns(session: Session, ids: set[UUID]) -> set[str]:
    types = {type_ for type_, _ in VOUCHING} | TAKING_BACK
    rows = session.scalars(
        select(PersonFact).where(PersonFact.person_id.in_(ids), PersonFact.type.in_(types))
    )
    return vouched(to_domain(row) for row in rows)
