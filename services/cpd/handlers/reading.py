"""What is asked about induction: a person's, a period, and lists for schools and appropriate bodies."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain.bodies import AppropriateBody
from services.cpd.domain.periods import IN_PROGRESS, Period, State
from services.cpd.domain.policy import (
    OWN_SCHOOL,
    PERMISSIONS,
    period_relations,
    person_relations,
    school_relations,
)
from services.cpd.domain.progress import Progress
from services.cpd.domain.record import InductionRecord
from services.cpd.domain.rules import rule_set_of, short_supply_until, timetable_percent
from services.cpd.handlers.proposals import check_body
from services.cpd.handlers.records import calendar_of, ids_of, record_of
from shared.aliases import known_as, resolve
from shared.calendar import london_day
from shared.errors import Conflict, NotFound
from shared.paging import page
from shared.policy import Principal, Role


def induction(session: Session, now: datetime, by: Principal, *, person_id: UUID) -> dict[str, Any]:
    """The status shown, and everything of a person's induction. Raises NotFound to those who may not read it."""
    record, today = record_of(session, person_id), london_day(now)
    if not _may_read(session, by, record, person_id):
        raise NotFound("nothing is known of this person's induction")
    if _only_claims(session, by, record, person_id):
        return _claimed(session, by, record, person_id, now)
    awarded_on = record.qts_awarded_on
    started = record.served_periods[:1]
    rule_set = started[0].rule_set if started else rule_set_of(today)
    return {
        **_named(session, person_id),
        "person_id": resolve(session, person_id),
        "status": record.status(today),
        "qts_awarded_on": awarded_on,
        "qts_removal_refused_on": next(
            (a.removal_refused_on for a in record.awards if a.removal_refused_on), None
        ),
        "rule_set": rule_set,
        "exempt_from": record.standing.exempt_from,
        "exempt_until": record.standing.exempt_until,
        "short_supply_until": short_supply_until(rule_set, awarded_on) if awarded_on else None,
        "posts": [_post(session, record, post, today) for post in record.posts],
        "periods": [view(session, record, period, now) for period in record.periods],
    }


def _may_read(session: Session, by: Principal, record: InductionRecord, person_id: UUID) -> bool:
    relations = person_relations(by, known_as(session, person_id))
    for period in record.periods:
        relations |= period_relations(by, period, ids_of(session, by))
    for post in record.posts:
        relations |= school_relations(by, post.school_urn)
    return PERMISSIONS.allows(by, "induction.read", relations)


def _only_claims(session: Session, by: Principal, record: InductionRecord, person_id: UUID) -> bool:
    """Whether the caller reads only as a school with a post or proposal to which no appropriate body has agreed."""
    relations = person_relations(by, known_as(session, person_id))
    for period in record.periods:
        relations |= _beyond_a_claim(session, by, period)
    return not PERMISSIONS.allows(by, "induction.read", relations)


def _beyond_a_claim(session: Session, by: Principal, period: Period) -> set[str]:
    """How the caller stands to the period; a school counts once an appropriate body has agreed to it."""
    relations = period_relations(by, period, ids_of(session, by))
    return relations if period.opened_on else relations - {OWN_SCHOOL}


def _claimed(
    session: Session, by: Principal, record: InductionRecord, person_id: UUID, now: datetime
) -> dict[str, Any]:
    """What a school said itself: its own posts and proposals, with nothing that it does not know of the person."""
    today = london_day(now)
    posts = [_post(session, record, p, today) for p in record.posts if _is_own(by, p)]
    periods = [_fields(p) | _dates(p) for p in record.periods if _is_own(by, p)]
    return {"person_id": resolve(session, person_id), "posts": posts, "periods": periods}


def _is_own(by: Principal, of_school: Any) -> bool:
    return OWN_SCHOOL in school_relations(by, of_school.school_urn)


def _named(session: Session, person_id: UUID) -> dict[str, str]:
    k = m.KNOWN_PERSON.c
    mine = k.person_id.in_(known_as(session, person_id))
    row = session.execute(
        select(k.first_names, k.last_name).where(mine).order_by(k.as_of.desc()).limit(1)
    ).first()
    trn = session.scalar(select(k.trn).where(mine, k.trn != "").limit(1))
    first, last = row or ("", "")
    return {"first_names": first, "last_name": last, "trn": trn or ""}


def _post(session: Session, record: InductionRecord, post: Any, today: date) -> dict[str, Any]:
    """A post, and what stands against a proposal in it."""
    obstacle: str | None = record.obstacle(post, today)
    if obstacle is None:
        try:
            check_body(session, record, post, None)
        except Conflict as error:
            obstacle = error.details["code"]
    return {**_fields(post), "obstacle": obstacle}


def _fields(thing: Any) -> dict[str, Any]:
    return {f.name: getattr(thing, f.name) for f in fields(thing)}


def period(session: Session, now: datetime, by: Principal, *, period_id: UUID) -> dict[str, Any]:
    """One period with its dates. Raises NotFound."""
    found = session.get(Period, period_id)
    relations = (
        period_relations(by, found, ids_of(session, by))
        | person_relations(by, known_as(session, found.person_id))
        if found
        else set()
    )
    if found is None or not PERMISSIONS.allows(by, "induction.read", relations):
        raise NotFound("there is no such period of induction")
    known = _beyond_a_claim(session, by, found) | person_relations(by, known_as(session, found.person_id))
    if not PERMISSIONS.allows(by, "induction.read", known):
        return _fields(found) | _dates(found)
    return view(session, record_of(session, found.person_id), found, now)


def view(session: Session, record: InductionRecord, period: Period, now: datetime) -> dict[str, Any]:
    """A period as people see it: its facts, how far it has come, and the dates that follow from the rules."""
    today = london_day(now)
    progress = record.progress(period, calendar_of(session, period.school_urn))
    return {
        **_fields(period),
        **_named(session, period.person_id),
        **_dates(period),
        **_progress(progress, today),
        "total_hundredths": period.total_hundredths,
        "last_term": period.last_term,
        "assessments": sorted(
            (a for a in record.assessments if a.period_id == period.id), key=lambda a: a.term
        ),
        "absences": sorted(
            (a for a in record.absences if a.period_id == period.id), key=lambda a: a.starts_on
        ),
    }


def _dates(period: Period) -> dict[str, date | None]:
    names = ("decision_due_on", "representations_until", "notice_due_on", "appeal_until", "dismissal_due_on")
    return {name: getattr(period, name) for name in names}


def _progress(progress: Progress, today: date) -> dict[str, Any]:
    """Dates to come only while there is something to come."""
    period, served = progress.period, _served(progress, today)
    completes_on = _or_none(progress) if period.state in IN_PROGRESS | {State.PROPOSED} else None
    if completes_on is None:
        return {"served_hundredths": served}
    term, due_on = progress.term_on(today), progress.recommendation_due_on()
    return {
        "served_hundredths": served,
        "current_term": term,
        "timetable_max_percent": timetable_percent(period.rule_set, term),
        "completes_on": completes_on,
        "recommendation_due_on": due_on,
        "recommended_late": bool(period.recommended_on and period.recommended_on > due_on),
    }


def _served(progress: Progress, today: date) -> int:
    """What was served until today, or until the recommendation; nothing where the period never opened."""
    period = progress.period
    if period.opened_on is None:
        return progress.carried_hundredths
    return progress.served_hundredths(min(today, period.recommended_on or today))


def _or_none(progress: Progress) -> date | None:
    try:
        return progress.completes_on()
    except Conflict:
        return None  # The calendar ends before the induction does.


@dataclass(frozen=True)
class Query:
    """What to list: any of these, all of them together."""

    appropriate_body: str | None = None
    school_urn: str | None = None
    state: str | None = None
    search: str = ""


def periods(
    session: Session,
    by: Principal,
    *,
    sort: str,
    descending: bool,
    limit: int,
    after: str | None,
    **query: Any,
) -> dict[str, Any]:
    """Periods of the caller's schools and bodies (an operator: all), a page at a time."""
    k, p = m.KNOWN_PERSON.c, m.PERIOD.c
    statement = select(Period, k.first_names, k.last_name, k.trn).outerjoin(
        m.KNOWN_PERSON, k.person_id == p.person_id
    )
    columns = {"starts_on": p.starts_on, "proposed_on": p.proposed_on, "school_urn": p.school_urn}
    found = page(
        session,
        _filtered(statement, Query(**query), _known_to(by)).where(_visible(session, by)),
        order=[columns[sort], p.id],
        limit=limit,
        after=after,
        descending=descending,
        key=lambda row: [getattr(row[0], sort), row[0].id],
    )
    return {"items": [_listed(by, *row) for row in found["items"]], "next": found["next"]}


def _known_to(by: Principal) -> ColumnElement[bool]:
    """Periods whose people the caller knows by name: a school's proposal alone names nobody (docs/adr/0006)."""
    agreed = m.PERIOD.c.opened_on.is_not(None)
    return true() if by.has(Role.OPERATOR) else or_(agreed, m.PERIOD.c.appropriate_body.in_(_bodies(by)))


def _filtered(statement: Select[Any], query: Query, named: ColumnElement[bool]) -> Select[Any]:
    k, p = m.KNOWN_PERSON.c, m.PERIOD.c
    for column, value in ((p.appropriate_body, query.appropriate_body), (p.school_urn, query.school_urn)):
        statement = statement.where(column == value) if value else statement
    if query.state:
        statement = statement.where(p.state == State(query.state))
    for word in query.search.split():
        like = f"%{word.replace('%', '').replace('_', '')}%"
        statement = statement.where(or_(k.first_names.ilike(like), k.last_name.ilike(like), k.trn == word))
    return statement.where(named) if query.search.split() else statement


def _visible(session: Session, by: Principal) -> ColumnElement[bool]:
    """An organisation sees its own periods; mentors and tutors those that they support."""
    if by.has(Role.OPERATOR):
        return m.PERIOD.c.id.is_not(None)
    p = m.PERIOD.c
    rules: list[ColumnElement[bool]] = [false()]
    if by.has(Role.SCHOOL_LEADER):
        rules.append(p.school_urn.in_(_codes(by, "school")))
    if by.has(Role.APPROPRIATE_BODY):
        rules.append(p.appropriate_body.in_(_bodies(by)))
    if by.has(Role.MENTOR, Role.TUTOR) and (ids := ids_of(session, by)):
        rules.append(or_(p.mentor_id.in_(ids), p.tutor_id.in_(ids)))
    return or_(*rules)


def _codes(by: Principal, kind: str) -> list[str]:
    return [name.removeprefix(f"{kind}:") for name in by.organisations if name.startswith(f"{kind}:")]


def _bodies(by: Principal) -> list[str]:
    return _codes(by, "body") if by.has(Role.APPROPRIATE_BODY) else []


def _listed(by: Principal, found: Period, *named_as: str | None) -> dict[str, Any]:
    known = by.has(Role.OPERATOR) or found.opened_on or found.appropriate_body in _bodies(by)
    names = ("first_names", "last_name", "trn")
    named = {name: (value or "") if known else "" for name, value in zip(names, named_as, strict=True)}
    return {**_fields(found), **_dates(found), **named}


def bodies(session: Session, *, search: str, limit: int, after: str | None) -> dict[str, Any]:
    """Appropriate bodies by code, a page at a time: for a head to choose from."""
    b = m.BODY.c
    statement = select(AppropriateBody)
    if word := search.replace("%", "").replace("_", "").strip():
        statement = statement.where(or_(b.name.ilike(f"%{word}%"), b.code.ilike(f"%{word}%")))
    return page(session, statement, order=[b.code], limit=limit, after=after)
