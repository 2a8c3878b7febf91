"""Loading a person's induction record, locked for a change or as it is for reading."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain.absences import Absence
from services.cpd.domain.assessments import Assessment
from services.cpd.domain.facts import Award, Post, Standing
from services.cpd.domain.periods import Period
from services.cpd.domain.policy import PERMISSIONS, period_relations, person_relations
from services.cpd.domain.record import InductionRecord
from services.cpd.domain.terms import Calendar, Term, national_calendar
from shared.aliases import known_as, resolve
from shared.errors import NotAllowed, NotFound
from shared.policy import Principal, Role

V = TypeVar("V")


def locked_record(session: Session, person_id: UUID) -> InductionRecord:
    """The record, so that nobody else changes it before this transaction ends."""
    ids = known_as(session, person_id)
    rows = [{"person_id": each} for each in sorted(ids)]
    session.execute(insert(m.STANDING).values(rows).on_conflict_do_nothing())
    locked = select(Standing).where(m.STANDING.c.person_id.in_(ids)).order_by(m.STANDING.c.person_id)
    standings = session.scalars(locked.with_for_update().execution_options(populate_existing=True))
    return _record(session, resolve(session, person_id), ids, list(standings))


def record_of(session: Session, person_id: UUID) -> InductionRecord:
    """The record as it is now."""
    ids = known_as(session, person_id)
    standings = session.scalars(select(Standing).where(m.STANDING.c.person_id.in_(ids)))
    return _record(session, resolve(session, person_id), ids, list(standings))


def _record(
    session: Session, person_id: UUID, ids: Collection[UUID], standings: list[Standing]
) -> InductionRecord:
    """Of merged people the standing that says something speaks for all."""
    own = next((s for s in standings if s.person_id == person_id), Standing(person_id=person_id))
    telling = next((s for s in standings if s.exempt_from or s.failed_in_wales_on), own)
    return InductionRecord(
        standing=telling,
        awards=session.scalars(select(Award).where(m.AWARD.c.person_id.in_(ids))).all(),
        posts=session.scalars(select(Post).where(m.POST.c.person_id.in_(ids))).all(),
        periods=_periods(session, ids),
        assessments=session.scalars(select(Assessment).where(m.ASSESSMENT.c.person_id.in_(ids))).all(),
        absences=session.scalars(select(Absence).where(m.ABSENCE.c.person_id.in_(ids))).all(),
    )


def _periods(session: Session, ids: Collection[UUID]) -> list[Period]:
    """Read again under the lock: what was loaded before it may be old."""
    statement = select(Period).where(m.PERIOD.c.person_id.in_(ids)).order_by(m.PERIOD.c.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def calendar_of(session: Session, school_urn: str) -> Calendar:
    """The school's own terms where it has any, the national ones else."""
    t = m.SCHOOL_TERM.c
    rows = session.execute(select(t.starts_on, t.ends_on, t.name).where(t.school_urn == school_urn)).all()
    return national_calendar().with_own([Term(*row) for row in rows]) if rows else national_calendar()


def locked_period(
    session: Session, by: Principal, action: str, period_id: UUID | None = None, person_id: UUID | None = None
) -> tuple[InductionRecord, Period]:
    """The period (or the person's live one) with its record, for an action that the caller may do to it.

    Raises NotFound (also where the caller may not even read it), NotAllowed.
    """
    whose = person_id or session.scalar(select(m.PERIOD.c.person_id).where(m.PERIOD.c.id == period_id))
    if whose is None:
        raise NotFound("there is no such period of induction")
    record = locked_record(session, whose)
    period = _chosen(record, period_id)
    require(session, by, action, period)
    return record, period


def _chosen(record: InductionRecord, period_id: UUID | None) -> Period:
    found = next((p for p in record.periods if p.id == period_id), None) if period_id else record.live
    if found is None:
        raise NotFound("there is no such period of induction")
    return found


def require(session: Session, by: Principal, action: str, period: Period) -> None:
    """Raises NotAllowed; NotFound to those who may not know that there is such a period."""
    themselves = person_relations(by, known_as(session, period.person_id))
    relations = period_relations(by, period, ids_of(session, by)) | themselves
    if not PERMISSIONS.allows(by, "induction.read", relations):
        raise NotFound("there is no such period of induction")
    PERMISSIONS.require(by, action, relations)


def own_person_id(by: Principal) -> UUID:
    """The caller as a person. Raises NotAllowed for a service or an operator without a person's id."""
    try:
        return UUID(by.id)
    except ValueError:
        raise NotAllowed("this is for a person to do, and the caller is none") from None


def ids_of(session: Session, by: Principal) -> set[UUID]:
    """Every id that means the caller; none for a service, or an operator without a person's id."""
    try:
        return set() if by.has(Role.SERVICE) else known_as(session, UUID(by.id))
    except ValueError:
        return set()


def subject(period: Period) -> str:
    """What audit calls the period."""
    return f"induction_period/{period.id}"


def required(value: V | None) -> V:
    """A value that is there in the state that the period is in. Raises ValueError: a fault of ours."""
    if value is None:
        raise ValueError("a date or result is missing that this state cannot be without")
    return value
