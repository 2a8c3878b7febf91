"""Asking at five levels: two after attending, three at set dates, by timers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain.activities import Activity
from services.cpd.domain.evaluation import Evaluation, due_dates
from services.cpd.domain.policy import PERMISSIONS, SELF
from services.cpd.handlers.records import own_person_id
from shared.aliases import known_as
from shared.audit import audit
from shared.calendar import london_day, start_of
from shared.errors import NotFound
from shared.events.cpd import EvaluationRecorded, EvaluationRequested, EvaluationScheduled
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import schedule

EVALUATION_DUE = "evaluation_due"


def plan(session: Session, activity: Activity, person_id: UUID, attended_on: date, now: datetime) -> None:
    """Ask levels 1 and 2 now, and put levels 3 to 5 on their dates."""
    for level, due_on in due_dates(activity, attended_on).items():
        asked = Evaluation(
            id=new_id(), activity_id=activity.id, person_id=person_id, level=level, due_on=due_on
        )
        session.add(asked)
        if asked.is_later:
            schedule(session, start_of(due_on), EVALUATION_DUE, str(asked.id))
            publish(session, _scheduled(activity, asked, now))
        else:
            asked.request(now)


def _scheduled(activity: Activity, asked: Evaluation, now: datetime) -> EvaluationScheduled:
    return EvaluationScheduled(
        occurred_at=now,
        activity_id=asked.activity_id,
        person_id=asked.person_id,
        level=asked.level.value,
        due_on=asked.due_on,
        title=activity.title,
    )


def evaluation_due(session: Session, now: datetime, evaluation_id: UUID) -> None:
    """Timer: the date has come, and the person is asked. Late, or twice, it asks once."""
    asked = session.get(Evaluation, evaluation_id, with_for_update=True)
    if asked is None or not asked.request(now):
        return
    activity = session.get_one(Activity, asked.activity_id)
    publish(
        session,
        EvaluationRequested(
            occurred_at=now,
            activity_id=activity.id,
            person_id=asked.person_id,
            level=asked.level.value,
            due_on=asked.due_on,
            title=activity.title,
        ),
    )


def evaluate(
    session: Session, now: datetime, by: Principal, *, activity_id: UUID, level: int, score: int, text: str
) -> Evaluation:
    """Answer one level, 1 to 5, for an activity that one attended. The same answer again changes nothing.

    Raises NotFound (did not attend), NotAllowed, Conflict (not asked yet, or answered differently).
    """
    PERMISSIONS.require(by, "activity.evaluate", {SELF})
    e = m.EVALUATION.c
    mine = e.person_id.in_(known_as(session, own_person_id(by)))
    statement = select(Evaluation).where(mine, e.activity_id == activity_id, e.level == level)
    asked = session.scalar(statement.with_for_update())
    if asked is None:
        raise NotFound("only those who attended evaluate an activity")
    if asked.record(score, text, now, london_day(now)):
        audit(
            session,
            by,
            now,
            action="activity.evaluate",
            subject=f"activity/{activity_id}",
            changes={"level": level},
        )
        publish(session, _recorded(session.get_one(Activity, activity_id), asked, score, now))
    return asked


def _recorded(activity: Activity, asked: Evaluation, score: int, now: datetime) -> EvaluationRecorded:
    return EvaluationRecorded(
        occurred_at=now,
        activity_id=activity.id,
        person_id=asked.person_id,
        offered_by=activity.offered_by,
        level=asked.level.value,
        score=score,
        recorded_on=london_day(now),
        title=activity.title,
    )
