"""Observations and reviews that were recorded wrongly: amended or removed with a reason, which the history keeps.

The provider answers for the whole record; a mentor corrects what they recorded themselves.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import trainees
from services.itt.domain.corrections import require_reason
from services.itt.domain.dates import today
from services.itt.domain.standards import Judgement, Judgements
from services.itt.domain.standards import correct_review as decide
from services.itt.handlers import belonging, records, room
from services.itt.handlers.assessments import judgements, plain_judgements
from services.itt.handlers.views import View, view
from shared.errors import Conflict, Invalid
from shared.messaging import publish
from shared.policy import Principal

OBSERVED = ("observed_on", "school_urn", "observer", "notes")


def correct_observation(
    session: Session, now: datetime, by: Principal, *, observation_id: UUID, reason: str, **changes: Any
) -> View:
    """Other values for what is given of an observed lesson. Raises Invalid for a day to come, Conflict when removed."""
    stored, row, why = _observation(session, by, observation_id, reason)
    if stored.removed_at:
        raise Conflict("This observation was removed; record it anew")
    if changes.get("observed_on", stored.observed_on) > today(now):
        raise Invalid.field("observed_on", "is in the future; give the day of the lesson")
    if changed := records.assign(stored, changes):
        room.of_observations(session, row.id)
        action = "trainee.correct_observation"
        belonging.note(session, now, by, row, action, changed, why, entry_id=stored.id)
    return view(session, now, by, row)


def remove_observation(
    session: Session, now: datetime, by: Principal, *, observation_id: UUID, reason: str
) -> View:
    """The lesson was not observed, or is somebody else's. One that was removed already changes nothing."""
    stored, row, why = _observation(session, by, observation_id, reason)
    if stored.removed_at is None:
        stored.removed_at = now
        was: records.Changes = {name: (getattr(stored, name), None) for name in OBSERVED}
        belonging.note(session, now, by, row, "trainee.remove_observation", was, why, entry_id=stored.id)
    return view(session, now, by, row)


def _observation(
    session: Session, by: Principal, id_: UUID, reason: str
) -> tuple[models.Observation, models.Trainee, str]:
    action = "trainee.correct_observation"
    stored, row = belonging.locked(session, by, action, models.Observation, id_, "observation")
    trainees.refuse_edits_when_closed(records.trainee(row))
    return stored, row, require_reason(reason)


def correct_review(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    review_id: UUID,
    reason: str,
    reviewed_on: date | None = None,
    standards: Mapping[str, Mapping[str, Any]] | None = None,
) -> View:
    """Another day or other judgements of a review. Raises as recording one does, Conflict for a final assessment."""
    stored, row, why = _review(session, by, review_id, reason)
    if stored.removed_at:
        raise Conflict("This review was removed; record it anew")
    judged = _judged(stored) if standards is None else judgements(standards)
    on = reviewed_on or stored.reviewed_on
    event = decide(records.trainee(row), stored.id, on, judged, now)
    values = {"reviewed_on": on, "standards": plain_judgements(judged)}
    if changed := records.assign(stored, values):
        room.of_reviews(session, row.id, final=False)
        belonging.note(session, now, by, row, "trainee.correct_review", changed, why, entry_id=stored.id)
        publish(session, event)
    return view(session, now, by, row)


def remove_review(session: Session, now: datetime, by: Principal, *, review_id: UUID, reason: str) -> View:
    """The review was not made, or is somebody else's. One that was removed already changes nothing."""
    stored, row, why = _review(session, by, review_id, reason)
    if stored.removed_at is None:
        on, judged = stored.reviewed_on, _judged(stored)
        event = decide(records.trainee(row), stored.id, on, judged, now, removed=True)
        stored.removed_at = now
        was: records.Changes = {"reviewed_on": (on, None), "standards": (stored.standards, None)}
        belonging.note(session, now, by, row, "trainee.remove_review", was, why, entry_id=stored.id)
        publish(session, event)
    return view(session, now, by, row)


def _judged(stored: models.Review) -> Judgements:
    return {number: Judgement(**each) for number, each in stored.standards.items()}


def _review(
    session: Session, by: Principal, id_: UUID, reason: str
) -> tuple[models.Review, models.Trainee, str]:
    """The review, locked. Raises Conflict for a final assessment: one that is wrong is followed by another."""
    stored, row = belonging.locked(session, by, "trainee.correct_review", models.Review, id_, "review")
    if stored.final:
        raise Conflict("A final assessment is not corrected: record another, the last one counts")
    return stored, row, require_reason(reason)
