"""While a period is open: mentor and tutor, assessments, absence, reduction."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain import assessments, decisions
from services.cpd.domain.absences import Absence
from services.cpd.domain.assessments import Assessment, TermOutcome
from services.cpd.domain.periods import IN_PROGRESS, LIVE, Period, State
from services.cpd.domain.record import InductionRecord
from services.cpd.domain.rules import AbsenceKind, AssessmentKind
from services.cpd.handlers.records import calendar_of, locked_period, subject
from shared.aliases import known_as
from shared.audit import audit
from shared.calendar import london_day
from shared.errors import Conflict, Invalid
from shared.events.cpd import AtRiskTold, InductionExtended, InductionReduced, MentorAssigned, TermAssessed
from shared.messaging import publish
from shared.policy import Principal


def assign_mentor(
    session: Session, now: datetime, by: Principal, *, period_id: UUID, mentor_id: UUID, tutor_id: UUID | None
) -> Period:
    """Mentor and tutor: two roles, two people, neither of them the teacher. Asked again it changes them.

    Raises NotFound, NotAllowed, Invalid, Conflict (the period is over).
    """
    _, period = locked_period(session, by, "induction.assign_mentor", period_id)
    _check_supporters(session, period, mentor_id, tutor_id)
    if (period.mentor_id, period.tutor_id) == (mentor_id, tutor_id):
        return period
    period.mentor_id, period.tutor_id = mentor_id, tutor_id
    row = {"period_id": period.id, "mentor_id": mentor_id, "since": london_day(now)}
    session.execute(insert(m.MENTOR).values(row).on_conflict_do_nothing())
    changes = {"mentor_id": mentor_id, "tutor_id": tutor_id}
    audit(session, by, now, action="induction.assign_mentor", subject=subject(period), changes=changes)
    publish(session, _assigned(period, mentor_id, now))
    return period


def _check_supporters(session: Session, period: Period, mentor_id: UUID, tutor_id: UUID | None) -> None:
    if period.state not in LIVE:
        raise Conflict(f"the period is over: {period.state}", state=period.state.value)
    themselves = known_as(session, period.person_id)
    if mentor_id in themselves or tutor_id in themselves:
        raise Invalid.field("mentor_id", "nobody is mentor or tutor of their own induction")
    if mentor_id == tutor_id:
        raise Invalid.field("tutor_id", "mentor and tutor are two roles, held by two people")


def _assigned(period: Period, mentor_id: UUID, now: datetime) -> MentorAssigned:
    return MentorAssigned(
        occurred_at=now,
        person_id=period.person_id,
        period_id=period.id,
        school_urn=period.school_urn,
        mentor_id=mentor_id,
        tutor_id=period.tutor_id,
        since=london_day(now),
    )


def assess_term(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID,
    term: int,
    outcome: TermOutcome,
    evidence: str,
    assessed_on: date | None,
) -> Assessment:
    """Assess a term; the kind (formal, progress, interim) follows from rules and term.

    The same again gives the same assessment. Raises NotFound, NotAllowed, Invalid, Conflict (another one is there,
    the term is not ending yet, failing without "at risk" before).
    """
    record, period = locked_period(session, by, "induction.assess", period_id)
    today = london_day(now)
    if (there := _there(record, period, term)) is not None:
        return _same(there, outcome, evidence)
    made = assessments.assess(
        record.progress(period, calendar_of(session, period.school_urn)),
        term=term,
        outcome=outcome,
        evidence=evidence,
        assessed_on=assessed_on or today,
        today=today,
        told_on=record.at_risk_told_on,
    )
    session.add(made)
    _note_assessment(session, now, by, period, made)
    publish(session, _assessed(made, now))
    return made


def _note_assessment(
    session: Session, now: datetime, by: Principal, period: Period, made: Assessment
) -> None:
    audit(
        session,
        by,
        now,
        action="induction.assess",
        subject=subject(period),
        changes={"term": made.term, "kind": made.kind, "outcome": made.outcome},
        personal={"evidence": made.evidence},
    )


def _there(record: InductionRecord, period: Period, term: int) -> Assessment | None:
    interim = period.state is State.RELEASED
    found = (a for a in record.assessments if (a.period_id, a.term) == (period.id, term))
    return next((a for a in found if (a.kind is AssessmentKind.INTERIM) is interim), None)


def _same(there: Assessment, outcome: TermOutcome, evidence: str) -> Assessment:
    if (there.outcome, there.evidence) != (outcome, evidence):
        raise Conflict(f"term {there.term} was assessed on {there.assessed_on}", kind=there.kind.value)
    return there


def _assessed(made: Assessment, now: datetime) -> TermAssessed:
    return TermAssessed(
        occurred_at=now,
        person_id=made.person_id,
        period_id=made.period_id,
        term=made.term,
        kind=made.kind,
        at_risk=made.outcome is not TermOutcome.SATISFACTORY,
        assessed_on=made.assessed_on,
        terms_served_hundredths=made.served_hundredths,
        outcome=made.outcome,
    )


def tell_at_risk(
    session: Session, now: datetime, by: Principal, *, period_id: UUID, told_on: date | None, support: str
) -> Period:
    """Note that the teacher was told of being at risk, and which support was agreed. Raises Invalid, Conflict."""
    _, period = locked_period(session, by, "induction.tell_at_risk", period_id)
    today = london_day(now)
    day = told_on or today
    if period.state is not State.OPEN:
        raise Conflict("somebody is told while the period is open", state=period.state.value)
    if not period.starts_on <= day <= today:
        raise Invalid.field("told_on", f"from {period.starts_on} to today, {today}")
    before = period.at_risk_told_on
    assessments.tell_at_risk(period, day)
    audit(
        session,
        by,
        now,
        action="induction.tell_at_risk",
        subject=subject(period),
        personal={"support": support},
    )
    if period.at_risk_told_on != before:
        told = AtRiskTold(occurred_at=now, person_id=period.person_id, period_id=period.id, told_on=day)
        publish(session, told)
    return period


def record_absence(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID,
    absence_id: UUID,
    kind: AbsenceKind,
    starts_on: date,
    days: int,
    extends_at_wish: bool,
) -> Period:
    """Note school days away; 30 or more extend induction by the total. The same id again changes nothing.

    Raises NotFound, NotAllowed, Invalid, Conflict (the period is not open).
    """
    record, period = locked_period(session, by, "induction.record_absence", period_id)
    if any(a.id == absence_id for a in record.absences):
        return period
    if period.state not in IN_PROGRESS:
        raise Conflict("absence is noted while the period is open", state=period.state.value)
    if starts_on < period.starts_on:
        raise Invalid.field("starts_on", f"the period starts on {period.starts_on}")
    absence = Absence(
        id=absence_id,
        person_id=period.person_id,
        period_id=period.id,
        kind=kind,
        starts_on=starts_on,
        days=days,
        part=record.progress(period, calendar_of(session, period.school_urn)).part_on(starts_on),
        extends_at_wish=extends_at_wish,
    )
    _note_absence(session, now, by, period, absence)
    record.absences = [*record.absences, absence]
    if decisions.lengthen_for_absence(record, period):
        publish(session, extended(period, "absence", now))
    return period


def _note_absence(session: Session, now: datetime, by: Principal, period: Period, absence: Absence) -> None:
    """Store the absence; what kind it was may say something of the teacher's health, and is personal."""
    session.add(absence)
    audit(
        session,
        by,
        now,
        action="induction.record_absence",
        subject=subject(period),
        changes={"days": absence.days},
        personal={"kind": absence.kind},
    )


def extended(period: Period, cause: str, now: datetime) -> InductionExtended:
    """The fact that more terms are needed: ``absence`` or ``decision``."""
    return InductionExtended(
        occurred_at=now,
        person_id=period.person_id,
        period_id=period.id,
        cause=cause,
        terms_required_hundredths=period.total_hundredths,
    )


def reduce_induction(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    period_id: UUID,
    terms_required_hundredths: int,
    part_time: bool,
    teacher_consents: bool,
    why: str,
) -> Period:
    """The appropriate body agrees to fewer terms, one at least. Raises NotFound, NotAllowed, Invalid, Conflict."""
    _, period = locked_period(session, by, "induction.reduce", period_id)
    if period.terms_required_hundredths == terms_required_hundredths:
        return period
    decisions.reduce(period, terms_required_hundredths, part_time=part_time, consents=teacher_consents)
    changes = {"terms_required_hundredths": terms_required_hundredths, "part_time": part_time}
    audit(session, by, now, action="induction.reduce", subject=subject(period), why=why, changes=changes)
    publish(
        session,
        InductionReduced(
            occurred_at=now,
            person_id=period.person_id,
            period_id=period.id,
            terms_required_hundredths=period.total_hundredths,
        ),
    )
    return period
