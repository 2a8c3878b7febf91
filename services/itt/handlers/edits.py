"""Editing the record of a trainee, by the columns of the national file."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import details as national
from services.itt.domain import rules, trainees
from services.itt.domain.csv_files import clean
from services.itt.domain.dates import today
from services.itt.domain.details import COLUMNS, COURSE, EQUALITY, PLACEMENTS, Details
from services.itt.domain.trainees import Trainee
from services.itt.handlers import checks, records, training_rows
from services.itt.handlers.views import View, view
from shared.database.equality import equality_role
from shared.errors import Invalid
from shared.events import Event
from shared.events.itt import TraineeChanged
from shared.policy import Principal

EDITED = frozenset(COLUMNS) - {*COURSE, *PLACEMENTS}


def change_trainee(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, changes: Mapping[str, str]
) -> View:
    """Edit the record: columns of the national file with new values, blank clears.

    Raises Invalid by column, Conflict when recommended, withdrawn or awarded. Route and course are corrected by an
    administrator; placements are arranged.
    """
    row = records.locked(session, by, "trainee.change", trainee_id)
    trainees.refuse_edits_when_closed(records.trainee(row))
    record = edited(records.whole(session, row), changes, today(now))
    if changes.get("training_partner_urn"):
        refuse_partner(record)
    take_over(session, now, by, row, record, action="trainee.change")
    return view(session, now, by, row)


def refuse_partner(record: Details) -> None:
    """Raises Invalid for a training partner on a route that has none."""
    if record.training_partner_urn and not record.rules.training_partner:
        raise Invalid.field("training_partner_urn", "this route has no training partner; leave it blank")


def take_over(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    record: Details,
    *,
    action: str,
    facts: Sequence[Event] = (),
    more: records.Changes | None = None,
) -> None:
    """The end of an edit: store the record, audit, publish; who should have started by the new dates starts now.

    ``facts`` tell of what changed beside the record's edit, ``more`` is noted with it.
    """
    before = records.trainee(row)
    differences = store_record(session, row, record)
    after = records.refreshed(row, before, record)
    told = sorted(set(differences) - {*EQUALITY, *COURSE})
    events = [*facts, *([changed_fact(after, told, now)] if told else [])]
    records.changed(session, now, by, row, after, events, action=action, more=differences | (more or {}))
    if after.starts_on != before.starts_on:
        records.expect(session, after, now)
        checks.start(session, now, [(row, training_rows.checks_of_one(session, row.id))])


def edited(record: Details, changes: Mapping[str, str], on: date) -> Details:
    """The record with other values; what was wrong before and is not touched does not hinder an edit."""
    if strange := sorted(set(changes) - EDITED):
        fields = {name: ["cannot be edited here"] for name in strange}
        raise Invalid(f"{', '.join(strange)} cannot be edited here", fields=fields)
    return corrected(record, changes, on)


def corrected(record: Details, changes: Mapping[str, str], on: date) -> Details:
    """The record with other values in any column, as people and files write them."""
    return with_cells(record, {name: clean(value) for name, value in changes.items()}, on)


def with_cells(record: Details, changes: Mapping[str, str], on: date) -> Details:
    """The record with other cells. Raises Invalid by column for what was not wrong before."""
    before = national.write(record)
    cells = before | dict(changes)
    known = set(rules.problems(before, on))
    if wrong := [problem for problem in rules.problems(cells, on) if problem not in known]:
        raise invalid(wrong)
    return national.read(cells)


def store_record(session: Session, row: models.Trainee, record: Details) -> records.Changes:
    """Write the record's columns, equality data into its own table; gives what changed."""
    with equality_role(session):
        equality = session.get(models.TraineeEquality, row.id)
        if equality is None:
            equality = models.TraineeEquality(trainee_id=row.id)
            session.add(equality)
        apart = records.assign(equality, {name: getattr(record, name) for name in EQUALITY})
    return records.assign(row, {name: getattr(record, name) for name in records.OWN_COLUMNS}) | apart


def changed_fact(after: Trainee, told: list[str], now: datetime) -> TraineeChanged:
    """The fact of an edit; that equality data changed is nobody's to know."""
    return TraineeChanged(
        **trainees.about(after, now),
        provider_code=after.provider_code,
        changed=tuple(told),
        person=after.person,
    )


def invalid(wrong: list[rules.Problem]) -> Invalid:
    """The error that tells every problem by its column."""
    return Invalid("; ".join(problem.message for problem in wrong), fields=rules.by_column(wrong))
