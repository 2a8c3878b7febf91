"""The sheet with which a provider gives the placement schools of many trainees at once (Register service)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.itt.domain import csv_files
from services.itt.domain.csv_files import Row, RowError
from services.itt.domain.dates import slash, slashed
from services.itt.domain.on_sheets import Listed, by_trn
from services.itt.domain.placements import Placement
from services.itt.domain.trainees import CLOSED_TO_EDITS

TRN, START = "TRN", "Trainee ITT start date"
PLACEMENTS = tuple(f"Placement {number} URN" for number in range(1, 6))
COLUMNS = (TRN, START, *PLACEMENTS)
INSTRUCTIONS = {TRN: "Do not edit this column", START: "Do not edit this column"} | {
    name: "Write the URN of the school, six digits" for name in PLACEMENTS
}
_URN = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Placements:
    """The schools by trainee and number, when ``errors`` is empty; a blank cell changes nothing."""

    schools: dict[UUID, dict[int, str]]
    errors: tuple[RowError, ...]
    row_count: int


def parse(data: bytes, listed: Sequence[Listed]) -> Placements:
    """Check every row against the provider's trainees. Raises FileUnreadable or TooLarge."""
    sheet = csv_files.read(data, COLUMNS, instructions=True)
    known = by_trn(listed)
    schools: dict[UUID, dict[int, str]] = {}
    errors: list[RowError] = []
    for row in sheet.rows:
        errors += _check(row, known.get(row.cells.get(TRN, "") or "-", []), schools)
    return Placements(schools, tuple(sorted(errors)), len(sheet.rows))


def _check(row: Row, found: list[Listed], schools: dict[UUID, dict[int, str]]) -> Iterator[RowError]:
    yield from _urn_errors(row)
    starts_on = slashed(row.cells.get(START, ""))
    if starts_on is None:
        yield _error(row, START, "is not a date; write it as d/m/yyyy, such as 1/9/2026")
    if not found:
        yield _error(row, TRN, "is no trainee of this provider; give a TRN from the sheet")
        return
    one = next((each for each in found if each.trainee.itt_start_date == starts_on), None)
    if one is None:
        days = " or ".join(slash(each.trainee.itt_start_date) for each in found)
        yield _error(row, START, f"is not the start of this trainee; it is {days}")
    elif one.trainee.id in schools:
        yield _error(row, TRN, "stands in two rows; keep one of them")
    elif one.trainee.state in CLOSED_TO_EDITS:
        yield _error(row, TRN, f"is of a trainee who is {one.trainee.state.value} and cannot be changed")
    else:
        given = {n: row.cells.get(name, "") for n, name in enumerate(PLACEMENTS, start=1)}
        schools[one.trainee.id] = {number: urn for number, urn in given.items() if urn}
        yield from _settled_errors(row, one, schools[one.trainee.id])


def _settled_errors(row: Row, one: Listed, given: dict[int, str]) -> Iterator[RowError]:
    for placement in one.placements:
        urn = given.get(placement.number, placement.school_urn)
        if _URN.fullmatch(urn) and (problem := settled(placement, urn)):
            yield _error(row, PLACEMENTS[placement.number - 1], problem)


def settled(placement: Placement, urn: str) -> str | None:
    """Why a sheet cannot give the placement this school: it is over, or its dates and mentor are of another school."""
    if placement.school_urn == urn:
        return None
    stays = f"leave {placement.school_urn} or a blank"
    if placement.completed_on:
        return f"is of a placement that was completed on {slash(placement.completed_on)}; {stays}"
    if placement.mentor_id:
        return f"is of a placement with dates and a mentor; {stays}, and arrange the placement to move it"
    return None


def _urn_errors(row: Row) -> Iterator[RowError]:
    for name in PLACEMENTS:
        value = row.cells.get(name, "")
        if value and not _URN.fullmatch(value):
            yield _error(row, name, "is not a URN; a URN is six digits, such as 123456")


def _error(row: Row, column: str, message: str) -> RowError:
    return RowError(row.number, column, row.cells.get(column, ""), f"{column} {message}")


def sheet(listed: Sequence[Listed]) -> str:
    """The sheet to fill in: one row for each trainee who has a TRN and may still be changed."""
    open_ = [one for one in listed if one.trainee.trn and one.trainee.state not in CLOSED_TO_EDITS]
    return csv_files.write(COLUMNS, [INSTRUCTIONS, *(_shown(one) for one in open_)])


def _shown(one: Listed) -> dict[str, str]:
    schools = {PLACEMENTS[placement.number - 1]: placement.school_urn for placement in one.placements}
    return {TRN: one.trainee.trn or "", START: slash(one.trainee.itt_start_date), **schools}
