"""Causes for concern: raised, supported by a plan that is looked at, escalated, resolved, or withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import concerns
from services.itt.domain.concerns import Action, Change, Concern, PlanReview, State
from services.itt.domain.dates import today
from services.itt.domain.placements import mentor_on
from services.itt.handlers import belonging, records, room, training_rows
from services.itt.handlers.views import View, view
from shared.calendar import start_of
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal
from shared.timers import cancel, schedule

Table = models.training.Concern
TIMER = "support_review"
MORNING = timedelta(hours=8)


def raise_concern(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    standards: Sequence[str],
    description: str,
    raised_on: date | None = None,
    concern_id: UUID | None = None,
) -> View:
    """Raise a cause for concern about some standards; there may be several at once. The same again changes nothing."""
    row = records.locked(session, by, "concern.raise", trainee_id)
    new = Concern(
        id=concern_id or new_id(),
        state=State.RAISED,
        raised_on=raised_on or today(now),
        standards=tuple(dict.fromkeys(standards)),
        description=description.strip(),
    )
    if not _recorded(session, row, new):
        event = concerns.raise_concern(records.trainee(row), new, _mentor(session, row, now), now)
        values = training_rows.concern_values(new)
        session.add(Table(id=new.id, trainee_id=row.id, recorded_by=by.actor, recorded_at=now, **values))
        room.of_concerns(session, row.id, raised=True)
        told = {name: (None, values[name]) for name in ("state", "raised_on", "standards", "description")}
        belonging.note(session, now, by, row, "concern.raise", told, entry_id=new.id)
        publish(session, event)
    return view(session, now, by, row)


def _recorded(session: Session, row: models.Trainee, new: Concern) -> bool:
    """Whether this concern is there, whatever became of it. Raises Conflict when its id means another one."""
    stored = session.get(Table, new.id)
    if stored is None:
        return False
    said = (stored.trainee_id, tuple(stored.standards), stored.description)
    if said != (row.id, new.standards, new.description):
        raise Conflict(f"The concern {new.id} is already recorded with something else in it")
    return True


def _mentor(session: Session, row: models.Trainee, now: datetime) -> UUID | None:
    return mentor_on(records.placements(session, row.id), today(now))


def agree_support_plan(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    concern_id: UUID,
    actions: Sequence[Mapping[str, Any]],
    review_on: date,
) -> View:
    """Agree what is done, by whom, until when, and on which day it is looked at; again, it changes the plan."""
    stored, row = _locked(session, by, "concern.agree_plan", concern_id)
    agreed = [Action(each["what"].strip(), each["who"].strip(), each["due_on"]) for each in actions]
    mentor_id, known = _mentor(session, row, now), training_rows.concern(stored)
    change = concerns.agree_plan(records.trainee(row), known, agreed, review_on, mentor_id, now)
    return _changed(session, now, by, row, stored, change, "concern.agree_plan")


def review_support_plan(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    concern_id: UUID,
    note: str,
    review_on: date,
    reviewed_on: date | None = None,
) -> View:
    """The plan was looked at, and goes on until ``review_on``."""
    stored, row = _locked(session, by, "concern.review_plan", concern_id)
    found = PlanReview(reviewed_on or today(now), note.strip())
    change = concerns.review_plan(records.trainee(row), training_rows.concern(stored), found, review_on, now)
    return _changed(session, now, by, row, stored, change, "concern.review_plan")


def escalate_concern(
    session: Session, now: datetime, by: Principal, *, concern_id: UUID, escalation: str
) -> View:
    """Support is not enough: the provider takes it up itself."""
    stored, row = _locked(session, by, "concern.escalate", concern_id)
    change = concerns.escalate(records.trainee(row), training_rows.concern(stored), escalation, now)
    return _changed(session, now, by, row, stored, change, "concern.escalate")


def resolve_concern(
    session: Session, now: datetime, by: Principal, *, concern_id: UUID, outcome: str
) -> View:
    """There is no cause for concern any more."""
    stored, row = _locked(session, by, "concern.resolve", concern_id)
    change = concerns.resolve(records.trainee(row), training_rows.concern(stored), outcome, now)
    return _changed(session, now, by, row, stored, change, "concern.resolve")


def withdraw_concern(
    session: Session, now: datetime, by: Principal, *, concern_id: UUID, outcome: str
) -> View:
    """It was raised in error."""
    stored, row = _locked(session, by, "concern.withdraw", concern_id)
    change = concerns.withdraw(records.trainee(row), training_rows.concern(stored), outcome, now)
    return _changed(session, now, by, row, stored, change, "concern.withdraw")


def _locked(session: Session, by: Principal, action: str, concern_id: UUID) -> tuple[Table, models.Trainee]:
    return belonging.locked(session, by, action, Table, concern_id, "concern")


def _changed(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    stored: Table,
    change: Change,
    action: str,
) -> View:
    """Store, remind, audit and publish. What changes nothing leaves no trace."""
    after, events = change
    if changes := records.assign(stored, training_rows.concern_values(after)):
        room.of_concerns(session, row.id, raised=False)
        _remind(session, after)
        belonging.note(session, now, by, row, action, changes, entry_id=after.id)
        for event in events:
            publish(session, event)
    return view(session, now, by, row)


def _remind(session: Session, concern: Concern) -> None:
    """On the morning of the day on which the plan is looked at."""
    if concern.review_on is None:
        cancel(session, TIMER, f"concern/{concern.id}")
    else:
        schedule(session, start_of(concern.review_on) + MORNING, TIMER, f"concern/{concern.id}")


def support_review_due(session: Session, now: datetime, subject: str) -> None:
    """Timer: a plan should be looked at; a week later once more, when nobody did."""
    stored = session.get(Table, UUID(subject.removeprefix("concern/")))
    if stored is None:
        return
    try:
        row = records.find(session, stored.trainee_id, lock=True)
    except NotFound:
        return
    session.refresh(stored)
    known = training_rows.concern(stored)
    event = concerns.review_due(records.trainee(row), known, _mentor(session, row, now), now)
    if event is not None:
        publish(session, event)
        if not event.overdue:
            again = start_of(event.review_on + concerns.REMINDED_AGAIN_AFTER) + MORNING
            schedule(session, again, TIMER, subject)
