"""The columns of the national record (domain page, the bulk file): what is right, and what to say when it is not."""

from datetime import date

import pytest

from services.itt.domain import codes
from services.itt.domain.details import COLUMNS, read, write
from services.itt.domain.routes import CODES
from services.itt.domain.rules import CHECKS, MANDATORY, by_column, problems
from tests.unit.itt.builders import BLANK, CELLS, TODAY, cells, details

NO_DEGREE = {
    "uk_degree": "",
    "degree_subject": "",
    "degree_grade": "",
    "degree_graduation_year": "",
    "awarding_institution": "",
}
NON_UK = NO_DEGREE | {
    "non_uk_degree": "051",
    "degree_subject": "100403",
    "degree_graduation_year": "2020",
    "degree_country": "FR",
}


def wrong(**changes: str) -> dict[str, str]:
    return {problem.column: problem.message for problem in problems(cells(**changes), TODAY)}


def test_a_complete_record_has_no_problem() -> None:
    assert wrong() == {}


@pytest.mark.parametrize(
    "column",
    [
        "hesa_id",
        "first_names",
        "last_name",
        "date_of_birth",
        "sex",
        "email",
        "itt_aim",
        "training_route",
        "course_subject_1",
        "study_mode",
        "itt_start_date",
        "itt_end_date",
        "course_age_range",
        "course_year",
        "fund_code",
        "funding_method",
        "itt_qualification_aim",
    ],
)
def test_a_mandatory_column_that_is_blank_is_named(column: str) -> None:
    assert list(wrong(**{column: ""})) == [column]
    assert "missing" in wrong(**{column: ""})[column]


OPTIONAL = sorted(set(COLUMNS) - set(MANDATORY) - {"study_mode", "itt_qualification_aim"} - set(NO_DEGREE))


@pytest.mark.parametrize("column", OPTIONAL)
def test_everything_else_may_be_blank(column: str) -> None:
    assert wrong(**{column: ""}) == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("hesa_id", "1" * 13),
        ("hesa_id", "1" * 17),
        ("first_names", "x" * 60),
        ("last_name", "x" * 60),
        ("date_of_birth", "2010-11-23"),
        ("date_of_birth", "1926-11-24"),
        ("itt_start_date", "2016-11-23"),
        ("itt_end_date", "2031-12-31"),
        ("course_year", "0"),
        ("course_year", "-1"),
        ("course_year", "99999999999999999999"),
        ("study_mode", "63"),
        ("study_mode", "64"),
        ("training_route", "02"),
        ("training_partner_urn", "900000"),
        ("employing_school_urn", "900020"),
        ("placement_1_urn", "900030"),
        ("placement_3_urn", "000001"),
        ("pg_apprenticeship_start_date", "1999-01-01"),
        ("itt_aim", "201"),
        ("nationality", "NO"),
        ("ethnicity", "180"),
        ("disability9", "58"),
        ("training_initiative", "009"),
        ("additional_training_initiative", "036"),
        ("course_subject_3", "100417"),
        ("funding_method", "B"),
        ("trainee_start_date", "2026-10-01"),
        ("ni_number", "whatever it is"),
        ("provider_trainee_id", "=1+1"),
    ],
)
def test_a_value_at_its_limit_is_right(column: str, value: str) -> None:
    assert wrong(**{column: value}) == {}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("hesa_id", "123456789012", "13 or 17 digits"),
        ("hesa_id", "12345678901234", "13 or 17 digits"),
        ("hesa_id", "１" * 13, "13 or 17 digits"),
        ("first_names", "x" * 61, "shorten it to 60"),
        ("last_name", "x" * 61, "shorten it to 60"),
        ("date_of_birth", "14/05/2002", "YYYY-MM-DD"),
        ("date_of_birth", "2002-02-30", "YYYY-MM-DD"),
        ("date_of_birth", "20020514", "YYYY-MM-DD"),
        ("date_of_birth", "2027-01-01", "future"),
        ("date_of_birth", "2010-11-24", "at least 16"),
        ("date_of_birth", "1926-11-23", "under 100"),
        ("sex", "male", "use 11 (Male)"),
        ("email", "somebody", "name@example.ac.uk"),
        ("email", "a b@example.com", "name@example.ac.uk"),
        ("email", "x" * 250 + "@example.com", "shorten it to 255"),
        ("nationality", "XX", "not a code"),
        ("itt_aim", "203", "use one of 201"),
        ("training_route", "13", "use one of 02"),
        ("itt_start_date", "2016-11-22", "over 10 years ago"),
        ("itt_start_date", "soon", "YYYY-MM-DD"),
        ("trainee_start_date", "2016-11-22", "over 10 years ago"),
        ("itt_end_date", "2026-09-01", "not after the start"),
        ("itt_end_date", "2032-01-01", "end of 2031"),
        ("itt_end_date", "later", "YYYY-MM-DD"),
        ("course_year", "1.5", "whole number"),
        ("course_year", "two", "whole number"),
        ("training_partner_urn", "12345", "six digits"),
        ("employing_school_urn", "1234567", "six digits"),
        ("placement_2_urn", "abcdef", "six digits"),
        ("pg_apprenticeship_start_date", "x", "YYYY-MM-DD"),
        ("degree_graduation_year", "24", "four digits"),
        ("iqts_country", "FR", "international QTS (route 15) only"),
        ("ni_number", "a\0b", "NUL"),
    ],
)
def test_a_wrong_value_says_what_would_be_right(column: str, value: str, said: str) -> None:
    assert said in wrong(**{column: value})[column]


@pytest.mark.parametrize("column", sorted(CHECKS))
def test_every_checked_column_refuses_nonsense(column: str) -> None:
    assert column in wrong(**{column: "¿" * 300})


def test_a_problem_carries_the_column_the_value_and_a_sentence() -> None:
    (found,) = problems(cells(sex="11 "), TODAY)
    assert (found.column, found.value) == ("sex", "11 ")
    assert found.message.startswith("sex is not a code of the sex list; use one of")


def test_all_problems_of_a_row_are_found_at_once() -> None:
    assert set(wrong(**BLANK)) == set(MANDATORY)
    assert set(wrong(sex="1", email="", hesa_id="2")) == {"sex", "email", "hesa_id"}


@pytest.mark.parametrize("code", sorted(CODES))
def test_only_assessment_only_routes_have_no_study_mode(code: str) -> None:
    country = "FR" if code == "15" else ""
    found = wrong(training_route=code, study_mode="", iqts_country=country)
    assert set(found) == (set() if code in {"16", "17"} else {"study_mode"})


def test_international_qts_needs_its_country() -> None:
    assert list(wrong(training_route="15")) == ["iqts_country"]
    assert wrong(training_route="15", iqts_country="FR") == {}


def test_a_qualification_aim_is_needed_with_aim_202_alone_and_may_stand_with_any() -> None:
    assert wrong(itt_aim="201", itt_qualification_aim="") == {}
    assert wrong(itt_aim="201", itt_qualification_aim="004") == {}


def test_the_degree_columns_are_a_set_once_one_is_given() -> None:
    assert wrong(**NO_DEGREE) == {}
    assert wrong(**NON_UK) == {}
    assert set(wrong(**NO_DEGREE | {"uk_degree": "051"})) == {
        "degree_subject",
        "degree_grade",
        "degree_graduation_year",
        "awarding_institution",
    }
    assert set(wrong(**NO_DEGREE | {"non_uk_degree": "051"})) == {
        "degree_subject",
        "degree_graduation_year",
        "degree_country",
    }
    assert set(wrong(**NO_DEGREE | {"degree_grade": "01"})) == {
        "uk_degree",
        "degree_subject",
        "degree_graduation_year",
    }


def test_both_types_of_degree_may_stand_in_a_row() -> None:
    assert wrong(non_uk_degree="051") == {}
    assert wrong(**NON_UK | {"uk_degree": "051"}) == {}


def test_of_two_types_of_degree_the_institution_or_the_country_says_which_columns_are_the_set() -> None:
    both = NO_DEGREE | {"uk_degree": "051", "non_uk_degree": "051"}
    assert set(wrong(**both)) == {
        "degree_subject",
        "degree_grade",
        "degree_graduation_year",
        "awarding_institution",
    }
    assert set(wrong(**both | {"degree_country": "FR"})) == {"degree_subject", "degree_graduation_year"}


def test_the_columns_are_those_of_the_template_in_its_order() -> None:
    assert len(COLUMNS) == 51
    assert (COLUMNS[0], COLUMNS[-1]) == ("provider_trainee_id", "iqts_country")


def test_a_record_is_written_as_it_was_read() -> None:
    assert write(read(cells())) == cells()
    assert details(placement_2_urn="123456").placement_urns == {2: "123456"}
    assert details().date_of_birth == date(2002, 5, 14)
    assert details().rules.award == "QTS"
    assert CELLS["course_subject_1"] in codes.labels("course_subject")


def test_problems_are_told_by_column() -> None:
    found = problems(cells(hesa_id="", sex="x"), TODAY)
    told = by_column(found)
    assert told["hesa_id"] == ["hesa_id is missing; every trainee has one"]
    assert set(told) == {"hesa_id", "sex"}
