"""The extract of the national register of schools."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain.csv_files import FileUnreadable
from services.itt.domain.gias import COLUMNS, parse, template
from shared.config import PROJECT_ROOT

SAMPLE = PROJECT_ROOT.parent / "shared" / "data" / "schools" / "gias_establishments_sample.csv"
ROW = {
    "URN": "990101",
    "EstablishmentName": "St Bede’s Primary",
    "PhaseOfEducation (name)": "Primary",
    "EstablishmentStatus (name)": "Open",
    "Postcode": "NE5 3RN",
    "Easting": "420000",
    "Northing": "565000",
    "GOR (name)": "North East",
    "LA (name)": "Newcastle upon Tyne",
    "UKPRN": "10000001",
    "Town": "Newcastle",
}


def _file(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(ROW))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def test_the_template_has_every_column_that_is_kept_and_an_example_to_be_replaced() -> None:
    (error,) = parse(template().encode()).errors
    assert (error.row, error.column, "put a row of your own" in error.message) == (2, "URN", True)
    assert template().splitlines()[0] == ",".join(COLUMNS.values())


def test_the_real_extract_is_read_whole() -> None:
    if not SAMPLE.exists():
        pytest.skip("the extract of the register is not beside the project")
    register = parse(SAMPLE.read_bytes())
    assert (register.row_count, len(register.schools), register.errors) == (99, 99, ())
    aldgate = register.schools[0]
    assert (aldgate.urn, aldgate.name, aldgate.postcode) == ("100000", "The Aldgate School", "EC3A 5DE")
    assert (aldgate.easting, aldgate.northing, aldgate.region) == (533498, 181201, "London")
    assert any(school.easting is None for school in register.schools)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_extract_is_read_in_either_encoding(encoding: str) -> None:
    (school,) = parse(_file(ROW, encoding=encoding)).schools
    assert (school.name, school.easting, school.northing) == ("St Bede’s Primary", 420_000, 565_000)


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"URN": ""}, ["URN"]),
        ({"URN": "99010"}, ["URN"]),
        ({"URN": "99010a"}, ["URN"]),
        ({"EstablishmentName": " "}, ["EstablishmentName"]),
        ({"Easting": "420000.5"}, ["Easting"]),
        ({"Easting": ""}, ["Northing"]),
        ({"Northing": "9999999"}, ["Northing"]),
        ({"Postcode": "Newcastle"}, ["Postcode"]),
        ({"UKPRN": "1"}, ["UKPRN"]),
        ({"URN": "x", "Northing": "-1"}, ["URN", "Northing"]),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(changes: dict[str, str], columns: list[str]) -> None:
    register = parse(_file(ROW | {"URN": "990102"}, ROW | changes))
    assert [(error.row, error.column) for error in register.errors] == [(3, column) for column in columns]
    assert [school.urn for school in register.schools] == ["990102"]


def test_a_school_stands_in_the_extract_once() -> None:
    register = parse(_file(ROW, ROW))
    assert [(error.row, error.message) for error in register.errors] == [(3, "stands in the file twice")]


def test_blank_cells_are_not_known_and_so_is_the_origin_of_the_grid() -> None:
    blank = dict.fromkeys(("Postcode", "Easting", "Northing", "GOR (name)", "LA (name)", "UKPRN"), "")
    first, second = parse(
        _file(ROW | blank, ROW | {"URN": "990102", "Easting": "0", "Northing": "0"})
    ).schools
    assert (first.postcode, first.easting, first.northing, first.ukprn) == (None, None, None, None)
    assert (second.easting, second.northing) == (None, None)


def test_blank_lines_are_passed_over_and_counted_in_the_row_numbers() -> None:
    text = _file(ROW).decode() + "\r\n" + ",".join(["bad", *[""] * (len(ROW) - 1)]) + "\r\n"
    register = parse(text.encode())
    assert {error.row for error in register.errors} == {4}


@pytest.mark.parametrize("data", [b"", b"name,town\r\nA,B\r\n"])
def test_another_file_is_no_extract(data: bytes) -> None:
    with pytest.raises(FileUnreadable) as raised:
        parse(data)
    assert raised.value.details["missing"] == [c for c in COLUMNS.values() if c.encode() not in data]


def test_a_file_that_is_no_csv_is_told_with_its_line() -> None:
    with pytest.raises(FileUnreadable, match="Line 2"):
        parse(_file()[:-2] + b'\r\n"990101"x,\r\n')


cells = st.fixed_dictionaries({name: st.text(max_size=8) for name in ROW})


@given(st.lists(cells, max_size=4))
def test_every_row_of_any_file_is_stored_or_has_an_error(rows: list[dict[str, str]]) -> None:
    try:
        register = parse(_file(*rows))
    except FileUnreadable:
        return
    assert register.row_count == len(register.schools) + len({error.row for error in register.errors})
