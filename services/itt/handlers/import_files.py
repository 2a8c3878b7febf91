"""Reading imports: what a file holds, what is wrong in it, and which trainees came with it."""

import gzip
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import bulk_file, csv_files, policy
from services.itt.domain.csv_files import RowError
from services.itt.domain.dates import today
from services.itt.handlers import registration
from shared.errors import Conflict, NotFound
from shared.paging import page
from shared.policy import Principal

SHOWN_ERRORS, SHOWN_CHARACTERS = 1000, 100
View = dict[str, Any]
Found = tuple[bulk_file.Trainees, list[View]]


def locked(session: Session, by: Principal, action: str, import_id: UUID) -> models.TraineeImport:
    """The import for a command or a reader of its provider. Raises NotFound to everybody else."""
    stored = session.get(models.TraineeImport, import_id, with_for_update=True, populate_existing=True)
    if stored is None or not policy.PERMISSIONS.allows(
        by, action, policy.provider_relations(by, stored.provider_code)
    ):
        raise NotFound(f"There is no import {import_id}")
    return stored


def find(session: Session, stored: models.TraineeImport, now: datetime) -> Found:
    """Read the file and look for duplicates, as of that moment."""
    parsed = bulk_file.parse(content(stored), today(now), stored.confirmed_rows)
    open_rows = {row: record for row, record in parsed.records.items() if row not in stored.confirmed_rows}
    return parsed, registration.matches(session, stored.provider_code, open_rows) if open_rows else []


def found_again(session: Session, stored: models.TraineeImport) -> Found:
    """What the check found, as of the day of the check; nothing for a file whose content is not kept any more."""
    if stored.content is None:
        return bulk_file.Trainees({}, (), stored.row_count, stored.blank_rows), []
    return find(session, stored, stored.uploaded_at)


def content(stored: models.TraineeImport) -> bytes:
    """The file itself. Raises Conflict when it is not kept any more."""
    if stored.content is None:
        raise Conflict(f"The file of the import {stored.id} is not kept any more")
    return gzip.decompress(stored.content)


def get_import(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """A file, what is wrong in it, and the trainees that came with it."""
    stored = locked(session, by, "import.read", import_id)
    return answer(session, stored, found_again(session, stored))


def import_errors(
    session: Session, now: datetime, by: Principal, *, import_id: UUID, after: int = 0, limit: int = 200
) -> View:
    """All that is wrong in a file, in pages: ``after`` is the ``next`` of the page before."""
    stored = locked(session, by, "import.read", import_id)
    errors = found_again(session, stored)[0].errors
    more = after + limit < len(errors)
    items = [error_view(error) for error in errors[after : after + limit]]
    return {"items": items, "next": after + limit if more else None}


def import_duplicates(
    session: Session, now: datetime, by: Principal, *, import_id: UUID, after: int = 0, limit: int = 200
) -> View:
    """All rows of a file that may be trainees already, in pages: ``after`` is the ``next`` of the page before."""
    stored = locked(session, by, "import.read", import_id)
    duplicates = found_again(session, stored)[1]
    more = after + limit < len(duplicates)
    return {"items": duplicates[after : after + limit], "next": after + limit if more else None}


def file_with_errors(session: Session, now: datetime, by: Principal, *, import_id: UUID) -> View:
    """The rows of a file with an ``errors`` column, packed, to be corrected and sent again."""
    stored = locked(session, by, "import.read", import_id)
    parsed, duplicates = found_again(session, stored)
    matches = {match["row"]: _named(match) for match in duplicates}
    text = bulk_file.with_errors(content(stored), parsed.errors, matches)
    name = f"{stored.file_name.removesuffix('.csv')}-with-errors.csv"
    return {"file_name": name, "rows": stored.row_count, "content": csv_files.pack(text.encode())}


SORTS = {
    "uploaded": (models.TraineeImport.uploaded_at, models.TraineeImport.id),
    "file_name": (models.TraineeImport.file_name, models.TraineeImport.id),
}


def _named(match: View) -> str:
    """``Ann O'Neill (TRN 1234567)``, or without a TRN the trainee's id."""
    known = f"TRN {match['trn']}" if match["trn"] else f"trainee {match['trainee_id']}"
    return f"{match['first_names']} {match['last_name']} ({known})"


def list_imports(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    search: str | None = None,
    sort: str = "uploaded",
    descending: bool = True,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The files of a provider, latest first. ``search``: part of the file's name."""
    policy.PERMISSIONS.require(by, "import.read", policy.provider_relations(by, provider_code))
    table = models.TraineeImport
    known = select(table).where(table.provider_code == provider_code)
    if search:
        known = known.where(table.file_name.icontains(search, autoescape=True))
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    return {"items": [summary(stored) for stored in found["items"]], "next": found["next"]}


def summary(stored: models.TraineeImport) -> View:
    """An import in a list."""
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


def answer(session: Session, stored: models.TraineeImport, found: Found) -> View:
    """An import with what is wrong in it and the trainees that came with it."""
    parsed, duplicates = found
    trainees = _trainees(session, stored)
    return summary(stored) | {
        "created": len(trainees),
        "provider_is_registered": session.get(models.Provider, stored.provider_code) is not None,
        "errors": [error_view(error) for error in parsed.errors[:SHOWN_ERRORS]],
        "duplicates": duplicates[:SHOWN_ERRORS],
        "trainees": trainees,
    }


def _trainees(session: Session, stored: models.TraineeImport) -> list[View]:
    table = models.Trainee
    known = select(table.import_row, table.id, table.person_id).where(table.import_id == stored.id)
    rows = session.execute(known.order_by(table.import_row))
    return [{"row": row, "trainee_id": id_, "person_id": person_id} for row, id_, person_id in rows]


def error_view(error: RowError) -> View:
    """One error of a file; a long value is cut."""
    value = error.value if len(error.value) <= SHOWN_CHARACTERS else f"{error.value[:SHOWN_CHARACTERS]}..."
    return {"row": error.row, "column": error.column, "value": value, "message": error.message}
