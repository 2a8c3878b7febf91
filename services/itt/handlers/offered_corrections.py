"""The corrections that applications offer: listed for the provider, accepted into the record, or dismissed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import corrections, corrections_offered, policy, trainees
from services.itt.domain.corrections_offered import TRANSITIONS, State
from services.itt.domain.dates import today
from services.itt.domain.details import COURSE, Details
from services.itt.handlers import edits, records
from services.itt.handlers.finding import words
from shared.events import Event
from shared.paging import page
from shared.policy import Principal

Table, Trainee = models.OfferedCorrection, models.Trainee
View = dict[str, Any]


SORTS = {
    "offered": (Table.offered_at, Table.id),
    "column": (Table.column_name, Table.offered_at, Table.id),
}


def list_corrections(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str | None = None,
    trainee_id: UUID | None = None,
    state: str | None = State.OFFERED.value,
    search: str | None = None,
    sort: str = "offered",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The corrections of a provider's trainees or of one trainee, in the order in which they were offered.

    ``state`` None gives all of them; ``search``: every word is in what the list of trainees searches. Raises NotFound
    for a trainee, NotAllowed for a provider of somebody else's.
    """
    known: Any = select(Table, Trainee).join(Trainee, Trainee.id == Table.trainee_id)
    known = known.where(Trainee.discarded_at.is_(None), *_scope(session, by, provider_code, trainee_id))
    if state is not None:
        known = known.where(Table.state == state)
    known = known.where(*words(Trainee.search_text, search))
    order = SORTS[sort]
    found = page(
        session,
        known,
        order=order,
        limit=limit,
        after=after,
        descending=descending,
        key=lambda item: [getattr(item[0], column.key) for column in order],
    )
    return {"items": [_view(*each) for each in found["items"]], "next": found["next"]}


def _scope(
    session: Session, by: Principal, provider_code: str | None, trainee_id: UUID | None
) -> list[ColumnElement[bool]]:
    """Whose corrections: by default those of all providers that the principal speaks for."""
    action = "correction.list"
    if trainee_id is not None:
        return [Trainee.id == _readable(session, by, action, trainee_id).id]
    if provider_code is not None:
        policy.PERMISSIONS.require(by, action, policy.provider_relations(by, provider_code))
        return [Trainee.provider_code == provider_code]
    if policy.PERMISSIONS.allows(by, action):
        return []
    policy.PERMISSIONS.require(by, action, {policy.OWN_PROVIDER})
    return [Trainee.provider_code.in_(policy.codes(by, "provider"))]


def _readable(session: Session, by: Principal, action: str, trainee_id: UUID) -> models.Trainee:
    """The trainee for a reader: NotFound to whom it does not exist, NotAllowed to who reads only the record."""
    row = records.readable(session, by, "trainee.read", trainee_id)
    policy.PERMISSIONS.require(by, action, records.relations_of(session, by, row))
    return row


def _view(row: models.OfferedCorrection, trainee: models.Trainee) -> View:
    names = ("trainee_id", "source", "old_value", "new_value", "offered_at", "state", "decided_at", "why")
    about = {"first_names": trainee.first_names, "last_name": trainee.last_name}
    about |= {"provider_code": trainee.provider_code, "trainee_state": trainee.state}
    shown = {"correction_id": row.id, "column": row.column_name, "decided_by": row.decided_by}
    return shown | about | {name: getattr(row, name) for name in names}


def accept_corrections(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, correction_ids: Sequence[UUID]
) -> View:
    """Take corrections over into the record, all of them or none: by the rules of an edit, or of another course.

    Columns that belong together (a degree, dates) are accepted together. Asked again it changes nothing. Raises
    Invalid by column, Conflict for a trainee who is closed to edits, TransitionNotAllowed for what was dismissed.
    """
    row = records.locked(session, by, "correction.accept", trainee_id)
    chosen = _chosen(session, row, correction_ids)
    wanted = [each for each in chosen if each.state != State.ACCEPTED]
    if wanted:
        trainees.refuse_edits_when_closed(records.trainee(row))
        cells = {each.column_name: each.new_value for each in wanted}
        record = edits.with_cells(records.whole(session, row), cells, today(now))
        edits.refuse_partner(record)
        _decide(now, by, wanted, "accept")
        edits.take_over(
            session,
            now,
            by,
            row,
            record,
            action="trainee.accept_corrections",
            facts=_course_facts(row, record, now),
            more={"accepted": (None, tuple(cells))},
        )
        session.flush()
    return _answer(row, chosen)


def _course_facts(row: models.Trainee, record: Details, now: datetime) -> tuple[Event, ...]:
    """The course is corrected as an administrator does it, because the application says so. Raises Conflict."""
    if all(getattr(row, name) == getattr(record, name) for name in COURSE):
        return ()
    return corrections.correct_course(records.trainee(row), record, now)[1]


def dismiss_corrections(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    correction_ids: Sequence[UUID],
    why: str,
) -> View:
    """Leave the record as it is, with the reason. Asked again it changes nothing.

    Raises Invalid, TransitionNotAllowed for what was accepted.
    """
    row = records.locked(session, by, "correction.dismiss", trainee_id)
    said, chosen = corrections_offered.why(why), _chosen(session, row, correction_ids)
    wanted = [each for each in chosen if each.state != State.DISMISSED]
    if wanted:
        _decide(now, by, wanted, "dismiss", said)
        columns = tuple(each.column_name for each in wanted)
        action = "trainee.dismiss_corrections"
        records.note(session, now, by, row.id, action, {"columns": (columns, None)}, said)
        session.flush()
    return _answer(row, chosen)


def _chosen(
    session: Session, row: models.Trainee, correction_ids: Iterable[UUID]
) -> list[models.OfferedCorrection]:
    """The corrections that are named, in the order in which they were offered. Raises Invalid."""
    asked = frozenset(correction_ids)
    mine = select(Table).where(Table.trainee_id == row.id, Table.id.in_(asked))
    found = session.scalars(mine.order_by(Table.offered_at, Table.id)).all()
    corrections_offered.refuse_strangers(asked, frozenset(each.id for each in found))
    return list(found)


def _decide(
    now: datetime,
    by: Principal,
    wanted: Iterable[models.OfferedCorrection],
    move: str,
    why: str | None = None,
) -> None:
    for each in wanted:
        each.state = TRANSITIONS.next(State(each.state), move).value
        each.decided_at, each.decided_by, each.why = now, by.actor, why


def _answer(row: models.Trainee, chosen: Iterable[models.OfferedCorrection]) -> View:
    return {"trainee_id": row.id, "items": [_view(each, row) for each in chosen]}
