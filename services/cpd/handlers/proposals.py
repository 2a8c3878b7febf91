"""From a post to an open period: proposed by a fact or a head, agreed or refused by the appropriate body."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.cpd.domain import decisions
from services.cpd.domain.bodies import AppropriateBody, School, conflicts, may_serve_at
from services.cpd.domain.facts import Post
from services.cpd.domain.periods import Period, RefusalCode, State
from services.cpd.domain.policy import OWN_SCHOOL, PERMISSIONS, school_relations
from services.cpd.domain.record import InductionRecord, Obstacle
from services.cpd.handlers.records import locked_period, locked_record, subject
from shared.audit import audit
from shared.calendar import london_day
from shared.errors import Conflict, Invalid, NotFound
from shared.events.cpd import InductionOpened, InductionProposed, InductionRefused
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def check_body(session: Session, record: InductionRecord, post: Post, code: str | None) -> AppropriateBody:
    """The body that would be responsible. Raises Invalid (unknown), Conflict (none chosen, a conflict, the school)."""
    starts_on = record.earliest_start(post)
    school = check_school(session, record, post.school_urn, starts_on)
    if (chosen := code or school.appropriate_body) is None:
        raise Conflict("the school has chosen no appropriate body yet", code="no_appropriate_body")
    if (body := session.get(AppropriateBody, chosen)) is None:
        raise Invalid.field("appropriate_body", f"no appropriate body has the code {chosen}")
    check_conflicts(record, body, post.school_urn, starts_on)
    return body


def check_school(session: Session, record: InductionRecord, school_urn: str, starts_on: date) -> School:
    """The school. Raises Conflict when induction cannot be served there from that day (reg. 6(3))."""
    school = session.get(School, school_urn) or School(urn=school_urn)
    if not may_serve_at(school, starts_on, served_at=record.served_at, posts=record.posts):
        raise Conflict("the school is eligible for intervention", code="school_in_intervention")
    return school


def check_conflicts(record: InductionRecord, body: AppropriateBody, school_urn: str, starts_on: date) -> None:
    """Raises Conflict when the body cannot be this person's (SI 2012/1115, reg. 4)."""
    rule_set = record.rule_set(starts_on)
    served_at = [p.school_urn for p in record.served_periods]
    found = conflicts(body, rule_set, school_urn=school_urn, awards=record.awards, served_at=served_at)
    if found:
        names = [code.value for code in found]
        raise Conflict(
            f"{body.name} cannot be the appropriate body: {', '.join(names)}", code=names[0], codes=names
        )


def create(
    session: Session, record: InductionRecord, post: Post, body: AppropriateBody, now: datetime
) -> Period:
    """Propose the period, and say so."""
    starts_on = record.earliest_start(post)
    rule_set = record.rule_set(starts_on)
    period = Period(
        id=new_id(),
        person_id=post.person_id,
        role_period_id=post.role_period_id,
        school_urn=post.school_urn,
        appropriate_body=body.code,
        proposed_on=london_day(now),
        starts_on=starts_on,
        rule_set=rule_set,
        fte_percent=post.fte_percent,
        terms_required_hundredths=record.terms_required_hundredths(rule_set),
        absence_hundredths=record.absence_hundredths(rule_set),
    )
    session.add(period)
    session.flush()
    publish(session, _proposed(period, now))
    return period


def _proposed(period: Period, now: datetime) -> InductionProposed:
    return InductionProposed(
        occurred_at=now,
        person_id=period.person_id,
        period_id=period.id,
        school_urn=period.school_urn,
        appropriate_body=period.appropriate_body,
        starts_on=period.starts_on,
        rule_set=period.rule_set,
        terms_required_hundredths=period.total_hundredths,
    )


def propose_if_possible(session: Session, person_id: UUID, now: datetime) -> Period | None:
    """Propose a period for the first post that can have one; whatever is missing may still come."""
    record, today = locked_record(session, person_id), london_day(now)
    for post in sorted(record.posts, key=lambda p: (p.begins_on or today, p.role_period_id)):
        if record.obstacle(post, today) is None:
            try:
                body = check_body(session, record, post, None)
            except Conflict:
                continue  # Shown with its reason to those who ask; the school may choose another body.
            return create(session, record, post, body, now)
    return None


def propose(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    person_id: UUID,
    appropriate_body: str | None,
    school_urn: str | None,
) -> Period:
    """A head proposes a period in a post at the own school, with the body of the head's choice.

    The same proposal again gives the same period. Raises NotFound, NotAllowed, Invalid, Conflict with a code.
    """
    PERMISSIONS.require(by, "induction.propose", {OWN_SCHOOL})
    record = locked_record(session, person_id)
    post = _own_post(record, by, school_urn, london_day(now))
    if (same := _same_proposal(record, post, appropriate_body)) is not None:
        return same
    obstacle = record.obstacle(post, london_day(now))
    if obstacle not in (None, Obstacle.REFUSED_BEFORE):
        raise Conflict(f"no period can be proposed: {obstacle}", code=str(obstacle))
    period = create(session, record, post, check_body(session, record, post, appropriate_body), now)
    audit(session, by, now, action="induction.propose", subject=subject(period))
    return period


def _own_post(record: InductionRecord, by: Principal, school_urn: str | None, today: date) -> Post:
    posts = [p for p in record.posts if OWN_SCHOOL in school_relations(by, p.school_urn)]
    posts = [p for p in posts if p.is_open(today) and school_urn in (None, p.school_urn)]
    if not posts:
        raise NotFound("this person has no post at your school")
    return min(posts, key=lambda p: (not p.teaches, p.role_period_id))


def _same_proposal(record: InductionRecord, post: Post, body: str | None) -> Period | None:
    live = record.live
    if live is None or live.state is not State.PROPOSED or live.role_period_id != post.role_period_id:
        return None
    return live if body in (None, live.appropriate_body) else None


def agree(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID | None,
    person_id: UUID | None,
    starts_on: date | None,
) -> Period:
    """The appropriate body agrees: the period opens, never with an earlier start.

    Raises NotFound, NotAllowed, Invalid (an earlier start), Conflict (a conflict of the body, the school, a post that
    has ended by then), TransitionNotAllowed.
    """
    record, period = locked_period(session, by, "induction.agree", period_id, person_id)
    body = session.get_one(AppropriateBody, period.appropriate_body)
    start = decisions.start_of(record, period, starts_on, london_day(now))
    check_school(session, record, period.school_urn, start)
    check_conflicts(record, body, period.school_urn, start)
    decisions.agree(record, period, start, london_day(now))
    audit(
        session,
        by,
        now,
        action="induction.agree",
        subject=subject(period),
        changes={"starts_on": period.starts_on},
    )
    publish(session, _opened(period, now))
    return period


def _opened(period: Period, now: datetime) -> InductionOpened:
    return InductionOpened(
        occurred_at=now,
        person_id=period.person_id,
        period_id=period.id,
        school_urn=period.school_urn,
        appropriate_body=period.appropriate_body,
        starts_on=period.starts_on,
        rule_set=period.rule_set,
        terms_required_hundredths=period.total_hundredths,
        mentor_id=period.mentor_id,
        tutor_id=period.tutor_id,
    )


def refuse(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID | None,
    person_id: UUID | None,
    code: RefusalCode,
    why: str,
) -> Period:
    """The appropriate body does not agree; the school may propose again. Raises as ``agree`` does."""
    _, period = locked_period(session, by, "induction.refuse", period_id, person_id)
    decisions.refuse(period, code)
    audit(
        session, by, now, action="induction.refuse", subject=subject(period), why=why, changes={"code": code}
    )
    publish(
        session,
        InductionRefused(
            occurred_at=now,
            person_id=period.person_id,
            period_id=period.id,
            appropriate_body=period.appropriate_body,
            code=code,
        ),
    )
    return period
