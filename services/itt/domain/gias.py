"""The national register of schools (GIAS, "Get information about schools"): its CSV extract, as far as we need it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from services.itt.domain.csv_files import FileUnreadable, RowError, whole_text, write
from services.itt.domain.geography import outward
from shared.errors import Invalid

# What we keep -> the extract's column, of which it has 130 and more.
COLUMNS = {
    "urn": "URN",
    "name": "EstablishmentName",
    "phase": "PhaseOfEducation (name)",
    "status": "EstablishmentStatus (name)",
    "postcode": "Postcode",
    "easting": "Easting",
    "northing": "Northing",
    "region": "GOR (name)",
    "la": "LA (name)",
    "ukprn": "UKPRN",
}
MANDATORY = ("urn", "name", "phase", "status")
CLOSED = "Closed"
URN_DIGITS, UKPRN_DIGITS = 6, 8
EXAMPLE = ("999999", "Example Primary School")
MOST_METRES = 1_400_000  # The grid ends north of Shetland.


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school of the register; easting and northing are metres of the national grid, None where it has none."""

    urn: str
    name: str
    phase: str
    status: str
    postcode: str | None = None
    easting: int | None = None
    northing: int | None = None
    region: str | None = None
    la: str | None = None
    ukprn: str | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """What an extract holds: the schools whose rows are right, and all that is wrong in the others, by row."""

    schools: tuple[School, ...]
    errors: tuple[RowError, ...]
    row_count: int


def parse(data: bytes) -> Register:
    """Read an extract in UTF-8 or Windows-1252; columns that we do not keep are passed over.

    Rows are numbered as a spreadsheet does, the header is 1. Raises FileUnreadable when it is no such extract.
    """
    lines = csv.reader(io.StringIO(whole_text(data), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        _check(header)
        rows = [(number, line) for number, line in enumerate(lines, start=2) if any(map(str.strip, line))]
    except csv.Error as error:
        message = f"Line {lines.line_num} cannot be read as CSV ({error}); check its quotation marks"
        raise FileUnreadable.because("malformed", message, line=lines.line_num) from None
    return _read(header, rows)


def template() -> str:
    """The columns that are kept, and one row that shows the form; it is refused until it is replaced."""
    example = {
        "urn": EXAMPLE[0],
        "name": EXAMPLE[1],
        "phase": "Primary",
        "status": "Open",
        "postcode": "NE5 3RN",
        "easting": "420000",
        "northing": "565000",
        "region": "North East",
        "la": "Newcastle upon Tyne",
        "ukprn": "10000000",
    }
    return write(tuple(COLUMNS.values()), [{COLUMNS[name]: value for name, value in example.items()}])


def _check(header: list[str]) -> None:
    if missing := [column for column in COLUMNS.values() if column not in header]:
        message = (
            f"This is no extract of the register of schools: the columns {', '.join(missing)} are missing"
        )
        raise FileUnreadable.because("columns", message, missing=missing)


def _read(header: list[str], rows: list[tuple[int, list[str]]]) -> Register:
    where = {name: header.index(column) for name, column in COLUMNS.items()}
    schools: dict[str, School] = {}
    errors: list[RowError] = []
    for number, line in rows:
        cells = {name: line[at].strip() if at < len(line) else "" for name, at in where.items()}
        wrong = _wrong(number, cells, schools)
        errors += wrong
        if not wrong:
            schools[cells["urn"]] = _school(cells)
    return Register(tuple(schools.values()), tuple(errors), len(rows))


def _wrong(number: int, cells: Mapping[str, str], before: Mapping[str, School]) -> list[RowError]:
    found = {name: "is missing" for name in MANDATORY if not cells[name]}
    if cells["urn"] and not _digits(cells["urn"], URN_DIGITS):
        found["urn"] = "must be six digits"
    elif (cells["urn"], cells["name"]) == EXAMPLE:
        found["urn"] = "is that of the template's example; put a row of your own in its place"
    elif cells["urn"] in before:
        found["urn"] = "stands in the file twice"
    if cells["ukprn"] and not _digits(cells["ukprn"], UKPRN_DIGITS):
        found["ukprn"] = "must be eight digits, or blank"
    found |= _wrong_place(cells)
    return [RowError(number, COLUMNS[name], cells[name], message) for name, message in found.items()]


def _wrong_place(cells: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in ("easting", "northing"):
        value = cells[name]
        if value and not (value.isascii() and value.isdigit() and int(value) <= MOST_METRES):
            found[name] = "must be whole metres of the national grid, or blank"
    if bool(cells["easting"]) is not bool(cells["northing"]):
        found.setdefault("northing", "stands together with Easting, or neither does")
    try:
        outward(cells["postcode"] or "A1")
    except Invalid:
        found["postcode"] = "must be a postcode such as NE5 3RN, or blank"
    return found


def _digits(value: str, count: int) -> bool:
    return len(value) == count and value.isascii() and value.isdigit()


def _school(cells: Mapping[str, str]) -> School:
    """Zero metres east and north is how the register writes "not known"."""
    east, north = (int(cells[name] or 0) for name in ("easting", "northing"))
    known = bool(east or north)
    text = {name: cells[name] or None for name in ("postcode", "region", "la", "ukprn")}
    return School(
        urn=cells["urn"],
        name=cells["name"],
        phase=cells["phase"],
        status=cells["status"],
        easting=east if known else None,
        northing=north if known else None,
        **text,
    )
