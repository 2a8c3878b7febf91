"""Trainees between the tables and the domain: load and lock, compare and store, audit and publish."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.dates import LONDON
from services.itt.domain.details import COLUMNS, EQUALITY, PERSONAL, PLACEMENTS, Details
from services.itt.domain.duplicates import fold
from services.itt.domain.placements import Placement, still_to_hear
from services.itt.domain.registration import has_degree, person
from services.itt.domain.trainees import State, Trainee
from services.itt.handlers import leading
from shared.aliases import known_as
from shared.audit import audit
from shared.database.equality import equality_role
from shared.errors import NotFound
from shared.events import Event, Person
from shared.events.itt import TraineeDeferred, TraineeWithdrawn
from shared.messaging import publish
from shared.policy import Principal, Role
from shared.timers import schedule, schedule_many

OWN_COLUMNS = tuple(name for name in COLUMNS if name not in (*EQUALITY, *PLACEMENTS))
COMPOSED = frozenset({"id", "person_id", "person", "course_subjects", "has_degree"})
LIFECYCLE = tuple(field.name for field in fields(Trainee) if field.name not in COMPOSED)
PRIVATE = frozenset({*PERSONAL, "defer_reason", "withdrawal_text"})
EQUALITY_NOTE = "equality"
Changes = dict[str, tuple[Any, Any]]


def subject(trainee_id: UUID) -> str:
    """The name of a trainee in audit, timers and facts."""
    return f"trainee/{trainee_id}"


def trainee_id_of(subject: str) -> UUID:
    """The trainee that a timer is about."""
    return UUID(subject.removeprefix("trainee/"))


def find(session: Session, trainee_id: UUID, *, lock: bool = False) -> models.Trainee:
    """The row of a trainee. Raises NotFound when there is none or it was discarded."""
    statement = select(models.Trainee).where(models.Trainee.id == trainee_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row: models.Trainee | None = session.scalar(statement)
    if row is None or row.discarded_at is not None:
        raise NotFound(f"There is no trainee {trainee_id}")
    return row


def locked(session: Session, by: Principal, action: str, trainee_id: UUID) -> models.Trainee:
    """The row for a command of this principal, locked. Raises NotFound, or NotAllowed to who may only read it."""
    row = find(session, trainee_id, lock=True)
    relations = relations_of(session, by, row)
    if not policy.PERMISSIONS.allows(by, "trainee.read", relations):
        raise NotFound(f"There is no trainee {trainee_id}")
    policy.PERMISSIONS.require(by, action, relations)
    return row


def readable(session: Session, by: Principal, action: str, trainee_id: UUID) -> models.Trainee:
    """The row for a reader. Raises NotFound: who may not read it may not know that it is there."""
    row = find(session, trainee_id)
    if not policy.PERMISSIONS.allows(by, action, relations_of(session, by, row)):
        raise NotFound(f"There is no trainee {trainee_id}")
    return row


def relations_of(session: Session, by: Principal, row: models.Trainee) -> set[str]:
    """How the principal stands to the trainee."""
    mentors = select(models.Placement.mentor_id).where(
        models.Placement.trainee_id == row.id,
        models.Placement.mentor_id.is_not(None),
        models.Placement.removed_at.is_(None),
    )
    ids = {id_ for mentor in session.scalars(mentors) if mentor for id_ in known_as(session, mentor)}
    people = known_as(session, row.person_id)
    lead = leading.lead_codes(session, [row.id]).get(row.id) if row.from_application_id else None
    return policy.relations(by, trainee(row), people | {row.person_id}, ids, row.training_partner_urn, lead)


def trainee(row: models.Trainee) -> Trainee:
    """The domain's trainee of a row."""
    subjects = (row.course_subject_1, row.course_subject_2, row.course_subject_3)
    known = {name: getattr(row, name) for name in LIFECYCLE}
    known |= {"state": State(row.state), "withdrawal_reasons": tuple(row.withdrawal_reasons)}
    return Trainee(
        id=row.id,
        person_id=row.person_id,
        person=person(row, of_application=of_application(row)),
        course_subjects=tuple(code for code in subjects if code),
        has_degree=bool(row.uk_degree or row.non_uk_degree),
        **known,
    )


def placements(session: Session, trainee_id: UUID) -> list[Placement]:
    """The placements of a trainee that stand, by number."""
    table = models.Placement
    known = select(table).where(table.trainee_id == trainee_id, table.removed_at.is_(None))
    return [placement(row) for row in session.scalars(known.order_by(table.number))]


def placement(row: models.Placement) -> Placement:
    """The domain's placement of a row."""
    mentor = None
    if row.mentor_id is not None:
        mentor = Person(
            first_names=row.mentor_first_names or "",
            last_name=row.mentor_last_name or "",
            email=row.mentor_email,
        )
    return Placement(
        id=row.id,
        number=row.number,
        school_urn=row.school_urn,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        mentor_id=row.mentor_id,
        mentor=mentor,
        completed_on=row.completed_on,
        days=row.days,
    )


def details(
    row: models.Trainee, equality: models.TraineeEquality | None, placed: Iterable[Placement]
) -> Details:
    """The national record of a row, its equality data and its placements."""
    values: dict[str, Any] = {name: getattr(row, name) for name in OWN_COLUMNS}
    values |= {name: getattr(equality, name) for name in EQUALITY if equality is not None}
    urns = {f"placement_{one.number}_urn": one.school_urn for one in placed}
    return Details(**values | {name: urn for name, urn in urns.items() if name in PLACEMENTS})


def whole(session: Session, row: models.Trainee) -> Details:
    """The national record of one trainee, with equality data."""
    with equality_role(session):
        equality = session.get(models.TraineeEquality, row.id)
    return details(row, equality, placements(session, row.id))


def new_row(made: Trainee, record: Details, now: datetime, import_id: UUID | None) -> models.Trainee:
    """The row of a trainee who is new."""
    row = models.Trainee(id=made.id, person_id=made.person_id, created_at=now, import_id=import_id)
    row.moved_on = False
    for name in OWN_COLUMNS:
        setattr(row, name, getattr(record, name))
    store(row, made)
    index(row)
    return row


def index(row: models.Trainee) -> None:
    """Bring what the list searches and sorts by up to date."""
    row.sort_name = fold(f"{row.last_name} {row.first_names}")
    said = (row.first_names, row.last_name, row.previous_last_name, row.email, row.hesa_id, row.trn)
    row.search_text = fold(" ".join(part for part in (*said, row.provider_trainee_id) if part))


def store(row: models.Trainee, after: Trainee) -> Changes:
    """Write what became of the trainee; gives what changed, by column, as (old, new)."""
    values = {name: getattr(after, name) for name in LIFECYCLE}
    values["withdrawal_reasons"] = list(after.withdrawal_reasons)
    return assign(row, values)


def assign(row: DeclarativeBase, values: dict[str, Any]) -> Changes:
    """Set the columns that differ; gives what changed, by column, as (old, new)."""
    changes: Changes = {}
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            changes[name] = (old, new)
            setattr(row, name, new)
    return changes


def changed(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    after: Trainee,
    events: Sequence[Event],
    *,
    action: str,
    why: str | None = None,
    more: Changes | None = None,
) -> models.Trainee:
    """The end of a command: store, audit and publish. What changes nothing leaves no trace."""
    changes = (more or {}) | store(row, after)
    if not changes and not events:
        return row
    row.moved_on = row.moved_on or by.on_behalf_of is not None or not by.has(Role.SERVICE)
    index(row)
    note(session, now, by, row.id, action, changes, why)
    for event in events:
        publish(session, _with_schools(session, row, event))
    return row


def _with_schools(session: Session, row: models.Trainee, event: Event) -> Event:
    """Whoever leaves or pauses is missed by schools that do not employ them, too."""
    if not isinstance(event, TraineeDeferred | TraineeWithdrawn):
        return event
    urns = still_to_hear(row.training_partner_urn, placements(session, row.id), event.employing_school_urn)
    return replace(event, training_urns=urns)


def note(
    session: Session,
    now: datetime,
    by: Principal,
    trainee_id: UUID,
    action: str,
    changes: Changes,
    why: str | None = None,
) -> None:
    """Audit a command on a trainee; personal values go into the part that can be blanked, equality data nowhere.

    Equality data lives in its own table alone (architecture page, "Identity, access, personal data").
    """
    told = {name: list(pair) for name, pair in changes.items() if name not in EQUALITY}
    hidden = {EQUALITY_NOTE: "changed"} if told.keys() != changes.keys() else {}
    audit(
        session,
        by,
        now,
        action=action,
        subject=subject(trainee_id),
        why=why,
        changes={name: pair for name, pair in told.items() if name not in PRIVATE} | hidden,
        personal={name: pair for name, pair in told.items() if name in PRIVATE},
    )


def of_application(row: models.Trainee) -> bool:
    """Whether an application made the record, wherever the trainee is by now."""
    return row.from_application_id is not None or row.application_says is not None


def refreshed(row: models.Trainee, known: Trainee, record: Details) -> Trainee:
    """The trainee after an edit of the record."""
    return replace(
        known,
        person=person(record, of_application=of_application(row)),
        training_route=record.training_route,
        course_subjects=record.subjects,
        itt_start_date=record.itt_start_date,
        itt_end_date=record.itt_end_date,
        trainee_start_date=record.trainee_start_date,
        employing_school_urn=record.employing_school_urn,
        has_degree=has_degree(record),
    )


Deadline = tuple[datetime, str, str]


def deadlines(after: Trainee, now: datetime) -> Iterator[Deadline]:
    """What a trainee waits for: the TRN, asked for outside this transaction, and the first day.

    Training starts at midnight in London; a first day that is over starts it now.
    """
    if after.state is State.DRAFT:
        return
    if after.trn is None and after.state is State.SUBMITTED_FOR_TRN:
        yield now, "request_trn", subject(after.id)
    if after.started_on is None:
        midnight = datetime.combine(after.starts_on, time.min, LONDON)
        yield max(midnight, now), "training_starts", subject(after.id)


def expect(session: Session, after: Trainee, now: datetime) -> None:
    """Set what a trainee waits for; a date that has changed is moved."""
    for at, kind, about in deadlines(after, now):
        schedule(session, at, kind, about)


def expect_new(session: Session, new: Iterable[Trainee], now: datetime) -> None:
    """Set what new trainees wait for, by a few statements for thousands of them."""
    schedule_many(session, [due for each in new for due in deadlines(each, now)])
