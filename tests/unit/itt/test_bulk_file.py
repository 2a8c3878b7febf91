"""The national bulk file, to the letter of the domain page ("The bulk file")."""

import csv
import gzip
import io
import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import date

import pytest

from services.itt.domain import bulk_file
from services.itt.domain.csv_files import MAX_BYTES, FileUnreadable, pack, unpack
from services.itt.domain.details import COLUMNS
from shared.errors import TooLarge
from tests.unit.itt.builders import BLANK, TODAY, cells, details, published


def a_file(
    *rows: dict[str, str], columns: Sequence[str] = COLUMNS, encoding: str = "utf-8", end: str = "\r\n"
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator=end, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def another(number: int, **changes: str) -> dict[str, str]:
    return cells(email=f"trainee{number}@example.com", first_names=f"Name{number}", **changes)


@pytest.mark.parametrize("name", ["bulk_trainees_five.csv", "bulk_trainees_five_with_placements.csv"])
def test_all_rows_of_the_real_samples_are_valid(name: str) -> None:
    data = published(f"itt/{name}").read_bytes()
    for today in (TODAY, date(2024, 10, 1)):
        found = bulk_file.parse(data, today)
        assert (len(found.records), found.errors, found.row_count) == (5, (), 5)


@pytest.mark.parametrize("name", ["bulk_trainees_five.csv", "bulk_trainees_five_with_placements.csv"])
def test_a_real_sample_exports_as_the_same_values(name: str) -> None:
    data = published(f"itt/{name}").read_bytes()
    exported = bulk_file.export(bulk_file.parse(data, TODAY).records.values())

    def values(text: str) -> list[list[str]]:
        return [
            [cell.removeprefix("'") for cell in line] for line in csv.reader(io.StringIO(text, newline=""))
        ]

    assert values(exported) == values(data.decode())


def test_the_template_is_the_published_one() -> None:
    assert bulk_file.template().strip() == published("itt/bulk_trainees_template.csv").read_text().strip()


def test_a_file_of_exactly_1_mb_is_read_and_a_byte_more_is_not() -> None:
    full = a_file(cells()).ljust(MAX_BYTES, b"\n")
    assert len(bulk_file.parse(full, TODAY).records) == 1
    with pytest.raises(TooLarge, match="1 MB") as raised:
        bulk_file.parse(full + b"\n", TODAY)
    assert raised.value.details == {"size_bytes": MAX_BYTES + 1, "limit_bytes": MAX_BYTES}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
def test_a_file_is_decoded_as_a_whole(encoding: str) -> None:
    found = bulk_file.parse(a_file(cells(last_name="Núñez–O’Hara"), encoding=encoding), TODAY)
    assert [record.last_name for record in found.records.values()] == ["Núñez–O’Hara"]


def test_one_byte_that_is_not_utf_8_makes_the_whole_file_windows_1252() -> None:
    data = a_file(cells(first_names="Zoë"), another(2, last_name="X?Y")).replace(b"X?Y", b"X\xe9Y")
    assert [record.first_names for record in bulk_file.parse(data, TODAY).records.values()] == [
        "ZoÃ«",
        "Name2",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\n", "no_header"),
        (b",,,\n", "no_header"),
        (b"\x00\x01", "binary"),
        (b"PK\x03\x04 a spreadsheet", "binary"),
        (a_file(cells()).decode().encode("utf-16"), "binary"),
        (b"caf\xe9\x81", "encoding"),
        (a_file(), "no_rows"),
        (a_file(BLANK, BLANK), "no_rows"),
        (a_file(cells()) + b'"open', "malformed"),
        (b"a,b\n", "columns"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        bulk_file.parse(data, TODAY)
    assert raised.value.details["reason"] == reason
    assert raised.value.message


def test_a_pdf_is_called_one() -> None:
    with pytest.raises(FileUnreadable, match="This is a PDF and not a CSV file"):
        bulk_file.parse(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", TODAY)


@pytest.mark.parametrize(
    ("header", "called"),
    [
        ("first_names;last_name;email", "semicolons"),
        ('"first_names";"last_name"', "semicolons"),
        ("First_Names\tlast_name", "tabs"),
    ],
)
def test_columns_that_are_not_separated_by_commas_are_told_by_what(header: str, called: str) -> None:
    with pytest.raises(FileUnreadable, match=f"separated by {called}; save the file as CSV with commas"):
        bulk_file.parse(f"{header}\na;b\n".encode(), TODAY)


def test_headers_stand_in_any_case_and_order() -> None:
    columns = [name.upper() for name in reversed(COLUMNS)]
    row = {name.upper(): value for name, value in cells().items()}
    assert list(bulk_file.parse(a_file(row, columns=columns), TODAY).records) == [2]


def test_a_missing_or_unknown_or_doubled_column_is_refused_by_name() -> None:
    columns = [*COLUMNS[1:], "shoe_size", "sex"]
    with pytest.raises(FileUnreadable) as raised:
        bulk_file.parse(a_file(cells(), columns=columns), TODAY)
    assert raised.value.details["missing"] == ["provider_trainee_id"]
    assert raised.value.details["unknown"] == ["shoe_size"]
    assert raised.value.details["doubled"] == ["sex"]
    assert "shoe_size" in raised.value.message
    assert "provider_trainee_id" in raised.value.message


def test_a_column_without_a_name_is_unknown_unless_it_is_an_empty_one_at_the_end() -> None:
    header, row = a_file(cells()).decode().splitlines()
    assert bulk_file.parse(f"{header},,\n{row},,\n".encode(), TODAY).errors == ()
    with pytest.raises(FileUnreadable, match="blank"):
        bulk_file.parse(f",{header}\n,{row}\n".encode(), TODAY)


def test_an_errors_column_is_ignored() -> None:
    data = a_file(cells() | {"Errors": "hesa_id is missing"}, columns=["Errors", *COLUMNS])
    assert bulk_file.parse(data, TODAY).errors == ()


def test_values_beyond_the_last_column_are_an_error() -> None:
    header, row = a_file(cells()).decode().splitlines()
    (error,) = bulk_file.parse(f"{header}\n{row},x,,y\n".encode(), TODAY).errors
    assert (error.row, error.value) == (2, "x, y")


def test_a_row_that_ends_early_has_blank_cells_at_its_end() -> None:
    header, row = a_file(cells()).decode().splitlines()
    assert bulk_file.parse(f"{header}\n{row.rstrip(',')}\n".encode(), TODAY).errors == ()


def test_blank_rows_are_skipped_but_counted() -> None:
    data = a_file(BLANK, cells(), BLANK, another(2, hesa_id="1"))
    found = bulk_file.parse(data + b"\r\n , ,\r\n", TODAY)
    assert (list(found.records), found.row_count, found.blank_rows) == ([3], 2, 4)
    assert [error.row for error in found.errors] == [5]


def test_a_line_break_inside_a_cell_does_not_move_the_rows() -> None:
    data = a_file(another(1, ni_number="a\nb"), another(2, sex="x"))
    (error,) = bulk_file.parse(data, TODAY).errors
    assert error.row == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_spreadsheet_ends_them(end: str) -> None:
    assert len(bulk_file.parse(a_file(another(1), another(2), end=end), TODAY).records) == 2


def test_one_leading_apostrophe_is_stripped() -> None:
    data = a_file({name: f"'{value}" if value else "" for name, value in cells().items()})
    assert bulk_file.parse(data, TODAY).records == {2: details()}
    quoted = bulk_file.parse(a_file(cells(last_name="''t Hooft")), TODAY)
    assert quoted.records[2].last_name == "'t Hooft"


@pytest.mark.parametrize("value", ["'x", "=1+1", "+44", "-1", "@x"])
def test_export_keeps_a_value_from_being_a_formula(value: str) -> None:
    exported = bulk_file.export([details(provider_trainee_id=value)])
    (row,) = csv.DictReader(io.StringIO(exported, newline=""))
    assert row["provider_trainee_id"] == f"'{value}"
    assert bulk_file.parse(exported.encode(), TODAY).records[2].provider_trainee_id == value


def test_all_errors_of_all_rows_are_listed_by_row_and_column() -> None:
    data = a_file(another(1, sex="") | {"email": "x"}, another(2), another(3, hesa_id="5"))
    found = bulk_file.parse(data, TODAY)
    assert [(error.row, error.column, error.value) for error in found.errors] == [
        (2, "email", "x"),
        (2, "sex", ""),
        (4, "hesa_id", "5"),
    ]


def test_twins_in_one_file_are_confirmed_by_a_person() -> None:
    twins = {"date_of_birth": "2000-01-01", "last_name": "Twin", "email": "twin@example.com"}
    data = a_file(cells(**twins), cells(**twins | {"first_names": "Other"}))
    (error,) = bulk_file.parse(data, TODAY).errors
    assert "confirm row 3" in error.message
    confirmed = bulk_file.parse(data, TODAY, [3])
    assert (confirmed.errors, len(confirmed.records)) == ((), 2)


def test_the_same_trainee_twice_in_one_file_is_an_error_of_the_later_row() -> None:
    twice = {"date_of_birth": "2000-01-01", "last_name": "Twin", "email": "twin@example.com"}
    data = a_file(cells(**twice), another(2), cells(**twice | {"first_names": "Other"}))
    (error,) = bulk_file.parse(data, TODAY).errors
    assert (error.row, "row 2" in error.message) == (4, True)


def test_a_file_with_its_errors_can_be_corrected_and_sent_again() -> None:
    data = a_file(another(1, sex=""), another(2))
    annotated = bulk_file.with_errors(data, bulk_file.parse(data, TODAY).errors)
    (first, second) = csv.DictReader(io.StringIO(annotated, newline=""))
    assert ("sex is missing" in first["errors"], second["errors"]) == (True, "")
    assert bulk_file.parse(annotated.encode(), TODAY).errors == bulk_file.parse(data, TODAY).errors


def test_a_full_file_travels_packed() -> None:
    data = a_file(*(another(number) for number in range(1000)))
    assert unpack(pack(data)) == data
    assert len(pack(data)) < len(data)
    assert unpack(b64encode(data).decode()) == data


@pytest.mark.parametrize("text", ["not base64!", b64encode(b"\x1f\x8bnot gzip").decode()])
def test_a_file_that_did_not_arrive_whole_is_refused(text: str) -> None:
    with pytest.raises(FileUnreadable, match="whole"):
        unpack(text)


def test_a_small_text_cannot_unpack_to_a_huge_file() -> None:
    bomb = b64encode(gzip.compress(b"\0" * 50_000_000)).decode()
    assert len(unpack(bomb)) == MAX_BYTES + 1


@pytest.mark.parametrize("wrong", [{}, {"degree_subject": "nothing like it", "awarding_institution": "?"}])
def test_a_thousand_rows_are_checked_in_under_three_seconds(wrong: dict[str, str]) -> None:
    data = a_file(*(another(number, **wrong) for number in range(1000)))
    began = time.perf_counter()
    bulk_file.parse(data, TODAY)
    assert time.perf_counter() - began < 3


def test_a_row_that_is_cut_off_is_told_where_it_ends_and_nothing_else() -> None:
    header, row = a_file(cells()).decode().splitlines()
    cut = ",".join(row.split(",")[:7])

    (error,) = bulk_file.parse(f"{header}\n{cut}".encode(), TODAY).errors

    assert error.message == "row 2 ends after column 7 of 51; the file may be cut off"


def test_somebody_called_do_not_edit_is_a_trainee_like_any_other() -> None:
    data = a_file(cells(first_names="Do not edit Smith"))

    assert list(bulk_file.parse(data, TODAY).records) == [2]


def test_a_file_of_something_else_is_asked_whether_it_is_the_right_one() -> None:
    with pytest.raises(
        FileUnreadable, match="None of the 51 columns is there; is this the right file"
    ) as raised:
        bulk_file.parse(b"name,age\nJo,3\n", TODAY)
    assert len(raised.value.details["missing"]) == 51


def test_names_of_columns_are_told_five_at_most_with_the_nearest() -> None:
    columns = [*(f"x{number}" for number in range(7)), "frist_names", *COLUMNS[8:]]
    with pytest.raises(FileUnreadable) as raised:
        bulk_file.parse(a_file(cells(), columns=["frist_names", *COLUMNS[:3], *COLUMNS[4:]]), TODAY)
    assert f"Missing: {COLUMNS[3]}" in raised.value.message
    with pytest.raises(FileUnreadable, match="and 3 more"):
        bulk_file.parse(a_file(cells(), columns=columns), TODAY)
