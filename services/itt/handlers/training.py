"""The training itself: its first day, placements, observed lessons, reviews and the final assessment."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import placements, trainees
from services.itt.domain.dates import today
from services.itt.domain.placements import Placement
from services.itt.domain.standards import Judgement, Judgements, assess, review
from services.itt.handlers import records
from services.itt.handlers.views import View, view
from shared.errors import Conflict, Invalid, NotFound
from shared.events import Person
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal, Role

CALENDAR = Principal("itt calendar", frozenset({Role.SERVICE}))


def training_starts(session: Session, now: datetime, subject: str) -> None:
    """Timer: the first day of a training; who is deferred or gone does not start."""
    try:
        row = records.find(session, records.trainee_id_of(subject), lock=True)
    except NotFound:
        return
    after, events = trainees.start_training(records.trainee(row), now)
    records.changed(session, now, CALENDAR, row, after, events, action="training.start")


def arrange_placement(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    number: int,
    school_urn: str,
    starts_on: date,
    ends_on: date,
    mentor: Mapping[str, Any],
    placement_id: UUID | None = None,
) -> View:
    """Settle placement ``number``: school, dates and mentor; asked again, it changes it.

    Raises Invalid, Conflict for a placement that is completed or a trainee who may not be changed.
    """
    row = records.locked(session, by, "trainee.arrange_placement", trainee_id)
    stored = _numbered(session, trainee_id, number) or _added(session, row, number, school_urn, placement_id)
    if placement_id and stored.id != placement_id:
        _rename(session, stored, placement_id)
    mentor_id, person = _mentor(session, stored, mentor)
    wanted = replace(
        records.placement(stored),
        school_urn=school_urn,
        starts_on=starts_on,
        ends_on=ends_on,
        mentor_id=mentor_id,
        mentor=person,
    )
    event = placements.arrange(records.trainee(row), wanted, now)
    if changes := _settle(stored, wanted):
        if stored.completed_on:
            raise Conflict(f"Placement {number} was completed on {stored.completed_on}")
        row.moved_on = True
        records.note(session, now, by, row.id, "trainee.arrange_placement", changes)
        publish(session, event)
    return view(session, now, by, row)


def _numbered(session: Session, trainee_id: UUID, number: int) -> models.Placement | None:
    known = select(models.Placement).where(
        models.Placement.trainee_id == trainee_id, models.Placement.number == number
    )
    return session.scalar(known)


def _added(
    session: Session, row: models.Trainee, number: int, urn: str, placement_id: UUID | None
) -> models.Placement:
    id_ = placement_id or new_id()
    if session.get(models.Placement, id_) is not None:
        raise Conflict(f"The placement {id_} has another number or is somebody else's")
    stored = models.Placement(id=id_, trainee_id=row.id, number=number, school_urn=urn)
    session.add(stored)
    return stored


def _rename(session: Session, stored: models.Placement, placement_id: UUID) -> None:
    """A placement that came with a file takes the caller's id; one that was arranged keeps its own."""
    if stored.mentor_id is not None or session.get(models.Placement, placement_id) is not None:
        raise Conflict(f"Placement {stored.number} is already arranged as {stored.id}")
    stored.id = placement_id


def _mentor(session: Session, stored: models.Placement, given: Mapping[str, Any]) -> tuple[UUID, Person]:
    """The mentor with an id: the one given, else the one that the e-mail address already has here, else new.

    Without an address, whoever mentors this placement under the same name stays who they are.
    """
    person = Person(
        first_names=given["first_names"].strip(),
        last_name=given["last_name"].strip(),
        email=(given.get("email") or "").strip().lower() or None,
    )
    known = None
    if person.email:
        _lock_address(session, person.email)
        same = select(models.Placement.mentor_id).where(models.Placement.mentor_email == person.email)
        known = session.scalar(same.order_by(models.Placement.mentor_id).limit(1))
    elif (stored.mentor_first_names, stored.mentor_last_name) == (person.first_names, person.last_name):
        known = stored.mentor_id
    return given.get("person_id") or known or new_id(), person


def _lock_address(session: Session, email: str) -> None:
    """One at a time: two placements at once cannot both find the mentor new."""
    key = func.hashtextextended(f"itt mentor {email}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _settle(stored: models.Placement, wanted: Placement) -> records.Changes:
    mentor = wanted.mentor or Person(first_names="", last_name="")
    return records.assign(
        stored,
        {
            "school_urn": wanted.school_urn,
            "starts_on": wanted.starts_on,
            "ends_on": wanted.ends_on,
            "mentor_id": wanted.mentor_id,
            "mentor_first_names": mentor.first_names,
            "mentor_last_name": mentor.last_name,
            "mentor_email": mentor.email,
        },
    )


def complete_placement(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    placement_id: UUID,
    completed_on: date,
    days: int | None = None,
) -> View:
    """The placement is over; ``days`` in school, counted when not given. The same again changes nothing."""
    stored, row = _placement_for(session, by, placement_id)
    if stored.completed_on == completed_on and days in (None, stored.days):
        return view(session, now, by, row)
    one, event = placements.complete(records.trainee(row), records.placement(stored), completed_on, days, now)
    changes = records.assign(stored, {"completed_on": one.completed_on, "days": one.days})
    row.moved_on = True
    records.note(session, now, by, row.id, "trainee.complete_placement", changes)
    publish(session, event)
    return view(session, now, by, row)


def _placement_for(
    session: Session, by: Principal, placement_id: UUID
) -> tuple[models.Placement, models.Trainee]:
    """The placement with its trainee, locked. Raises NotFound, and tells a stranger no more by it."""
    unknown = NotFound(f"There is no placement {placement_id}")
    stored = session.get(models.Placement, placement_id)
    if stored is None:
        raise unknown
    try:
        row = records.locked(session, by, "trainee.complete_placement", stored.trainee_id)
    except NotFound:
        raise unknown from None
    session.refresh(stored)
    return stored, row


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
    """Note a lesson that was observed. The same id again changes nothing."""
    row = records.locked(session, by, "trainee.observe", trainee_id)
    trainees.refuse_edits_when_closed(records.trainee(row))
    if observed_on > today(now):
        raise Invalid.field("observed_on", "is in the future; give the day of the lesson")
    known = session.get(models.Observation, observation_id) if observation_id else None
    if known is not None and known.trainee_id != row.id:
        raise Conflict(f"The observation {observation_id} is of somebody else")
    if known is None:
        values = {"observed_on": observed_on, "school_urn": school_urn, "observer": observer, "notes": notes}
        session.add(models.Observation(id=observation_id or new_id(), trainee_id=row.id, **values))
        row.moved_on = True
        records.note(session, now, by, row.id, "trainee.observe", {"observed_on": (None, observed_on)})
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
    judged = _judgements(standards)
    id_ = review_id or new_id()
    if _recorded(session, row, id_, reviewed_on, judged, final=False):
        return view(session, now, by, row)
    event = review(records.trainee(row), id_, reviewed_on, judged, now)
    _keep(session, now, row, id_, reviewed_on, judged, final=False)
    records.note(session, now, by, row.id, "trainee.review", {"reviewed_on": (None, reviewed_on)})
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
    judged = _judgements(standards)
    id_ = assessment_id or new_id()
    if _recorded(session, row, id_, assessed_on, judged, final=True):
        return view(session, now, by, row)
    after, events = assess(records.trainee(row), assessed_on, judged, now)
    _keep(session, now, row, id_, assessed_on, judged, final=True)
    records.changed(session, now, by, row, after, events, action="trainee.assess")
    return view(session, now, by, row)


def _judgements(given: Mapping[str, Mapping[str, Any]]) -> Judgements:
    return {number: Judgement(judged["met"], judged["evidence"].strip()) for number, judged in given.items()}


def _plain(judged: Judgements) -> dict[str, Any]:
    return {number: asdict(judgement) for number, judgement in judged.items()}


def _recorded(
    session: Session, row: models.Trainee, id_: UUID, on: date, judged: Judgements, *, final: bool
) -> bool:
    """Whether this very review is there. Raises Conflict when its id means another one."""
    known = session.get(models.Review, id_)
    if known is None:
        return False
    if (known.trainee_id, known.reviewed_on, known.final, known.standards) != (
        row.id,
        on,
        final,
        _plain(judged),
    ):
        raise Conflict(f"The review {id_} is already recorded with something else in it")
    return True


def _keep(
    session: Session,
    now: datetime,
    row: models.Trainee,
    id_: UUID,
    on: date,
    judged: Judgements,
    *,
    final: bool,
) -> None:
    row.moved_on = True
    values = {"reviewed_on": on, "recorded_at": now, "standards": _plain(judged), "final": final}
    session.add(models.Review(id=id_, trainee_id=row.id, **values))
