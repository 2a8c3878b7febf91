"""The national sheets for recommendations and placements (domain page, the bulk file)."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain import bulk_placements, bulk_recommendation
from services.itt.domain.bulk_recommendation import MET_ON
from services.itt.domain.csv_files import FileUnreadable, write
from services.itt.domain.on_sheets import Listed
from services.itt.domain.placements import Placement
from services.itt.domain.trainees import State
from tests.unit.itt.builders import NOW, TRAINEE_ID, placement, ready, two_placements

ONE = Listed(
    trainee=ready(),
    hesa_id="7572897115906",
    provider_trainee_id="26/27-1",
    training_partner_urn="100001",
    phase="Secondary",
    age_range="Eleven to sixteen",
    placements=two_placements(),
)
ROW = {"TRN": "1234567", "Last names": "okafor", "First names": "AMINA GRACE", MET_ON: "20/11/2026"}


def recommended(
    *rows: dict[str, str], listed: tuple[Listed, ...] = (ONE,)
) -> bulk_recommendation.Recommendations:
    data = write(bulk_recommendation.COLUMNS, [bulk_recommendation.INSTRUCTIONS, *rows]).encode()
    return bulk_recommendation.parse(data, listed, NOW)


def test_the_columns_are_the_national_ones() -> None:
    assert ", ".join(bulk_recommendation.COLUMNS) == (
        "TRN, Provider trainee ID, HESA ID, Last names, First names, Lead school, QTS or EYTS, Route, Phase, "
        "Age range, Subject, Date QTS or EYTS requirements met"
    )
    assert ", ".join(bulk_placements.COLUMNS) == (
        "TRN, Trainee ITT start date, Placement 1 URN, Placement 2 URN, Placement 3 URN, Placement 4 URN, "
        "Placement 5 URN"
    )


def test_a_row_recommends_a_trainee_and_the_line_of_instructions_nobody() -> None:
    found = recommended(ROW)
    assert (found.met_on, found.errors, found.row_count) == ({TRAINEE_ID: date(2026, 11, 20)}, (), 1)


def test_a_file_without_the_line_of_instructions_loses_no_trainee() -> None:
    data = write(bulk_recommendation.COLUMNS, [ROW]).encode()
    assert bulk_recommendation.parse(data, [ONE], NOW).met_on == {TRAINEE_ID: date(2026, 11, 20)}


def test_a_row_without_a_date_recommends_nobody() -> None:
    assert recommended(ROW | {MET_ON: ""}).met_on == {}


@pytest.mark.parametrize(
    "identifier", [{"TRN": "1234567"}, {"HESA ID": "7572897115906"}, {"Provider trainee ID": "26/27-1"}]
)
def test_a_trainee_is_found_by_trn_hesa_id_or_the_providers_own(identifier: dict[str, str]) -> None:
    assert recommended(identifier | {MET_ON: "20/11/2026"}).met_on == {TRAINEE_ID: date(2026, 11, 20)}


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({MET_ON: "2026-11-20"}, MET_ON, "d/m/yyyy"),
        ({MET_ON: "24/11/2026"}, MET_ON, "future"),
        ({MET_ON: "31/8/2026"}, MET_ON, "before the start"),
        ({"TRN": "7654321"}, "TRN", "no trainee of this provider"),
        ({"Last names": "Smith"}, "Last names", "differs from the record, which says Okafor"),
        ({"QTS or EYTS": "EYTS"}, "QTS or EYTS", "differs"),
        ({"HESA ID": "1"}, "HESA ID", "differs"),
    ],
)
def test_a_wrong_row_says_what_would_be_right(changes: dict[str, str], column: str, said: str) -> None:
    (error,) = recommended(ROW | changes).errors
    assert (error.row, error.column) == (3, column)
    assert said in error.message


def test_a_date_over_12_months_ago_is_refused_in_a_file() -> None:
    old = replace(ONE, trainee=ready(itt_start_date=date(2024, 9, 1)))
    (error,) = recommended(ROW | {MET_ON: "22/11/2025"}, listed=(old,)).errors
    assert "12 months" in error.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"assessment_passed": None}, "no final assessment"),
        ({"state": State.RECOMMENDED_FOR_AWARD}, "recommended_for_award"),
        ({"state": State.WITHDRAWN}, "withdrawn"),
    ],
)
def test_the_guards_of_a_recommendation_hold_in_a_file(changes: dict[str, Any], said: str) -> None:
    (error,) = recommended(ROW, listed=(replace(ONE, trainee=ready(**changes)),)).errors
    assert said in error.message


def test_who_has_not_started_is_not_recommended_by_a_file() -> None:
    waits = replace(ONE, trainee=ready(started_on=None), unchecked=("identity",))
    (error,) = recommended(ROW, listed=(waits,)).errors
    assert "The training has not started; checks that are missing: identity" in error.message


def test_a_trainee_in_two_rows_is_an_error() -> None:
    (error,) = recommended(ROW, ROW).errors
    assert "two rows" in error.message


def test_of_two_records_with_one_trn_the_open_one_is_recommended() -> None:
    gone = replace(ONE, trainee=ready(id=UUID(int=50), state=State.WITHDRAWN))
    assert list(recommended(ROW, listed=(gone, ONE)).met_on) == [TRAINEE_ID]


def test_the_date_is_needed_as_a_column() -> None:
    with pytest.raises(FileUnreadable, match=MET_ON):
        bulk_recommendation.parse(b"TRN\n1234567\n", [ONE], NOW)


def test_the_sheet_that_we_give_is_read_back() -> None:
    waiting = replace(ONE, trainee=ready(state=State.SUBMITTED_FOR_TRN, trn=None))
    sheet = bulk_recommendation.sheet([ONE, waiting])
    assert sheet.count("\r\n") == 3
    filled = sheet.replace("Mathematics,", "Mathematics,20/11/2026")
    assert bulk_recommendation.parse(filled.encode(), [ONE], NOW).met_on == {TRAINEE_ID: date(2026, 11, 20)}


def test_every_column_of_the_sheet_to_recommend_is_filled_but_the_date() -> None:
    header, _, row = csv.reader(io.StringIO(bulk_recommendation.sheet([ONE]), newline=""))
    shown = dict(zip(header, row, strict=True))
    assert [name for name, cell in shown.items() if not cell] == [MET_ON]
    assert shown["Phase"] == "Secondary"


PLACED = {"TRN": "1234567", "Trainee ITT start date": "1/9/2026"}


def placed(row: dict[str, str], *listed: Listed) -> bulk_placements.Placements:
    data = write(bulk_placements.COLUMNS, [bulk_placements.INSTRUCTIONS, row]).encode()
    return bulk_placements.parse(data, listed or (ONE,))


def test_placements_are_given_by_number_and_blank_changes_nothing() -> None:
    found = placed(PLACED | {"Placement 3 URN": "345678", "Placement 5 URN": "900000"})
    assert (found.schools, found.errors) == ({TRAINEE_ID: {3: "345678", 5: "900000"}}, ())


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"TRN": "7654321"}, "TRN", "no trainee"),
        ({"TRN": ""}, "TRN", "no trainee"),
        ({"Trainee ITT start date": "2/9/2026"}, "Trainee ITT start date", "it is 1/9/2026"),
        ({"Placement 1 URN": "12"}, "Placement 1 URN", "six digits"),
    ],
)
def test_a_wrong_placement_row_says_what_would_be_right(
    changes: dict[str, str], column: str, said: str
) -> None:
    (error,) = placed(PLACED | changes).errors
    assert (error.row, error.column) == (3, column)
    assert said in error.message


@pytest.mark.parametrize(
    ("completed", "said"),
    [
        (date(2026, 11, 20), "completed on 20/11/2026; leave 234567 or a blank"),
        (None, "dates and a mentor; leave 234567 or a blank, and arrange the placement to move it"),
    ],
)
def test_a_placement_that_is_completed_or_arranged_keeps_its_school(
    completed: date | None, said: str
) -> None:
    one = replace(ONE, placements=[replace(placement(2, "234567"), completed_on=completed)])
    (error,) = placed(PLACED | {"Placement 2 URN": "345678"}, one).errors
    assert (error.row, error.column, error.value) == (3, "Placement 2 URN", "345678")
    assert said in error.message
    assert placed(PLACED | {"Placement 1 URN": "345678", "Placement 2 URN": "234567"}, one).errors == ()


def test_a_placement_that_came_with_a_file_may_have_another_school() -> None:
    bare = Placement(id=UUID(int=60), number=2, school_urn="234567")
    found = placed(PLACED | {"Placement 2 URN": "345678"}, replace(ONE, placements=[bare]))
    assert (found.schools, found.errors) == ({TRAINEE_ID: {2: "345678"}}, ())


def test_a_start_that_is_no_date_is_an_error() -> None:
    errors = placed(PLACED | {"Trainee ITT start date": "x"}).errors
    assert "d/m/yyyy" in errors[0].message


def test_a_closed_trainee_gets_no_placements() -> None:
    (error,) = placed(PLACED, replace(ONE, trainee=ready(state=State.AWARDED))).errors
    assert "cannot be changed" in error.message


def test_a_trainee_in_two_rows_of_placements_is_an_error() -> None:
    rows = [PLACED | {"Placement 1 URN": "123456"}, PLACED | {"Placement 1 URN": "234567"}]
    data = write(bulk_placements.COLUMNS, [bulk_placements.INSTRUCTIONS, *rows]).encode()
    (error,) = bulk_placements.parse(data, [ONE]).errors
    assert (error.row, error.column) == (4, "TRN")
    assert "two rows" in error.message


def test_the_placement_sheet_shows_who_can_be_changed() -> None:
    closed = replace(ONE, trainee=ready(state=State.AWARDED))
    sheet = bulk_placements.sheet([replace(ONE, placements=[placement(2, "234567")]), closed])
    assert sheet.splitlines()[2] == "1234567,1/9/2026,,234567,,,"
    assert sheet.count("\r\n") == 3
