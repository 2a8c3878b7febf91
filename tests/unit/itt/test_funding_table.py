"""The file of the table of funding: all rows are right, or every error is told by row and column."""

from datetime import date
from importlib import import_module

import pytest

from services.itt.domain import funding_table
from services.itt.domain.codes import labels
from services.itt.domain.csv_files import FileUnreadable
from services.itt.domain.funding import Kind, Rate
from services.itt.domain.routes import Route
from tests.unit.itt.funding_builders import TABLE

COLUMNS = ",".join(funding_table.COLUMNS)
ROW = {
    "academic_year": "2026/27",
    "kind": "bursary",
    "routes": "provider_led_postgrad; school_direct_tuition_fee",
    "subject": "Physics",
    "subject_codes": "100425 101060",
    "amount_pounds": "29000",
    "valid_from": "",
    "valid_until": "",
    "source": "Funding: ITT, 2026 to 2027",
}


def a_file(*rows: dict[str, str]) -> bytes:
    """The rows, each with what it changes of the one above."""
    lines = [",".join(f'"{(ROW | row)[name]}"' for name in funding_table.COLUMNS) for row in rows]
    return "\n".join([COLUMNS, *lines]).encode()


def test_the_template_has_every_column_and_one_row_that_is_right_but_for_being_an_example() -> None:
    (error,) = funding_table.parse(funding_table.template().encode()).errors
    assert (error.row, error.column, "put a row of your own" in error.message) == (2, "source", True)
    assert funding_table.template().splitlines()[0] == COLUMNS


def test_a_row_is_a_rate_of_the_whole_year() -> None:
    table = funding_table.parse(a_file({}))
    assert (table.errors, table.row_count) == ((), 1)
    assert table.rates == (
        Rate(
            academic_year=2026,
            kind=Kind.BURSARY,
            subject="Physics",
            subject_codes=("100425", "101060"),
            routes=(Route.PROVIDER_LED_POSTGRAD, Route.SCHOOL_DIRECT_TUITION_FEE),
            amount_pence=2_900_000,
            valid_from=date(2026, 8, 1),
            valid_until=date(2027, 7, 31),
            source="Funding: ITT, 2026 to 2027",
        ),
    )


@pytest.mark.parametrize(
    ("cell", "pence"), [("29,000", 2_900_000), ("1234.50", 123_450), ("100000", 10_000_000), ("1", 100)]
)
def test_amounts_are_pounds(cell: str, pence: int) -> None:
    (rate,) = funding_table.parse(a_file({"amount_pounds": cell})).rates
    assert rate.amount_pence == pence


def test_a_year_may_be_written_by_its_beginning_and_the_century_may_turn() -> None:
    for cell, year in (("2026", 2026), ("2099/00", 2099)):
        (rate,) = funding_table.parse(a_file({"academic_year": cell})).rates
        assert rate.academic_year == year


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"academic_year": ""}, "academic_year", "is missing"),
    ({"academic_year": "26/27"}, "academic_year", "must be an academic year"),
    ({"academic_year": "2026/28"}, "academic_year", "must be an academic year"),
    ({"kind": "gift"}, "kind", "must be one of bursary, scholarship, grant"),
    ({"routes": "fee"}, "routes", "fee: no training route"),
    ({"routes": "school_direct_salaried"}, "routes", "only a grant is possible"),
    ({"routes": "school_direct_salaried", "kind": "scholarship"}, "routes", "only a grant is possible"),
    ({"subject": ""}, "subject", "is missing"),
    ({"subject": "x" * 301}, "subject", "is longer than 300"),
    ({"source": "x" * 301}, "source", "is longer than 300"),
    ({"subject_codes": "100425 999999"}, "subject_codes", "999999: no code"),
    ({"amount_pounds": "lots"}, "amount_pounds", "must be pounds"),
    ({"amount_pounds": "0"}, "amount_pounds", "must be pounds"),
    ({"amount_pounds": "-5"}, "amount_pounds", "must be pounds"),
    ({"amount_pounds": "100000.01"}, "amount_pounds", "must be pounds"),
    ({"valid_from": "1/9/2026"}, "valid_from", "must be a date"),
    ({"valid_from": "2026-07-31"}, "valid_from", "is not in the academic year, 2026-08-01 to 2027-07-31"),
    ({"valid_until": "2027-08-01"}, "valid_until", "is not in the academic year"),
    ({"valid_from": "2027-01-01", "valid_until": "2026-12-31"}, "valid_until", "is before valid_from"),
]


@pytest.mark.parametrize(("changes", "column", "message"), WRONG)
def test_what_is_wrong_is_told_by_row_and_column(changes: dict[str, str], column: str, message: str) -> None:
    table = funding_table.parse(a_file({"subject_codes": "100068"}, changes))
    (error,) = table.errors
    assert (error.row, error.column, table.rates) == (3, column, ())
    assert message in error.message


def test_all_errors_are_told_at_once() -> None:
    table = funding_table.parse(a_file({"kind": "gift", "amount_pounds": "0"}, {"source": ""}))
    assert [(error.row, error.column) for error in table.errors] == [
        (2, "amount_pounds"),
        (2, "kind"),
        (3, "source"),
    ]


def test_a_grant_is_possible_where_a_school_pays() -> None:
    (rate,) = funding_table.parse(a_file({"routes": "school_direct_salaried", "kind": "grant"})).rates
    assert rate.routes == (Route.SCHOOL_DIRECT_SALARIED,)


def test_rows_that_overlap_are_refused_and_name_each_other() -> None:
    table = funding_table.parse(a_file({}, {"subject": "Also", "subject_codes": "101060"}, {"kind": "grant"}))
    (error,) = table.errors
    assert (error.row, error.column) == (3, "subject_codes")
    assert error.message == "101060: row 2 has the same year, kind, route and days for it"


def test_dates_need_not_be_columns() -> None:
    head, row = a_file({}).decode().split("\n")
    without = [",".join(line.split(",")) for line in (head.replace(",valid_from,valid_until", ""), row)]
    data = "\n".join([without[0], without[1].replace('"","",', "")]).encode()
    (rate,) = funding_table.parse(data).rates
    assert (rate.valid_from, rate.valid_until) == (date(2026, 8, 1), date(2027, 7, 31))


def test_a_file_of_too_many_rows_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="301 rows"):
        funding_table.parse(a_file(*[{}] * 301))


def test_what_is_written_reads_as_it_was() -> None:
    rates = tuple(
        sorted((*TABLE[:2], funding_table.parse(a_file({"amount_pounds": "1.50", "kind": "grant"})).rates[0]))
    )
    assert funding_table.parse(funding_table.write(rates).encode()).rates == rates


# The bursaries of the domain page, "Funding": 2026/27 postgraduate.
OF_2026 = {
    "Chemistry": 29_000,
    "Computing": 29_000,
    "Mathematics": 29_000,
    "Physics": 29_000,
    "Ancient languages": 20_000,
    "Modern languages": 20_000,
    "Design and technology": 20_000,
    "Biology": 5_000,
    "Geography": 5_000,
}


def test_the_table_begins_with_the_bursaries_of_2026() -> None:
    first = import_module("services.itt.migrations.versions.0007_funding")
    assert {subject: pounds for subject, _, pounds in first.BURSARIES} == OF_2026
    codes = [code for _, each, _ in first.BURSARIES for code in each]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= labels("course_subject").keys()
    assert {Route(name) for name in first.ROUTES} == {
        Route.PROVIDER_LED_POSTGRAD,
        Route.SCHOOL_DIRECT_TUITION_FEE,
    }
