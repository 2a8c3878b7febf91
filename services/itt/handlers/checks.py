"""The checks before training: recorded, corrected, and the start of a training that waits for them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import checks, trainees
from services.itt.domain.checks import Check, Kind
from services.itt.domain.corrections import require_reason
from services.itt.domain.dates import today
from services.itt.handlers import belonging, records, training_rows
from services.itt.handlers.views import View, view
from shared.audit import audit_many
from shared.errors import Invalid, NotFound
from shared.messaging import publish
from shared.policy import Principal, Role

IN_A_STATEMENT = 500
Note = dict[str, Any]
Table = models.training.SuitabilityCheck
CALENDAR = Principal("itt calendar", frozenset({Role.SERVICE}))


def training_starts(session: Session, now: datetime, subject: str) -> None:
    """Timer: the first day of a training; who is deferred, gone or not checked yet does not start."""
    try:
        row = records.find(session, records.trainee_id_of(subject), lock=True)
    except NotFound:
        return
    start(session, now, [(row, training_rows.checks_of_one(session, row.id))])


def start(session: Session, now: datetime, waiting: Sequence[tuple[models.Trainee, list[Check]]]) -> int:
    """Start the trainings whose day has come and whose checks are all passed; gives how many did."""
    notes = [note for row, made in waiting if (note := _start(session, now, row, made))]
    audit_many(session, CALENDAR, now, notes)
    return len(notes)


def _start(session: Session, now: datetime, row: models.Trainee, made: list[Check]) -> Note | None:
    cleared_on = checks.cleared_on(made, today(now))
    after, events = trainees.start_training(records.trainee(row), cleared_on, now)
    for event in events:
        publish(session, event)
    changes = records.store(row, after)
    return belonging.noted(row.id, "training.start", changes) if events else None


def refuse_without(session: Session, now: datetime, row: models.Trainee) -> None:
    """Raises Conflict with ``checks_missing`` for a trainee who may not be in a school."""
    checks.refuse_without(training_rows.checks_of_one(session, row.id), today(now))


def record_checks(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, checks: Mapping[str, Any]
) -> View:
    """Record some or all of the five checks, by kind; those that are recorded already change nothing.

    A later check takes the place of an earlier one. Raises Invalid by kind and field.
    """
    row = records.locked(session, by, "trainee.record_checks", trainee_id)
    known = training_rows.checks_of_one(session, row.id)
    new = given(checks)
    if wrong := problems(known, new, now):
        raise Invalid("These checks cannot be recorded as they are", fields=wrong)
    store(session, now, by, [(row, known, new)])
    return view(session, now, by, row)


def given(values: Mapping[str, Mapping[str, Any]]) -> list[Check]:
    """The checks of a call."""
    return [_check(Kind(kind), value) for kind, value in values.items()]


def _check(kind: Kind, value: Mapping[str, Any]) -> Check:
    texts = {name: (value.get(name) or "").strip() for name in ("organisation", "reference", "note")}
    return Check(
        kind=kind,
        outcome=value["outcome"],
        checked_by=value["checked_by"].strip(),
        checked_on=value["checked_on"],
        expires_on=value.get("expires_on"),
        **{name: text or None for name, text in texts.items()},
    )


def problems(known: list[Check], new: list[Check], now: datetime) -> dict[str, list[str]]:
    """What is wrong with new checks, by ``kind.field``."""
    before = {check.kind: check for check in known}
    found: dict[str, list[str]] = {}
    for check in new:
        told = list(checks.problems(check, today(now)))
        if clash := checks.clash(before.get(check.kind), check):
            told.append(("checked_on", clash))
        for name, message in told:
            found.setdefault(f"{check.kind.value}.{name}", []).append(message)
    return found


def store(
    session: Session,
    now: datetime,
    by: Principal,
    asked: Sequence[tuple[models.Trainee, list[Check], list[Check]]],
) -> int:
    """Write for each trainee what is new beside the checks that are known, tell of it, and start who waited for it.

    Gives how many were started; thousands of checks are written by a few statements.
    """
    changed = [(row, known, [check for check in new if check not in known]) for row, known, new in asked]
    _put(session, now, by, [(row, check) for row, _, added in changed for check in added])
    notes = [_noted(row, known, added) for row, known, added in changed if added]
    audit_many(session, by, now, notes)
    told = [(row, _told(session, now, row, known, added)) for row, known, added in changed if added]
    return start(session, now, told)


def _told(
    session: Session, now: datetime, row: models.Trainee, known: list[Check], added: list[Check]
) -> list[Check]:
    """Publish the new checks of a trainee, who has moved on by them; gives all that there are by now."""
    after = list(({check.kind: check for check in known} | {check.kind: check for check in added}).values())
    row.moved_on = True
    publish(session, checks.recorded(records.trainee(row), added, after, now))
    return after


def _noted(row: models.Trainee, known: list[Check], added: list[Check]) -> Note:
    changes = {check.kind.value: (None, _changes(known, check)) for check in added}
    return belonging.noted(row.id, "trainee.record_checks", changes, kinds=[check.kind for check in added])


def _put(session: Session, now: datetime, by: Principal, made: list[tuple[models.Trainee, Check]]) -> None:
    who = {"recorded_by": by.actor, "recorded_at": now}
    rows = [asdict(check) | {"trainee_id": row.id} | who for row, check in made]
    for first in range(0, len(rows), IN_A_STATEMENT):
        some = rows[first : first + IN_A_STATEMENT]
        new = insert(Table).values(some)
        replaced = {name: new.excluded[name] for name in some[0] if name not in ("trainee_id", "kind")}
        keys = [Table.trainee_id, Table.kind]
        session.execute(new.on_conflict_do_update(index_elements=keys, set_=replaced))


def _changes(known: list[Check], after: Check | None, kind: Kind | None = None) -> records.Changes:
    """What a check was and is, by field."""
    wanted = after.kind if after else kind
    before = next((asdict(check) for check in known if check.kind is wanted), {})
    new = asdict(after) if after else {}
    names = [name for name in (new or before) if name != "kind"]
    pairs = {name: (before.get(name), new.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def correct_check(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    kind: Kind,
    reason: str,
    **changes: Any,
) -> View:
    """A check was recorded wrongly: other values for the fields that are given. Raises NotFound, Invalid by field."""
    row, known, before = _recorded(session, by, trainee_id, kind)
    why = require_reason(reason)
    after = replace(before, **changes)
    if wrong := dict(checks.problems(after, today(now))):
        fields = {name: [message] for name, message in wrong.items()}
        raise Invalid("The check cannot be corrected like that", fields=fields)
    if after != before:
        _put(session, now, by, [(row, after)])
        _corrected(session, now, by, row, known, after, kind, why)
    return view(session, now, by, row)


def remove_check(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, kind: Kind, reason: str
) -> View:
    """The check was not made, or is somebody else's. One that is not there changes nothing."""
    row = records.locked(session, by, "trainee.record_checks", trainee_id)
    why = require_reason(reason)
    known = training_rows.checks_of_one(session, row.id)
    if any(check.kind is kind for check in known):
        session.execute(delete(Table).where(Table.trainee_id == row.id, Table.kind == kind))
        _corrected(session, now, by, row, known, None, kind, why)
    return view(session, now, by, row)


def _recorded(
    session: Session, by: Principal, trainee_id: UUID, kind: Kind
) -> tuple[models.Trainee, list[Check], Check]:
    row = records.locked(session, by, "trainee.record_checks", trainee_id)
    known = training_rows.checks_of_one(session, row.id)
    for check in known:
        if check.kind is kind:
            return row, known, check
    raise NotFound(f"This check of the trainee {trainee_id} is not recorded: {kind.value}")


def _corrected(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    known: list[Check],
    after: Check | None,
    kind: Kind,
    why: str,
) -> None:
    made = [check for check in known if check.kind is not kind] + ([after] if after else [])
    changes = _changes(known, after, kind)
    belonging.note(session, now, by, row, "trainee.correct_check", changes, why, kind=kind)
    publish(session, checks.corrected(records.trainee(row), kind, after, made, now))
    start(session, now, [(row, made)])
