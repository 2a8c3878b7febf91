"""The sheet with which a provider recommends many trainees at once (Register service)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.itt.domain import csv_files
from services.itt.domain.codes import labels
from services.itt.domain.csv_files import Row, RowError
from services.itt.domain.dates import slash, slashed
from services.itt.domain.on_sheets import Listed, same
from services.itt.domain.recommendation import check_date, missing
from services.itt.domain.trainees import TRANSITIONS, State

TRN, PROVIDER_ID, HESA_ID = "TRN", "Provider trainee ID", "HESA ID"
MET_ON = "Date QTS or EYTS requirements met"
COLUMNS = (
    TRN,
    PROVIDER_ID,
    HESA_ID,
    "Last names",
    "First names",
    "Lead school",
    "QTS or EYTS",
    "Route",
    "Phase",
    "Age range",
    "Subject",
    MET_ON,
)
IDENTIFIERS = (TRN, HESA_ID, PROVIDER_ID)
COMPARED = (*IDENTIFIERS, "Last names", "First names", "QTS or EYTS")
INSTRUCTIONS = {name: "Do not edit this column" for name in COLUMNS} | {MET_ON: "Write the date as d/m/yyyy"}


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Who is recommended with which date, when ``errors`` is empty; rows without a date recommend nobody."""

    met_on: dict[UUID, date]
    errors: tuple[RowError, ...]
    row_count: int


def parse(data: bytes, listed: Sequence[Listed], now: datetime) -> Recommendations:
    """Check every row against the provider's trainees. Raises FileUnreadable or TooLarge."""
    sheet = csv_files.read(
        data, COLUMNS, optional=[name for name in COLUMNS if name != MET_ON], instructions=True
    )
    met_on: dict[UUID, date] = {}
    errors: list[RowError] = []
    for row in sheet.rows:
        if row.cells.get(MET_ON):
            errors += _check(row, listed, now, met_on)
    return Recommendations(met_on, tuple(sorted(errors)), len(sheet.rows))


def _check(row: Row, listed: Sequence[Listed], now: datetime, met_on: dict[UUID, date]) -> Iterator[RowError]:
    one = _find(row.cells, listed)
    day = slashed(row.cells[MET_ON])
    if day is None:
        yield _error(row, MET_ON, "is not a date; write it as d/m/yyyy, such as 3/7/2026")
    if one is None:
        yield _error(row, _identifier(row.cells), "is no trainee of this provider; give a TRN from the sheet")
        return
    yield from (_error(row, column, message) for column, message in _differences(row.cells, one))
    if one.trainee.id in met_on:
        yield _error(row, _identifier(row.cells), "stands in two rows; keep one of them")
    if day is not None:
        met_on[one.trainee.id] = day
        yield from (_error(row, MET_ON, problem) for problem in _obstacles(one, day, now))


def _obstacles(one: Listed, day: date, now: datetime) -> Iterator[str]:
    if "recommend_for_award" not in TRANSITIONS.allowed(one.trainee.state) and one.trainee.trn:
        yield f"is for a trainee who is {one.trainee.state.value}; only {State.TRN_RECEIVED.value} is recommended"
        return
    if problem := check_date(one.trainee, day, now, in_file=True):
        yield problem
    lacks = missing(one.trainee, one.placements, one.unchecked)
    yield from (f"comes too early: {sentence}" for sentence in lacks)


def _error(row: Row, column: str, message: str) -> RowError:
    return RowError(row.number, column, row.cells.get(column, ""), f"{column} {message}")


def _identifier(cells: Mapping[str, str]) -> str:
    return next((name for name in IDENTIFIERS if cells.get(name)), TRN)


def _find(cells: Mapping[str, str], listed: Sequence[Listed]) -> Listed | None:
    """The trainee of the first identifier that is given; a TRN may be there twice: the open one is meant."""
    name = _identifier(cells)
    wanted = cells.get(name, "")
    found = [one for one in listed if wanted and same(_shown(one)[name], wanted)]
    return max(found, key=lambda one: one.trainee.state is State.TRN_RECEIVED, default=None)


def _differences(cells: Mapping[str, str], one: Listed) -> Iterator[tuple[str, str]]:
    """A cell that says something else than the record: the row may be about somebody else."""
    known = _shown(one)
    for name in COMPARED:
        if cells.get(name) and not same(cells[name], known[name]):
            yield (
                name,
                f"differs from the record, which says {known[name] or 'nothing'}; take the sheet's own value",
            )


def _shown(one: Listed) -> dict[str, str]:
    trainee = one.trainee
    return {
        TRN: trainee.trn or "",
        PROVIDER_ID: one.provider_trainee_id,
        HESA_ID: one.hesa_id,
        "Last names": trainee.person.last_name,
        "First names": trainee.person.first_names,
        "Lead school": one.training_partner_urn,
        "QTS or EYTS": trainee.rules.award,
        "Route": labels("training_route")[trainee.training_route],
        "Phase": one.phase,
        "Age range": one.age_range,
        "Subject": ", ".join(trainee.subjects),
        MET_ON: slash(trainee.standards_met_on) if trainee.standards_met_on else "",
    }


def sheet(listed: Sequence[Listed]) -> str:
    """The sheet to fill in: one row for each trainee who has a TRN and may be recommended."""
    open_ = [one for one in listed if one.trainee.state is State.TRN_RECEIVED]
    return csv_files.write(COLUMNS, [INSTRUCTIONS, *(_shown(one) for one in open_)])
