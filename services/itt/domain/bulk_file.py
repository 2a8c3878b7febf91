"""The national bulk file of trainees: every row is checked, and all errors are listed, before anything is stored."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from services.itt.domain import csv_files, details, rules
from services.itt.domain.csv_files import Row, RowError
from services.itt.domain.details import COLUMNS, Details
from services.itt.domain.duplicates import keys

NO_MATCHES: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Trainees:
    """A checked file: ``records`` by row number when there is no error, else ``errors`` alone is of use."""

    records: dict[int, Details]
    errors: tuple[RowError, ...]
    row_count: int
    blank_rows: int


def parse(data: bytes, today: date, confirmed_rows: Collection[int] = ()) -> Trainees:
    """Check the whole file; ``confirmed_rows`` a person knows to be no duplicates, twins for instance.

    Raises FileUnreadable or TooLarge when it cannot be read at all.
    """
    sheet = csv_files.read(data, COLUMNS)
    errors = [error for row in sheet.rows for error in _errors(row, today)]
    wrong = {error.row for error in errors}
    records = {row.number: details.read(row.cells) for row in sheet.rows if row.number not in wrong}
    errors += _same_twice(records, confirmed_rows)
    return Trainees(records, tuple(sorted(errors)), len(sheet.rows), sheet.blank_rows)


def _errors(row: Row, today: date) -> list[RowError]:
    """A row that is wrong and ends too early is told so and no more: the rest would be guesses."""
    found = [RowError(row.number, p.column, p.value, p.message) for p in rules.problems(row.cells, today)]
    if found and row.ends_after is not None:
        last = list(row.cells)[-1] if row.cells else ""
        message = (
            f"row {row.number} ends after column {row.ends_after} of {len(COLUMNS)}; the file may be cut off"
        )
        return [RowError(row.number, last, row.cells.get(last, ""), message)]
    if row.surplus:
        message = "The row has more values than the header has columns; remove them"
        found.append(RowError(row.number, "", ", ".join(row.surplus), message))
    return found


def _same_twice(records: dict[int, Details], confirmed_rows: Collection[int]) -> list[RowError]:
    """The same trainee in two rows (the rule of duplicates, inside one file): the later row is the error.

    A person decides, the machine only finds: a row that is confirmed is another trainee.
    """
    first_seen: dict[tuple[object, ...], int] = {}
    found = []
    for number, record in records.items():
        earlier = min((first_seen[key] for key in keys(record) if key in first_seen), default=None)
        for key in keys(record):
            first_seen.setdefault(key, number)
        if earlier is not None and number not in confirmed_rows:
            message = (
                f"This trainee is already in row {earlier} of the file; remove one, or confirm row {number}"
            )
            found.append(RowError(number, "last_name", record.last_name, message))
    return found


def export(records: Iterable[Details]) -> str:
    """The national file of these records; importing it gives the same values."""
    return csv_files.write(COLUMNS, (details.write(record) for record in records))


def template() -> str:
    """The header alone, for somebody who starts."""
    return csv_files.write(COLUMNS, ())


def with_errors(data: bytes, errors: Sequence[RowError], matches: Mapping[int, str] = NO_MATCHES) -> str:
    """The rows again with an ``errors`` column at the end, to correct in a spreadsheet and send again.

    ``matches``, by row: who is there already and may be the same trainee.
    """
    sheet = csv_files.read(data, COLUMNS)
    said: dict[int, list[str]] = {}
    for error in errors:
        said.setdefault(error.row, []).append(error.message)
    for row_number, match in matches.items():
        said.setdefault(row_number, []).append(
            f"may be {match} already; take the row out, or confirm that it is another trainee"
        )
    rows = [{**row.cells, "errors": "\n".join(said.get(row.number, []))} for row in sheet.rows]
    return csv_files.write((*COLUMNS, "errors"), rows)
