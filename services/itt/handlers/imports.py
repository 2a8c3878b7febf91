"""The national file of trainees: checked as a whole, stored as a whole or not at all, and undone as a whole."""

import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import csv_files, policy
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.imports import TRANSITIONS, State
from services.itt.handlers import registration
from services.itt.handlers.import_files import Found, View, answer, find, found_again, locked
from services.itt.handlers.removal import remove
from shared.audit import audit
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal, Role
from shared.timers import cancel, schedule

KEPT_FOR = timedelta(days=30)
CALENDAR = Principal("itt calendar", frozenset({Role.SERVICE}))


def import_trainees(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    content: str,
    file_name: str,
    dry_run: bool = False,
    import_id: UUID | None = None,
    confirmed_rows: Sequence[int] = (),
) -> View:
    """Check a file, and store all its trainees or, when anything is wrong, none; ``dry_run`` only checks.

    ``content``: the bytes as base64, better their gzip as base64 (``csv_files.pack``). ``confirmed_rows``: rows that
    a person knows to be no duplicates. The same ``import_id`` again gives the same answer.
    Raises FileUnreadable or TooLarge for a file that cannot be read at all, Invalid for an unknown provider.
    """
    policy.PERMISSIONS.require(by, "import.upload", policy.provider_relations(by, provider_code))
    if import_id and (known := session.get(models.TraineeImport, import_id)):
        return _same(session, now, known, provider_code)
    registration.check_provider(session, provider_code)
    registration.lock_provider(session, provider_code)
    stored = _uploaded(by, now, import_id or new_id(), provider_code, file_name, confirmed_rows)
    stored.content = gzip.compress(csv_files.unpack(content), mtime=0)
    found = _check(session, now, stored)
    session.add(stored)
    session.flush()
    if stored.state == State.VALIDATED and not dry_run:
        _store(session, now, by, stored, found)
    else:
        schedule(session, now + KEPT_FOR, "forget_import", _subject(stored.id))
    _audit(session, now, by, stored, "import.upload")
    return answer(session, stored, found)


def _uploaded(
    by: Principal, now: datetime, id_: UUID, provider_code: str, file_name: str, confirmed: Sequence[int]
) -> models.TraineeImport:
    return models.TraineeImport(
        id=id_,
        provider_code=provider_code,
        file_name=file_name,
        state=State.UPLOADED,
        uploaded_at=now,
        uploaded_by=by.actor,
        confirmed_rows=sorted(set(confirmed)),
    )


def _same(session: Session, now: datetime, known: models.TraineeImport, provider_code: str) -> View:
    if known.provider_code != provider_code:
        raise Conflict(f"The import {known.id} is of another provider")
    return answer(session, known, found_again(session, known))


def _check(session: Session, now: datetime, stored: models.TraineeImport) -> Found:
    """Uploaded -> pending -> validated, or failed with everything that is wrong."""
    _move(stored, "import")
    parsed, duplicates = find(session, stored, now)
    stored.row_count, stored.blank_rows = parsed.row_count, parsed.blank_rows
    stored.error_count, stored.duplicate_count = len(parsed.errors), len(duplicates)
    _move(stored, "fail" if parsed.errors or duplicates else "process")
    return parsed, duplicates


def _store(
    session: Session, now: datetime, by: Principal, stored: models.TraineeImport, found: Found
) -> None:
    """Validated -> in_progress -> succeeded: all rows in bulk."""
    _move(stored, "submit")
    numbers, new = list(found[0].records), []
    for record in found[0].records.values():
        made, events = registration.begin(new_id(), stored.provider_code, record, stored.id, now, submit=True)
        new.append((made, record))
        for event in events:
            publish(session, event)
    registration.add(session, now, new, stored.id, numbers)
    _move(stored, "succeed")
    _finish(session, now, stored)


def _finish(session: Session, now: datetime, stored: models.TraineeImport) -> None:
    stored.content, stored.finished_at = None, now
    cancel(session, "forget_import", _subject(stored.id))


def _move(stored: models.TraineeImport, event: str) -> None:
    stored.state = TRANSITIONS.next(State(stored.state), event)


def _subject(import_id: UUID) -> str:
    return f"import/{import_id}"


def _audit(session: Session, now: datetime, by: Principal, stored: models.TraineeImport, action: str) -> None:
    said = {"state": stored.state, "rows": stored.row_count, "provider_code": stored.provider_code}
    audit(session, by, now, action=action, subject=_subject(stored.id), changes=said)


def submit_import(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """Store a file that was checked with ``dry_run``: checked once more, because days and trainees have changed."""
    stored = locked(session, by, "import.upload", import_id)
    if stored.state == State.SUCCEEDED:
        return answer(session, stored, found_again(session, stored))
    TRANSITIONS.next(State(stored.state), "submit")
    registration.lock_provider(session, stored.provider_code)
    found = find(session, stored, now)
    stored.error_count, stored.duplicate_count = len(found[0].errors), len(found[1])
    if stored.error_count or stored.duplicate_count:
        _move(stored, "fail")
    else:
        _store(session, now, by, stored, found)
    _audit(session, now, by, stored, "import.submit")
    return answer(session, stored, found)


def cancel_import(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """Give up a file that was checked or has failed; its content is forgotten."""
    stored = locked(session, by, "import.upload", import_id)
    if stored.state != State.CANCELLED:
        _cancel(session, now, by, stored)
    return answer(session, stored, found_again(session, stored))


def _cancel(session: Session, now: datetime, by: Principal, stored: models.TraineeImport) -> None:
    _move(stored, "cancel")
    _finish(session, now, stored)
    _audit(session, now, by, stored, "import.cancel")


def forget_import(session: Session, now: datetime, subject: str) -> None:
    """Timer: a file that nobody stored or corrected in 30 days is cancelled."""
    stored = session.get(models.TraineeImport, UUID(subject.removeprefix("import/")), with_for_update=True)
    if stored is not None and stored.state in (State.VALIDATED, State.FAILED):
        _cancel(session, now, CALENDAR, stored)


def undo_import(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """Discard all trainees of a file, while nobody has changed one of them; asked again it changes nothing.

    "An import can be undone while no trainee of it has moved on" (domain page, "The bulk file"). A TRN does not
    hinder it, which comes by itself; a training that has begun does.
    """
    stored = locked(session, by, "import.upload", import_id)
    if stored.state != State.SUCCEEDED:
        raise Conflict(f"Only a file that was stored is undone; this one is {stored.state}")
    if stored.undone_at is None:
        rows, why = _undoable(session, stored.id), f"Import {stored.file_name} undone"
        remove(session, now, by, rows, DiscardCode.IMPORT_UNDONE, why)
        stored.undone_at = now
        _audit(session, now, by, stored, "import.undo")
    return answer(session, stored, found_again(session, stored))


def _undoable(session: Session, import_id: UUID) -> Sequence[models.Trainee]:
    known = select(models.Trainee).where(models.Trainee.import_id == import_id)
    rows = session.scalars(known.order_by(models.Trainee.id).with_for_update()).all()
    if gone_on := [row for row in rows if row.moved_on or row.started_on or row.discarded_at]:
        names = ", ".join(f"{row.first_names} {row.last_name}" for row in gone_on[:5])
        raise Conflict(
            f"{len(gone_on)} of these trainees moved on since, among them {names}: the import stays",
            trainee_ids=[row.id for row in gone_on],
        )
    return rows
