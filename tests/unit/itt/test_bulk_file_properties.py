"""Properties of the bulk file: what was imported exports as the same values, and no file breaks the reader."""

import csv
import io
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain import bulk_file, codes, csv_files
from services.itt.domain.csv_files import FileUnreadable, clean, protect
from services.itt.domain.details import COLUMNS, DISABILITIES, read
from services.itt.domain.rules import problems
from shared.errors import TooLarge
from tests.unit.itt.builders import CELLS, TODAY, cells

TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=30)
VALUE = TEXT.map(clean)
STARTS = ["", "'", "''", "=", "+", "-", "@", "'=", "\t", '"']
AWKWARD = st.builds(lambda start, rest: (start + rest).strip(), st.sampled_from(STARTS), VALUE)


def code(name: str, *, blank: bool = True) -> st.SearchStrategy[str]:
    return st.sampled_from([*([""] if blank else []), *codes.labels(name)])


def urn() -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), st.from_regex(r"[0-9]{6}", fullmatch=True))


def days(first: date, last: date) -> st.SearchStrategy[str]:
    return st.dates(first, last).map(date.isoformat)


RECORD = st.fixed_dictionaries(
    {
        "provider_trainee_id": AWKWARD,
        "application_id": AWKWARD,
        "hesa_id": st.from_regex(r"[0-9]{13}([0-9]{4})?", fullmatch=True),
        "first_names": AWKWARD.filter(bool),
        "last_name": AWKWARD.filter(bool),
        "previous_last_name": AWKWARD,
        "ni_number": AWKWARD,
        "date_of_birth": days(date(1930, 1, 1), date(2010, 1, 1)),
        "sex": code("sex", blank=False),
        "nationality": code("nationality"),
        "ethnicity": code("ethnicity"),
        "training_route": st.sampled_from(sorted(set(codes.labels("training_route")) - {"15"})),
        "course_subject_2": code("course_subject"),
        "course_year": st.integers().map(str),
        "itt_start_date": days(TODAY - timedelta(days=3000), TODAY),
        "itt_end_date": days(TODAY + timedelta(days=1), date(2031, 12, 31)),
        "training_partner_urn": urn(),
        "employing_school_urn": urn(),
        "placement_1_urn": urn(),
        "placement_3_urn": urn(),
        **{name: code("disability") for name in DISABILITIES},
    }
).map(lambda changes: cells(**changes))


@given(st.lists(RECORD, max_size=3))
def test_what_was_imported_exports_as_the_same_values(rows: list[dict[str, str]]) -> None:
    assert [problems(row, TODAY) for row in rows] == [[] for _ in rows]
    records = [read(row) for row in rows]
    exported = bulk_file.export(records)
    sheet = list(csv.reader(io.StringIO(exported, newline="")))
    assert [clean(cell) for line in sheet[1:] for cell in line] == [
        row[name] for row in rows for name in COLUMNS
    ]
    if rows:
        again = csv_files.read(exported.encode(), COLUMNS)
        assert [dict(row.cells) for row in again.rows] == rows


@given(AWKWARD)
def test_a_protected_value_is_no_formula_and_is_read_as_itself(value: str) -> None:
    assert not protect(value).startswith(("=", "+", "-", "@"))
    assert clean(protect(value)) == value


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        bulk_file.parse(data, TODAY)
    except (FileUnreadable, TooLarge):
        return


@given(st.dictionaries(st.sampled_from(COLUMNS), TEXT, max_size=8))
def test_no_values_break_the_rules_and_what_has_no_problem_can_be_stored(changes: dict[str, str]) -> None:
    row = {name: clean(value) for name, value in cells(**changes).items()}
    if not problems(row, TODAY):
        assert read(row).hesa_id


@given(st.integers(0, 5), st.integers(1, 5), st.integers(0, 5))
def test_row_numbers_are_those_of_a_spreadsheet(before: int, rows: int, after: int) -> None:
    header = ",".join(COLUMNS)
    wrong = ",".join(CELLS.get(name, "") if name != "sex" else "?" for name in COLUMNS)
    lines = [header, *[""] * before, *[wrong] * rows, *["," * 50] * after]
    found = bulk_file.parse("\n".join(lines).encode(), TODAY)
    assert [error.row for error in found.errors] == list(range(before + 2, before + 2 + rows))
    # A line that ends the file is no row: the last empty text after "\n" is not counted.
    assert found.blank_rows == before + after
