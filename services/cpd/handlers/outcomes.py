"""How a period ends: recommendation, decision, appeal, and being listed."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain import decisions
from services.cpd.domain.periods import Outcome, Period, State
from services.cpd.domain.record import InductionRecord
from services.cpd.handlers.contributions import contribute
from services.cpd.handlers.reactions import release_if_left
from services.cpd.handlers.records import calendar_of, locked_period, locked_record, required, subject
from services.cpd.handlers.serving import extended
from shared.audit import audit
from shared.calendar import london_day, start_of
from shared.events.cpd import (
    FailureListed,
    InductionAppealed,
    InductionFailed,
    InductionPassed,
    InductionRecommended,
)
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import cancel, schedule

TIME_TO_APPEAL_OVER = "appeal_time_over"


def recommend(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID,
    recommendation: Outcome,
    recommended_on: date | None,
) -> Period:
    """The head recommends once induction is served and formally assessed. Raises NotFound, NotAllowed, Conflict."""
    record, period = locked_period(session, by, "induction.recommend", period_id)
    if period.state is State.RECOMMENDED and period.recommendation is recommendation:
        return period
    today, calendar = london_day(now), calendar_of(session, period.school_urn)
    decisions.recommend(record, period, calendar, recommendation, recommended_on or today, today)
    audit(
        session,
        by,
        now,
        action="induction.recommend",
        subject=subject(period),
        changes={"recommendation": recommendation},
    )
    publish(session, _recommended(period, now))
    return period


def _recommended(period: Period, now: datetime) -> InductionRecommended:
    return InductionRecommended(
        occurred_at=now,
        person_id=period.person_id,
        period_id=period.id,
        recommendation=required(period.recommendation),
        recommended_on=required(period.recommended_on),
        decision_due_on=required(period.decision_due_on),
    )


def represent(session: Session, now: datetime, by: Principal, *, period_id: UUID, text: str) -> Period:
    """The teacher makes representations in time. Raises NotFound, NotAllowed, Conflict."""
    _, period = locked_period(session, by, "induction.represent", period_id)
    decisions.represent(period, text, london_day(now))
    audit(session, by, now, action="induction.represent", subject=subject(period), personal={"text": text})
    return period


def decide(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID,
    decision: Outcome,
    decided_on: date | None,
    notice_sent_on: date | None,
    extension_hundredths: int,
    why: str | None,
) -> Period:
    """The appropriate body decides: pass, extend or fail. Raises NotFound, NotAllowed, Invalid, Conflict."""
    record, period = locked_period(session, by, "induction.decide", period_id)
    today = london_day(now)
    decided = decided_on or today
    decisions.decide(
        period,
        decision,
        decided_on=decided,
        notice_sent_on=notice_sent_on or decided,
        today=today,
        extension_hundredths=extension_hundredths,
    )
    audit(
        session,
        by,
        now,
        action="induction.decide",
        subject=subject(period),
        why=why,
        changes={"decision": decision},
    )
    _tell(session, record, period, now)
    return period


def _tell(session: Session, record: InductionRecord, period: Period, now: datetime) -> None:
    """Say what became of the period, and set what follows in motion."""
    if period.state is State.OPEN:
        publish(session, extended(period, "decision", now))
        release_if_left(session, record, period, now)
    elif period.state is State.OPEN_TO_APPEAL:
        _failed(session, period, now)
    elif period.state is State.PASSED:
        _passed(session, period, now)
    else:
        listed_on = period.result_on or london_day(now)
        fact = FailureListed(
            occurred_at=now, person_id=period.person_id, period_id=period.id, listed_on=listed_on
        )
        publish(session, fact)


def _failed(session: Session, period: Period, now: datetime) -> None:
    until = required(period.appeal_until)
    schedule(session, start_of(until + timedelta(days=1)), TIME_TO_APPEAL_OVER, str(period.id))
    publish(
        session,
        InductionFailed(
            occurred_at=now,
            person_id=period.person_id,
            period_id=period.id,
            failed_on=required(period.decided_on),
            appeal_until=until,
        ),
    )


def _passed(session: Session, period: Period, now: datetime) -> None:
    passed_on = period.result_on or london_day(now)
    publish(
        session,
        InductionPassed(
            occurred_at=now,
            person_id=period.person_id,
            period_id=period.id,
            passed_on=passed_on,
            school_urn=period.school_urn,
            mentor_id=period.mentor_id,
        ),
    )
    of_period = select(m.MENTOR.c.mentor_id).where(m.MENTOR.c.period_id == period.id)
    for mentor_id in session.scalars(of_period.order_by(m.MENTOR.c.mentor_id)).all():
        contribute(
            session,
            now,
            source=f"induction/{period.id}/{mentor_id}",
            person_id=mentor_id,
            kind="mentored",
            what="Induction mentoring of a teacher who passed",
            school_urn=period.school_urn,
            contributed_on=passed_on,
            people_reached=1,
            hours_hundredths=0,
        )


def appeal(session: Session, now: datetime, by: Principal, *, period_id: UUID) -> Period:
    """The teacher appeals in time. Raises NotFound, NotAllowed, Conflict."""
    _, period = locked_period(session, by, "induction.appeal", period_id)
    today = london_day(now)
    decisions.appeal(period, today)
    cancel(session, TIME_TO_APPEAL_OVER, str(period.id))
    audit(session, by, now, action="induction.appeal", subject=subject(period))
    fact = InductionAppealed(
        occurred_at=now, person_id=period.person_id, period_id=period.id, appealed_on=today
    )
    publish(session, fact)
    return period


def waive_appeal(session: Session, now: datetime, by: Principal, *, period_id: UUID) -> Period:
    """The teacher gives notice that there will be no appeal. Raises NotFound, NotAllowed, Conflict."""
    record, period = locked_period(session, by, "induction.waive_appeal", period_id)
    decisions.waive_appeal(period, london_day(now))
    cancel(session, TIME_TO_APPEAL_OVER, str(period.id))
    audit(session, by, now, action="induction.waive_appeal", subject=subject(period))
    _tell(session, record, period, now)
    return period


def decide_appeal(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID,
    decision: Outcome,
    extension_hundredths: int,
    why: str,
) -> Period:
    """The appeal body decided: pass (allowed), fail (dismissed) or extend. Raises NotFound, NotAllowed, Conflict."""
    record, period = locked_period(session, by, "induction.decide_appeal", period_id)
    decisions.decide_appeal(period, decision, london_day(now), extension_hundredths)
    audit(
        session,
        by,
        now,
        action="induction.decide_appeal",
        subject=subject(period),
        why=why,
        changes={"decision": decision},
    )
    _tell(session, record, period, now)
    return period


def appeal_time_over(session: Session, now: datetime, period_id: UUID) -> None:
    """Timer: listed as failed when nobody appealed. Late, or twice, it does nothing more."""
    person_id = session.scalar(select(m.PERIOD.c.person_id).where(m.PERIOD.c.id == period_id))
    if person_id is None:
        return
    record = locked_record(session, person_id)
    period = next(p for p in record.periods if p.id == period_id)
    if decisions.list_as_failed(period, london_day(now)):
        _tell(session, record, period, now)
