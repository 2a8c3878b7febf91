"""Observed lessons, reviews against the standards and the final assessment."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import trainees
from services.itt.domain.dates import today
from services.itt.domain.standards import Judgement, Judgements, assess, review
from services.itt.handlers import belonging, records, room
from services.itt.handlers.views import View, view
from shared.errors import Conflict, Invalid
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def record_observation(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    observed_on: date,
    school_urn: str,
    observer: str,
    notes: str,
    observation_id: UUID | None = None,
) -> View:
    """Note a lesson that was observed. The same observation again changes nothing.

    Raises Invalid, Conflict when the id means another one.
    """
    row = records.locked(session, by, "trainee.observe", trainee_id)
    trainees.refuse_edits_when_closed(records.trainee(row))
    if observed_on > today(now):
        raise Invalid.field("observed_on", "is in the future; give the day of the lesson")
    known = session.get(models.Observation, observation_id) if observation_id else None
    if known is not None and known.trainee_id != row.id:
        raise Conflict(f"The observation {observation_id} is of somebody else")
    if known is not None and known.removed_at:
        raise Conflict(f"The observation {observation_id} was removed; record it anew")
    values = {"observed_on": observed_on, "school_urn": school_urn, "observer": observer, "notes": notes}
    if known is not None and any(getattr(known, name) != value for name, value in values.items()):
        raise Conflict(f"The observation {observation_id} is already recorded with something else in it")
    if known is None:
        made = models.Observation(id=observation_id or new_id(), trainee_id=row.id, **values)
        made.recorded_by = by.actor
        session.add(made)
        room.of_observations(session, row.id)
        told = {"observed_on": (None, observed_on)}
        belonging.note(session, now, by, row, "trainee.observe", told, entry_id=made.id)
    return view(session, now, by, row)


def record_review(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    reviewed_on: date,
    standards: Mapping[str, Mapping[str, Any]],
    review_id: UUID | None = None,
) -> View:
    """A review of some or all standards, each with evidence. The same review again changes nothing."""
    row = records.locked(session, by, "trainee.review", trainee_id)
    judged = judgements(standards)
    id_ = review_id or new_id()
    if _recorded(session, row, id_, reviewed_on, judged, final=False):
        return view(session, now, by, row)
    event = review(records.trainee(row), id_, reviewed_on, judged, now)
    _keep(session, now, by, row, id_, reviewed_on, judged, final=False)
    told = {"reviewed_on": (None, reviewed_on)}
    belonging.note(session, now, by, row, "trainee.review", told, entry_id=id_)
    publish(session, event)
    return view(session, now, by, row)


def record_final_assessment(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    assessed_on: date,
    standards: Mapping[str, Mapping[str, Any]],
    assessment_id: UUID | None = None,
) -> View:
    """The final assessment of all standards; one that was not passed may be followed by another."""
    row = records.locked(session, by, "trainee.assess", trainee_id)
    judged = judgements(standards)
    id_ = assessment_id or new_id()
    if _recorded(session, row, id_, assessed_on, judged, final=True):
        return view(session, now, by, row)
    after, events = assess(records.trainee(row), assessed_on, judged, now)
    _keep(session, now, by, row, id_, assessed_on, judged, final=True)
    records.changed(session, now, by, row, after, events, action="trainee.assess")
    return view(session, now, by, row)


def judgements(given: Mapping[str, Mapping[str, Any]]) -> Judgements:
    """The judgements of a call."""
    return {number: Judgement(judged["met"], judged["evidence"].strip()) for number, judged in given.items()}


def plain_judgements(judged: Judgements) -> dict[str, Any]:
    """The judgements as a row holds them."""
    return {number: asdict(judgement) for number, judgement in judged.items()}


def _recorded(
    session: Session, row: models.Trainee, id_: UUID, on: date, judged: Judgements, *, final: bool
) -> bool:
    """Whether this very review is there. Raises Conflict when its id means another one."""
    known = session.get(models.Review, id_)
    if known is None:
        return False
    if known.removed_at:
        raise Conflict(f"The review {id_} was removed; record it anew")
    if (known.trainee_id, known.reviewed_on, known.final, known.standards) != (
        row.id,
        on,
        final,
        plain_judgements(judged),
    ):
        raise Conflict(f"The review {id_} is already recorded with something else in it")
    return True


def _keep(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    id_: UUID,
    on: date,
    judged: Judgements,
    *,
    final: bool,
) -> None:
    row.moved_on = True
    values = {"reviewed_on": on, "recorded_at": now, "standards": plain_judgements(judged), "final": final}
    values |= {"recorded_by": by.actor}
    session.add(models.Review(id=id_, trainee_id=row.id, **values))
    room.of_reviews(session, row.id, final=final)
