"""The file of the table of funding: one row a rate, the whole table of each academic year that stands in it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.itt.domain import csv_files
from services.itt.domain.codes import labels
from services.itt.domain.csv_files import FileUnreadable, Row, RowError
from services.itt.domain.dates import academic_year
from services.itt.domain.funding import Kind, Rate, overlap
from services.itt.domain.routes import EMPLOYING_SCHOOL, Route

COLUMNS = (
    "academic_year",
    "kind",
    "routes",
    "subject",
    "subject_codes",
    "amount_pounds",
    "valid_from",
    "valid_until",
    "source",
)
OPTIONAL = ("valid_from", "valid_until")
MOST_ROWS, MOST_TEXT = 300, 300
EXAMPLE = "An example, to be replaced"
_YEAR = re.compile(r"(20[0-9]{2})(?:/([0-9]{2}))?")
_AMOUNT = re.compile(r"([0-9]{1,3}(?:,?[0-9]{3})*)(?:\.([0-9]{2}))?")
_LIST = re.compile(r"[\s;]+")
MOST_PENCE = 10_000_000
Found = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """The rates of a file, when ``errors`` is empty."""

    rates: tuple[Rate, ...]
    errors: tuple[RowError, ...]
    row_count: int


def parse(data: bytes) -> Table:
    """Read and check every row; amounts are pounds, lists are separated by spaces or semicolons.

    Blank dates are those of the academic year. Raises FileUnreadable (also for more than 300 rows), TooLarge.
    """
    sheet = csv_files.read(data, COLUMNS, optional=OPTIONAL)
    if len(sheet.rows) > MOST_ROWS:
        raise FileUnreadable.because(
            "too_many_rows", f"The file has {len(sheet.rows)} rows; {MOST_ROWS} are possible"
        )
    errors: list[RowError] = []
    read: dict[int, Rate] = {}
    for row in sheet.rows:
        wrong = [_error(row, column, message) for column, message in _wrong(row.cells)]
        errors += wrong or _add(row, read)
    rates = () if errors else tuple(sorted(read.values()))
    return Table(rates, tuple(sorted(errors)), len(sheet.rows))


def _error(row: Row, column: str, message: str) -> RowError:
    return RowError(row.number, column, row.cells.get(column, ""), message)


def _wrong(cells: Mapping[str, str]) -> Found:
    for name in COLUMNS:
        if name not in OPTIONAL and not cells.get(name):
            yield name, "is missing"
        elif len(cells.get(name, "")) > MOST_TEXT and name in ("subject", "source"):
            yield name, f"is longer than {MOST_TEXT} characters"
    if cells.get("source") == EXAMPLE:
        yield "source", "is that of the template's example; put a row of your own in its place"
    if cells.get("academic_year") and _year(cells["academic_year"]) is None:
        yield "academic_year", "must be an academic year such as 2026/27, or the year in which it begins"
    if cells.get("kind") and cells["kind"] not in set(Kind):
        yield "kind", f"must be one of {', '.join(Kind)}"
    if cells.get("amount_pounds") and not _amount(cells["amount_pounds"]):
        yield "amount_pounds", "must be pounds such as 29000 or 29000.50, above 0 and up to 100,000"
    yield from _wrong_codes(cells)
    yield from _wrong_routes(cells)
    yield from _wrong_dates(cells)


def _wrong_codes(cells: Mapping[str, str]) -> Found:
    codes = _listed(cells.get("subject_codes", ""))
    if unknown := [code for code in codes if code not in labels("course_subject")]:
        yield "subject_codes", f"{', '.join(unknown)}: no code of the course subject list"


def _wrong_routes(cells: Mapping[str, str]) -> Found:
    routes = _listed(cells.get("routes", ""))
    if unknown := [name for name in routes if name not in set(Route)]:
        yield "routes", f"{', '.join(unknown)}: no training route; use names such as provider_led_postgrad"
    paid = [name for name in routes if name in EMPLOYING_SCHOOL]
    if paid and cells.get("kind") in (Kind.BURSARY, Kind.SCHOLARSHIP):
        yield "routes", f"{', '.join(paid)}: a school pays a salary there, so that only a grant is possible"


def _wrong_dates(cells: Mapping[str, str]) -> Found:
    year = _year(cells.get("academic_year", ""))
    days = {name: _day(cells.get(name, "")) for name in OPTIONAL}
    for name in OPTIONAL:
        if cells.get(name) and days[name] is None:
            yield name, "must be a date, YYYY-MM-DD"
        elif (day := days[name]) and year and academic_year(day) != year:
            yield name, f"is not in the academic year, {_begins(year)} to {_ends(year)}"
    if days["valid_from"] and days["valid_until"] and days["valid_until"] < days["valid_from"]:
        yield "valid_until", "is before valid_from"


def _add(row: Row, read: dict[int, Rate]) -> Iterable[RowError]:
    rate = _rate(row.cells)
    for number, other in read.items():
        if overlap(rate, other):
            shared = ", ".join(sorted(set(rate.subject_codes) & set(other.subject_codes)))
            message = f"{shared}: row {number} has the same year, kind, route and days for it"
            return [_error(row, "subject_codes", message)]
    read[row.number] = rate
    return []


def _rate(cells: Mapping[str, str]) -> Rate:
    year = _year(cells["academic_year"]) or 0
    return Rate(
        academic_year=year,
        kind=Kind(cells["kind"]),
        subject=cells["subject"],
        subject_codes=tuple(sorted(set(_listed(cells["subject_codes"])))),
        routes=tuple(sorted(Route(name) for name in set(_listed(cells["routes"])))),
        amount_pence=_amount(cells["amount_pounds"]),
        valid_from=_day(cells.get("valid_from", "")) or _begins(year),
        valid_until=_day(cells.get("valid_until", "")) or _ends(year),
        source=cells["source"],
    )


def _begins(year: int) -> date:
    return date(year, 8, 1)


def _ends(year: int) -> date:
    return date(year + 1, 7, 31)


def _year(cell: str) -> int | None:
    found = _YEAR.fullmatch(cell)
    if found is None or (found[2] and int(found[2]) != (int(found[1]) + 1) % 100):
        return None
    return int(found[1])


def _amount(cell: str) -> int:
    """Pence; 0 for what is no amount."""
    found = _AMOUNT.fullmatch(cell)
    pence = int(found[1].replace(",", "")) * 100 + int(found[2] or 0) if found else 0
    return pence if pence <= MOST_PENCE else 0


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def _listed(cell: str) -> list[str]:
    return [part for part in _LIST.split(cell) if part]


def template() -> str:
    """The header and one row that shows the form; it is refused until it is replaced."""
    example = {
        "academic_year": "2036/37",
        "kind": Kind.BURSARY.value,
        "routes": f"{Route.PROVIDER_LED_POSTGRAD} {Route.SCHOOL_DIRECT_TUITION_FEE}",
        "subject": "Physics",
        "subject_codes": "100425 101060",
        "amount_pounds": "29000",
        "valid_from": "2036-08-01",
        "valid_until": "2037-07-31",
        "source": EXAMPLE,
    }
    return csv_files.write(COLUMNS, [example])


def write(rates: Iterable[Rate]) -> str:
    """The rates as the file that ``parse`` reads."""
    return csv_files.write(COLUMNS, (_cells(rate) for rate in rates))


def _cells(rate: Rate) -> dict[str, str]:
    whole, rest = divmod(rate.amount_pence, 100)
    return {
        "academic_year": f"{rate.academic_year}/{(rate.academic_year + 1) % 100:02}",
        "kind": rate.kind.value,
        "routes": " ".join(rate.routes),
        "subject": rate.subject,
        "subject_codes": " ".join(rate.subject_codes),
        "amount_pounds": f"{whole}.{rest:02}" if rest else str(whole),
        "valid_from": rate.valid_from.isoformat(),
        "valid_until": rate.valid_until.isoformat(),
        "source": rate.source,
    }
