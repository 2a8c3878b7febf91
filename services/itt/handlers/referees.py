"""Referees: named by the candidate, asked after acceptance, reminded, and their answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy, references
from services.itt.domain.applications import EXPECTED, Application
from services.itt.domain.policy.applications import reference_relations
from services.itt.domain.references import Change, RefereeType, Reference, State
from services.itt.handlers import feed
from services.itt.handlers.catalogue import assign
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.events import Event, Person
from shared.events.applications import ReferenceProvided, ReferenceRefused
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal, Role
from shared.timers import cancel, schedule

View = dict[str, Any]
CHASE = "reference_chase"
COLUMNS = tuple(
    name
    for name in Reference.__dataclass_fields__
    if name not in ("id", "candidate_id", "person_id", "candidate", "cycle")
)
NAMED = ("name", "email", "relationship", "referee_type")
TIMER = Principal("itt", frozenset({Role.SERVICE}))


def subject(reference_id: UUID) -> str:
    """The name of a reference in audit, timers and facts."""
    return f"reference/{reference_id}"


def rows_of(
    session: Session, candidate_id: UUID, cycle: int, *, lock: bool = False
) -> list[models.Reference]:
    """The references of a form, in the order in which they were named; locked after their candidate alone."""
    table = models.Reference
    mine = select(table).where(table.candidate_id == candidate_id, table.cycle == cycle).order_by(table.id)
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(mine))


def reference(row: models.Reference, candidate: models.Candidate) -> Reference:
    """The domain's reference of its rows."""
    known = {name: getattr(row, name) for name in COLUMNS}
    known |= {"state": State(row.state), "referee_type": RefereeType(row.referee_type)}
    return Reference(
        id=row.id,
        candidate_id=candidate.id,
        person_id=candidate.person_id,
        candidate=Person(
            first_names=candidate.first_names, last_name=candidate.last_name, email=candidate.email
        ),
        cycle=row.cycle,
        **known,
    )


def add(
    session: Session,
    now: datetime,
    by: Principal,
    candidate: models.Candidate,
    cycle: int,
    key: UUID | None,
    **named: str,
) -> None:
    """Name another referee (the candidate is locked); whom an offer was accepted for is asked at once.

    The id is never the caller's own: a referee is written to and let in by it. With the same ``key`` the same
    candidate means the same reference, and nobody else's.
    """
    rows = rows_of(session, candidate.id, cycle, lock=True)
    reference_id = uuid5(candidate.id, f"reference {cycle} {key}") if key else new_id()
    if any(row.id == reference_id for row in rows):
        return
    if reference_id is not None and session.get(models.Reference, reference_id) is not None:
        raise Conflict(f"The reference {reference_id} is of another form")
    references.refuse_another([reference(row, candidate) for row in rows], named["email"])
    row = models.Reference(id=reference_id, candidate_id=candidate.id, cycle=cycle, chasers=0, **named)
    row.state = State.NOT_REQUESTED.value
    session.add(row)
    session.flush()
    said = {name: named[name] for name in NAMED}
    audit(session, by, now, action="reference.add", subject=subject(row.id), personal=said)
    if _is_expected(session, candidate.id, cycle):
        _changed(
            session, now, by, row, references.request(reference(row, candidate), now), "reference.request"
        )


def change(
    session: Session,
    now: datetime,
    by: Principal,
    candidate: models.Candidate,
    cycle: int,
    reference_id: UUID,
    **named: str | None,
) -> None:
    """Correct a referee who was not asked yet. Raises NotFound, Conflict, Invalid (named already)."""
    row, others = _own(session, candidate, cycle, reference_id)
    if row.state != State.NOT_REQUESTED:
        raise Conflict(f"This referee is {row.state} already; name another instead")
    if named.get("email"):
        references.refuse_another([reference(each, candidate) for each in others], str(named["email"]))
    differs = assign(row, {name: value for name, value in named.items() if value is not None})
    if differs:
        audit(session, by, now, action="reference.change", subject=subject(row.id), personal=differs)


def remove(
    session: Session,
    now: datetime,
    by: Principal,
    candidate: models.Candidate,
    cycle: int,
    reference_id: UUID,
) -> None:
    """Name somebody no more: who was not asked is forgotten, a request is cancelled. Raises NotFound, Conflict."""
    row, _ = _own(session, candidate, cycle, reference_id)
    if row.state == State.PROVIDED:
        raise Conflict("This reference has come; it stays with the form")
    audit(session, by, now, action="reference.remove", subject=subject(row.id))
    if row.state == State.REQUESTED:
        _changed(session, now, by, row, references.cancel(reference(row, candidate), now), "reference.cancel")
    session.flush()
    session.delete(row)


def _own(
    session: Session, candidate: models.Candidate, cycle: int, reference_id: UUID
) -> tuple[models.Reference, Sequence[models.Reference]]:
    rows = rows_of(session, candidate.id, cycle, lock=True)
    for row in rows:
        if row.id == reference_id:
            return row, [other for other in rows if other.id != reference_id]
    raise NotFound(f"There is no reference {reference_id}")


def _is_expected(session: Session, candidate_id: UUID, cycle: int) -> bool:
    table = models.Application
    mine = select(table.id).where(table.candidate_id == candidate_id, table.cycle == cycle)
    return (
        session.scalar(mine.where(table.state.in_([state.value for state in EXPECTED])).limit(1)) is not None
    )


def ask(session: Session, now: datetime, accepted: Application) -> None:
    """An offer was accepted: ask all referees of the form who were not asked yet."""
    _all(session, now, accepted, references.request, "reference.request")


def cancel_requests(session: Session, now: datetime, ended: Application) -> None:
    """The place was given up or lost: referees who have not answered need not any more."""
    _all(session, now, ended, references.cancel, "reference.cancel")


def _all(session: Session, now: datetime, mine: Application, decide: Any, action: str) -> None:
    candidate = session.get_one(models.Candidate, mine.candidate_id)
    for row in rows_of(session, mine.candidate_id, mine.cycle, lock=True):
        _changed(session, now, TIMER, row, decide(reference(row, candidate), now), action)


def _changed(
    session: Session, now: datetime, by: Principal, row: models.Reference, change: Change, action: str
) -> None:
    """Store, audit and publish what became of a reference, and set its next reminder."""
    after, events = change
    values = {name: getattr(after, name) for name in COLUMNS}
    values |= {"state": after.state.value, "referee_type": after.referee_type.value}
    differs = assign(row, values)
    if not differs:
        return
    told = {name: pair for name, pair in differs.items() if name != "feedback"}
    audit(session, by, now, action=action, subject=subject(row.id), changes=told)
    for event in events:
        publish(session, _with_who_waits(session, row, event))
    due = references.next_chaser_at(after)
    if due is not None:
        schedule(session, due, CHASE, subject(row.id))
    else:
        cancel(session, CHASE, subject(row.id))


def _with_who_waits(session: Session, row: models.Reference, event: Event) -> Event:
    """An answer says which providers wait for it: those of the applications with an accepted offer."""
    if not isinstance(event, ReferenceProvided | ReferenceRefused):
        return event
    table = models.Application
    mine = select(table.provider_code, table.accredited_code).where(
        table.candidate_id == row.candidate_id,
        table.cycle == row.cycle,
        table.state.in_([state.value for state in EXPECTED]),
    )
    codes = {code for pair in session.execute(mine) for code in pair if code}
    return replace(event, provider_codes=tuple(sorted(codes)))


def chase(session: Session, now: datetime, about: str) -> None:
    """Timer: remind a referee who has not answered; the fact is for who writes the mails."""
    found = _locked(session, UUID(about.removeprefix("reference/")))
    if found is not None:
        row, candidate = found
        known = reference(row, candidate)
        _changed(session, now, TIMER, row, references.chase(known, now), "reference.chase")
        if (due := references.next_chaser_at(known)) is not None and now < due:
            schedule(session, due, CHASE, about)


def _locked(session: Session, reference_id: UUID) -> tuple[models.Reference, models.Candidate] | None:
    """The reference, and before it its candidate, locked."""
    row = session.get(models.Reference, reference_id)
    if row is None:
        return None
    lock: dict[str, Any] = {"with_for_update": True, "populate_existing": True}
    candidate = session.get_one(models.Candidate, row.candidate_id, **lock)
    again = session.get(models.Reference, reference_id, **lock)
    return None if again is None else (again, candidate)


def _asked(session: Session, by: Principal, reference_id: UUID) -> tuple[models.Reference, Reference]:
    found = _locked(session, reference_id)
    relations = reference_relations(by, reference_id)
    if found is None or not policy.PERMISSIONS.allows(by, "reference.answer", relations):
        raise NotFound(f"There is no reference {reference_id}")
    return found[0], reference(*found)


def reference_asked_for(session: Session, now: datetime, by: Principal, *, reference_id: UUID) -> View:
    """What a referee is asked, about whom. Raises NotFound to everybody else."""
    _, known = _asked(session, by, reference_id)
    said = {"candidate_name": f"{known.candidate.first_names} {known.candidate.last_name}"}
    return (
        said
        | {"reference_id": known.id, "name": known.name, "relationship": known.relationship}
        | {"state": known.state.value}
    )


def give_reference(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    reference_id: UUID,
    feedback: str,
    safeguarding_concerns: bool,
    confidential: bool,
) -> View:
    """The referee writes the reference. Raises NotFound, TransitionNotAllowed, Invalid."""
    row, known = _asked(session, by, reference_id)
    decided = references.provide(known, feedback, safeguarding_concerns, confidential, now)
    _changed(session, now, by, row, decided, "reference.provide")
    feed.touch(session, row.candidate_id, row.cycle)
    return reference_asked_for(session, now, by, reference_id=reference_id)


def refuse_reference(session: Session, now: datetime, by: Principal, *, reference_id: UUID) -> View:
    """The referee does not want to give one. Raises NotFound, TransitionNotAllowed."""
    row, known = _asked(session, by, reference_id)
    _changed(session, now, by, row, references.refuse(known, now), "reference.refuse")
    return reference_asked_for(session, now, by, reference_id=reference_id)


def carried(row: models.Reference, cycle: int) -> models.Reference:
    """The same referee in the form of another cycle: what has come comes along, others are asked anew."""
    kept = {name: getattr(row, name) for name in COLUMNS}
    if row.state != State.PROVIDED:
        kept |= {"state": State.NOT_REQUESTED.value, "requested_at": None, "chased_at": None, "chasers": 0}
    return models.Reference(id=new_id(), candidate_id=row.candidate_id, cycle=cycle, **kept)
