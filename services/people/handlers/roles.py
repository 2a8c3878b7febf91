"""Role periods: begun and ended by the leaders of the school."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.people.domain import roles as domain
from services.people.domain.details import Detail, Details
from services.people.domain.identity import birth_hash, ni_number_hash, tidy_email
from services.people.domain.policy import PERMISSIONS, person_relations, school_relations
from services.people.domain.words import london
from services.people.handlers.persons import ensure, one_locked, store_detail
from services.people.hash_key import hash_key
from services.people.models import Person, PersonDetail, RolePeriod
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.errors import Invalid, NotFound
from shared.events import Person as PersonData
from shared.events.people import RoleBegun, RoleEnded
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the caller asks for."""

    role: domain.Role
    school_urn: str
    begins_on: date
    full_time_equivalent_percent: int


def begin_role(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    role: str,
    school_urn: str,
    begins_on: date,
    full_time_equivalent_percent: int = 100,
    relevant_school: bool = True,
    person_id: UUID | None = None,
    person: dict[str, Any] | None = None,
) -> RolePeriod:
    """A role period begins; a ``person`` who is not known yet is introduced by it. Asked again, it is so already.

    A leader's word alone is a claim, and gives the school no sight of somebody known (``domain.sight``).
    Raises NotFound, NotAllowed (not the caller's school), Invalid, Conflict (the role is held there already).
    """
    PERMISSIONS.require(by, "role.begin", school_relations(by, school_urn))
    domain.check_begin(begins_on, full_time_equivalent_percent, london(now))
    wanted = _Wanted(domain.Role(role), school_urn, begins_on, full_time_equivalent_percent)
    _lock_school(session, school_urn)
    known_id = _find(session, wanted, person_id, person)
    holder = one_locked(session, known_id) if known_id else None
    if holder is not None and (held := _held(session, holder.id, wanted)) is not None:
        return held
    period_id = new_id()
    if holder is None:
        holder = _introduce(session, now, person_id or new_id(), period_id, person or {})
    period = _stored(session, period_id, holder.id, wanted)
    period.introduced = known_id is None
    period.confirmed_at = now if _vouches(session, by, holder.id) else None
    told = PersonData(**_data(person or {})) if known_id is None else _as_known(holder)
    publish(session, _begun(period, now, relevant_school, told))
    changes = {"role": role, "school_urn": school_urn, "begins_on": begins_on}
    audit(session, by, now, action="role.begin", subject=f"person/{holder.id}", changes=changes)
    return period


def end_role(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    role_period_id: UUID,
    ended_on: date,
    reason: str | None = None,
) -> RolePeriod:
    """A role period is over: ``ended_on`` is the first day without the role. Asked again, it is so already.

    Raises NotFound, NotAllowed (not the caller's school), Invalid (before it began), TransitionNotAllowed.
    """
    row = session.get(RolePeriod, role_period_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no role period {role_period_id}.")
    PERMISSIONS.require(by, "role.end", school_relations(by, row.school_urn))
    if row.ended_on == ended_on:
        return row
    ended = _to_domain(row).end(ended_on)
    row.state, row.ended_on = ended.state, ended.ended_on
    holder = resolve(session, row.person_id)
    publish(
        session,
        RoleEnded(
            occurred_at=now,
            person_id=holder,
            role_period_id=row.id,
            role=row.role,
            school_urn=row.school_urn,
            ended_on=ended_on,
        ),
    )
    changes = {"role_period_id": row.id, "ended_on": ended_on}
    audit(session, by, now, action="role.end", subject=f"person/{holder}", why=reason, changes=changes)
    return row


def _vouches(session: Session, by: Principal, person_id: UUID) -> bool:
    """Whether the caller's own word makes the role more than a claim."""
    return PERMISSIONS.allows(by, "role.confirm", person_relations(by, known_as(session, person_id)))


def _find(
    session: Session, wanted: _Wanted, person_id: UUID | None, person: dict[str, Any] | None
) -> UUID | None:
    """The id of the person who is meant, if known; None for one who is introduced. Raises NotFound, Invalid."""
    if person_id is None:
        if person is None:
            raise Invalid.field("person_id", "give the id of a person, or the details of a new one as person")
        birth = birth_hash(hash_key(), person.get("date_of_birth"))
        return _introduced_before(session, wanted, Details(**_named(person)), birth)
    present = resolve(session, person_id)
    if session.get(Person, present) is not None:
        return present
    if person is None:
        raise NotFound(f"There is no person {person_id}.")
    return None


def _lock_school(session: Session, school_urn: str) -> None:
    """One at a time begins a role at a school: a request that is sent twice at once introduces one person."""
    key = func.hashtextextended(f"people roles {school_urn}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _introduced_before(session: Session, wanted: _Wanted, details: Details, birth: str | None) -> UUID | None:
    """The person whom this very request introduced when it was sent the first time."""
    statement = (
        select(Person.id)
        .join(RolePeriod, RolePeriod.person_id == Person.id)
        .join(PersonDetail, PersonDetail.id == RolePeriod.id)
        .where(
            RolePeriod.role == wanted.role,
            RolePeriod.school_urn == wanted.school_urn,
            RolePeriod.begins_on == wanted.begins_on,
            Person.search_text == details.search_text,
            Person.email_key.is_not_distinct_from(tidy_email(details.email)),
            PersonDetail.birth_hash.is_not_distinct_from(birth),
        )
    )
    found = session.scalars(statement.order_by(Person.id)).first()
    return None if found is None else resolve(session, found)


def _held(session: Session, person_id: UUID, wanted: _Wanted) -> RolePeriod | None:
    """The period that the request asks for, if it is there. Raises Conflict when another one is open."""
    statement = select(RolePeriod).where(
        RolePeriod.person_id.in_(known_as(session, person_id)),
        RolePeriod.role == wanted.role,
        RolePeriod.school_urn == wanted.school_urn,
    )
    rows = list(session.scalars(statement.order_by(RolePeriod.begins_on)))
    asked = domain.RolePeriod(new_id(), person_id, *_terms(wanted))
    if (same := next((row for row in rows if _to_domain(row).same_as(asked)), None)) is not None:
        return same
    open_one = next((row for row in rows if row.state == domain.RoleState.OPEN), None)
    domain.check_no_other(asked, _to_domain(open_one) if open_one else None)
    return None


def _terms(wanted: _Wanted) -> tuple[domain.Role, str, date, int]:
    return wanted.role, wanted.school_urn, wanted.begins_on, wanted.full_time_equivalent_percent


def _introduce(
    session: Session, now: datetime, person_id: UUID, told_by: UUID, person: dict[str, Any]
) -> Person:
    ni_number = person.get("national_insurance_number")
    hashed = ni_number_hash(hash_key(), ni_number) if ni_number else None
    birth = birth_hash(hash_key(), person.get("date_of_birth"))
    detail = Detail(id=told_by, at=now, sequence=0, birth=birth, sex=person.get("sex"), **_named(person))
    ensure(session, person_id)
    store_detail(session, person_id, detail)
    row = one_locked(session, person_id)
    row.ni_number_hash = hashed
    return row


def _named(person: dict[str, Any]) -> dict[str, Any]:
    return {name: person.get(name) for name in ("first_names", "last_name", "email")}


def _data(person: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name != "national_insurance_number"}


def _as_known(holder: Person) -> PersonData | None:
    """What is known of the person, for those who hear of them first by this role; the birth date is not kept."""
    if not holder.last_name:
        return None
    return PersonData(
        first_names=holder.first_names, last_name=holder.last_name, sex=holder.sex, email=holder.email
    )


def _stored(session: Session, period_id: UUID, person_id: UUID, wanted: _Wanted) -> RolePeriod:
    role, urn, begins_on, percent = _terms(wanted)
    row = RolePeriod(
        id=period_id,
        person_id=person_id,
        role=role,
        school_urn=urn,
        begins_on=begins_on,
        full_time_equivalent_percent=percent,
        state=domain.RoleState.OPEN,
    )
    session.add(row)
    session.flush()
    return row


def _begun(row: RolePeriod, now: datetime, relevant_school: bool, person: PersonData | None) -> RoleBegun:
    return RoleBegun(
        occurred_at=now,
        person_id=row.person_id,
        role_period_id=row.id,
        role=row.role,
        school_urn=row.school_urn,
        begins_on=row.begins_on,
        full_time_equivalent_percent=row.full_time_equivalent_percent,
        relevant_school=relevant_school,
        person=person,
    )


def _to_domain(row: RolePeriod) -> domain.RolePeriod:
    return domain.RolePeriod(
        row.id,
        row.person_id,
        domain.Role(row.role),
        row.school_urn,
        row.begins_on,
        row.full_time_equivalent_percent,
        domain.RoleState(row.state),
        row.ended_on,
    )
