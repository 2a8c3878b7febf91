"""The national file of trainees: checked as a whole, stored as a whole or not at all, and undone as a whole."""

import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import bulk_file, csv_files, policy
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.csv_files import RowError
from services.itt.domain.dates import today
from services.itt.domain.imports import TRANSITIONS, State
from services.itt.handlers import registration
from services.itt.handlers.corrections import remove
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.messaging import publish
from shared.paging import page
from shared.policy import Principal, Role
from shared.timers import cancel, schedule

SHOWN_ERRORS, SHOWN_CHARACTERS = 1000, 100
KEPT_FOR = timedelta(days=30)
CALENDAR = Principal("itt calendar", frozenset({Role.SERVICE}))
View = dict[str, Any]
Found = tuple[bulk_file.Trainees, list[View]]


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
    Raises FileUnreadable or TooLarge for a file that cannot be read at all.
    """
    policy.PERMISSIONS.require(by, "import.upload", policy.provider_relations(by, provider_code))
    if import_id and (known := session.get(models.TraineeImport, import_id)):
        return _same(session, now, known, provider_code)
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
    return _answer(session, stored, found)


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
    return _answer(session, known, _found_again(session, known))


def _check(session: Session, now: datetime, stored: models.TraineeImport) -> Found:
    """Uploaded -> pending -> validated, or failed with everything that is wrong."""
    _move(stored, "import")
    parsed, duplicates = _found(session, stored, now)
    stored.row_count, stored.blank_rows = parsed.row_count, parsed.blank_rows
    stored.error_count, stored.duplicate_count = len(parsed.errors), len(duplicates)
    _move(stored, "fail" if parsed.errors or duplicates else "process")
    return parsed, duplicates


def _found(session: Session, stored: models.TraineeImport, now: datetime) -> Found:
    parsed = bulk_file.parse(_bytes(stored), today(now))
    open_rows = {row: record for row, record in parsed.records.items() if row not in stored.confirmed_rows}
    return parsed, registration.matches(session, stored.provider_code, open_rows) if open_rows else []


def _found_again(session: Session, stored: models.TraineeImport) -> Found:
    """What the check found, as of the day of the check; nothing for a file whose content is not kept any more."""
    if stored.content is None:
        return bulk_file.Trainees({}, (), stored.row_count, stored.blank_rows), []
    return _found(session, stored, stored.uploaded_at)


def _bytes(stored: models.TraineeImport) -> bytes:
    if stored.content is None:
        raise Conflict(f"The file of the import {stored.id} is not kept any more")
    return gzip.decompress(stored.content)


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
    stored = _locked(session, by, "import.upload", import_id)
    if stored.state == State.SUCCEEDED:
        return _answer(session, stored, _found_again(session, stored))
    TRANSITIONS.next(State(stored.state), "submit")
    registration.lock_provider(session, stored.provider_code)
    found = _found(session, stored, now)
    stored.error_count, stored.duplicate_count = len(found[0].errors), len(found[1])
    if stored.error_count or stored.duplicate_count:
        _move(stored, "fail")
    else:
        _store(session, now, by, stored, found)
    _audit(session, now, by, stored, "import.submit")
    return _answer(session, stored, found)


def cancel_import(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """Give up a file that was checked or has failed; its content is forgotten."""
    stored = _locked(session, by, "import.upload", import_id)
    if stored.state != State.CANCELLED:
        _cancel(session, now, by, stored)
    return _answer(session, stored, _found_again(session, stored))


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

    A TRN or the first day of the training does not hinder it: they come by themselves.
    """
    stored = _locked(session, by, "import.upload", import_id)
    if stored.state != State.SUCCEEDED:
        raise Conflict(f"Only a file that was stored is undone; this one is {stored.state}")
    if stored.undone_at is None:
        for row in _undoable(session, stored.id):
            remove(session, now, by, row, DiscardCode.IMPORT_UNDONE, f"Import {stored.file_name} undone")
        stored.undone_at = now
        _audit(session, now, by, stored, "import.undo")
    return _answer(session, stored, _found_again(session, stored))


def _undoable(session: Session, import_id: UUID) -> Sequence[models.Trainee]:
    known = select(models.Trainee).where(models.Trainee.import_id == import_id)
    rows = session.scalars(known.order_by(models.Trainee.id).with_for_update()).all()
    if gone_on := [row for row in rows if row.moved_on or row.discarded_at]:
        names = ", ".join(f"{row.first_names} {row.last_name}" for row in gone_on[:5])
        raise Conflict(
            f"{len(gone_on)} of these trainees moved on since, among them {names}: the import stays",
            trainee_ids=[row.id for row in gone_on],
        )
    return rows


def _locked(session: Session, by: Principal, action: str, import_id: UUID) -> models.TraineeImport:
    stored = session.get(models.TraineeImport, import_id, with_for_update=True, populate_existing=True)
    if stored is None or not policy.PERMISSIONS.allows(
        by, action, policy.provider_relations(by, stored.provider_code)
    ):
        raise NotFound(f"There is no import {import_id}")
    return stored


def get_import(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """A file, what is wrong in it, and the trainees that came with it."""
    stored = _locked(session, by, "import.read", import_id)
    return _answer(session, stored, _found_again(session, stored))


def import_errors(
    session: Session, now: datetime, by: Principal, *, import_id: UUID, after: int = 0, limit: int = 200
) -> View:
    """All that is wrong in a file, in pages: ``after`` is the ``next`` of the page before."""
    stored = _locked(session, by, "import.read", import_id)
    errors = _found_again(session, stored)[0].errors
    more = after + limit < len(errors)
    items = [_error(error) for error in errors[after : after + limit]]
    return {"items": items, "next": after + limit if more else None}


def file_with_errors(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """The rows of a file with an ``errors`` column, packed, to be corrected and sent again."""
    stored = _locked(session, by, "import.read", import_id)
    errors = _found_again(session, stored)[0].errors
    text = bulk_file.with_errors(_bytes(stored), errors)
    name = f"{stored.file_name.removesuffix('.csv')}-with-errors.csv"
    return {"file_name": name, "rows": stored.row_count, "content": csv_files.pack(text.encode())}


def list_imports(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The files of a provider, latest first."""
    policy.PERMISSIONS.require(by, "import.read", policy.provider_relations(by, provider_code))
    table = models.TraineeImport
    known = select(table).where(table.provider_code == provider_code)
    found = page(
        session, known, order=[table.uploaded_at, table.id], limit=limit, after=after, descending=True
    )
    return {"items": [_summary(stored) for stored in found["items"]], "next": found["next"]}


def _summary(stored: models.TraineeImport) -> View:
    return {
        "import_id": stored.id,
        "state": stored.state,
        "provider_code": stored.provider_code,
        "file_name": stored.file_name,
        "uploaded_at": stored.uploaded_at,
        "rows": stored.row_count,
        "blank_rows": stored.blank_rows,
        "error_count": stored.error_count,
        "duplicate_count": stored.duplicate_count,
        "undone_at": stored.undone_at,
    }


def _answer(session: Session, stored: models.TraineeImport, found: Found) -> View:
    parsed, duplicates = found
    trainees = _trainees(session, stored)
    return _summary(stored) | {
        "created": len(trainees),
        "errors": [_error(error) for error in parsed.errors[:SHOWN_ERRORS]],
        "duplicates": duplicates[:SHOWN_ERRORS],
        "trainees": trainees,
    }


def _trainees(session: Session, stored: models.TraineeImport) -> list[View]:
    table = models.Trainee
    known = select(table.import_row, table.id, table.person_id).where(table.import_id == stored.id)
    rows = session.execute(known.order_by(table.import_row))
    return [{"row": row, "trainee_id": id_, "person_id": person_id} for row, id_, person_id in rows]


def _error(error: RowError) -> View:
    value = error.value if len(error.value) <= SHOWN_CHARACTERS else f"{error.value[:SHOWN_CHARACTERS]}..."
    return {"row": error.row, "column": error.column, "value": value, "message": error.message}
