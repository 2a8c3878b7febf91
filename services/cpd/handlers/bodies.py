"""Appropriate bodies, the schools that choose them, and what else induction needs to know of a school."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain.bodies import AppropriateBody, School
from services.cpd.domain.policy import PERMISSIONS, school_relations
from services.cpd.domain.terms import Term, national_calendar
from services.cpd.handlers.proposals import propose_if_possible
from shared.audit import audit
from shared.calendar import london_day
from shared.errors import Invalid
from shared.policy import ANY, Principal


def register(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    code: str,
    name: str,
    provider_code: str | None,
    own_school_urns: Sequence[str],
    school_urns: Sequence[str],
) -> AppropriateBody:
    """Register a body (or bring it up to date), and make it the body of the given schools."""
    PERMISSIONS.require(by, "body.register", {ANY})
    body = session.get(AppropriateBody, code) or AppropriateBody(code=code, name=name)
    session.add(body)
    body.name, body.provider_code, body.own_school_urns = name, provider_code, sorted(set(own_school_urns))
    session.flush()
    for urn in sorted(set(school_urns)):
        _school(session, urn).appropriate_body = code
    audit(
        session,
        by,
        now,
        action="body.register",
        subject=f"appropriate_body/{code}",
        changes={"schools": school_urns},
    )
    propose_waiting(session, school_urns, now)
    return body


def _school(session: Session, urn: str) -> School:
    school = session.get(School, urn, with_for_update=True) or School(urn=urn)
    session.add(school)
    return school


def propose_waiting(session: Session, school_urns: Sequence[str], now: datetime) -> None:
    """Posts that waited for an appropriate body propose their period now."""
    session.flush()
    p = m.POST.c
    not_over = or_(p.ended_on.is_(None), p.ended_on > london_day(now))
    waiting = select(p.person_id).where(p.school_urn.in_(school_urns), not_over).distinct()
    for person_id in session.scalars(waiting.order_by(p.person_id)).all():
        propose_if_possible(session, person_id, now)


def choose(session: Session, now: datetime, by: Principal, *, school_urn: str, code: str) -> School:
    """A head chooses the school's appropriate body; periods that are proposed or open keep theirs."""
    PERMISSIONS.require(by, "school.choose_appropriate_body", school_relations(by, school_urn))
    if session.get(AppropriateBody, code) is None:
        raise Invalid.field("code", f"no appropriate body has the code {code}")
    school = _school(session, school_urn)
    school.appropriate_body = code
    audit(
        session,
        by,
        now,
        action="school.choose_appropriate_body",
        subject=f"school/{school_urn}",
        changes={"code": code},
    )
    propose_waiting(session, [school_urn], now)
    return school


def set_terms(
    session: Session, now: datetime, by: Principal, *, school_urn: str, terms: Sequence[dict[str, date | str]]
) -> list[Term]:
    """Put the school's own terms in place of those it had; none gives it the national ones back. Raises Invalid."""
    PERMISSIONS.require(by, "school.set_terms", school_relations(by, school_urn))
    own = [Term(**term) for term in terms]  # type: ignore[arg-type]
    national_calendar().with_own(own)
    session.execute(delete(m.SCHOOL_TERM).where(m.SCHOOL_TERM.c.school_urn == school_urn))
    if own:
        session.execute(insert(m.SCHOOL_TERM), [{"school_urn": school_urn, **vars(term)} for term in own])
    audit(
        session,
        by,
        now,
        action="school.set_terms",
        subject=f"school/{school_urn}",
        changes={"terms": len(own)},
    )
    return sorted(own)


def mark_intervention(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    school_urn: str,
    from_on: date | None,
    until_on: date | None,
    inspectorate_certified: bool,
) -> School:
    """Note since when (and until before which day) a school is eligible for intervention, or that it is not."""
    PERMISSIONS.require(by, "school.mark_intervention", {ANY})
    if from_on and until_on and until_on <= from_on:
        raise Invalid.field("until_on", "is after from_on")
    school = _school(session, school_urn)
    school.intervention_from, school.intervention_until = from_on, until_on
    school.inspectorate_certified = inspectorate_certified
    changes = {"from_on": from_on, "until_on": until_on, "inspectorate_certified": inspectorate_certified}
    audit(
        session, by, now, action="school.mark_intervention", subject=f"school/{school_urn}", changes=changes
    )
    propose_waiting(session, [school_urn], now)
    return school
