"""A form or a course changes after the draft was made: what it says otherwise is offered as a correction.

Equality data is the person's own: what they say of it goes into the trainee's, and nobody is asked.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.details import EQUALITY
from services.itt.domain.trainees import CLOSED_TO_EDITS, State
from services.itt.handlers import candidacies, offered, records, recruit_records
from shared.database.equality import equality_role
from shared.policy import Principal, Role

APPLICATIONS = Principal("itt applications", frozenset({Role.SERVICE}))


def of_candidate(
    session: Session, now: datetime, by: Principal, candidate: models.Candidate, *, equality: bool = False
) -> None:
    """The candidate (locked) said something else: their trainees are compared with it."""
    trainee, application = models.Trainee, models.Application
    session.flush()
    known = select(trainee, application).join(application, application.id == trainee.from_application_id)
    mine = known.where(application.candidate_id == candidate.id, trainee.discarded_at.is_(None))
    locked = mine.order_by(trainee.id).with_for_update(of=trainee)
    found = session.execute(locked.execution_options(populate_existing=True))
    for row, applied in found.all():
        _compare(session, now, by, row, applied, candidate)
        if equality and State(row.state) not in CLOSED_TO_EDITS:
            _own_words(session, now, by, row, candidate)


def offer_corrections(session: Session, now: datetime, subject: str) -> None:
    """Timer: the course of a trainee says something else."""
    row = session.get(models.Trainee, records.trainee_id_of(subject))
    if row is None or row.from_application_id is None:
        return
    held = candidacies.hold(session, row.from_application_id)
    of_candidate(session, now, APPLICATIONS, held.candidate)


def _compare(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    applied: models.Application,
    candidate: models.Candidate,
) -> None:
    """Who has withdrawn is corrected no more."""
    if row.state == State.WITHDRAWN:
        return
    (application,) = candidacies.loaded(session, [applied], {candidate.id: candidate})
    offered.keep_up(session, now, by, row, recruit_records.record(session, application))


def _own_words(
    session: Session, now: datetime, by: Principal, row: models.Trainee, candidate: models.Candidate
) -> None:
    said = recruit_records.equality(session, candidate.id)
    with equality_role(session):
        known = session.get(models.TraineeEquality, row.id)
        if known is None:
            known = models.TraineeEquality(trainee_id=row.id)
            session.add(known)
        changes = records.assign(known, {name: said.get(name) for name in EQUALITY})
    if changes:
        records.note(session, now, by, row.id, "trainee.equality_changed", changes)
    session.flush()
