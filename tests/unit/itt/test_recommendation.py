"""Recommending: TRN, placements, final assessment, employing school, degree, date (domain page, Trainees)."""

from datetime import date
from typing import Any

import pytest

from services.itt.domain.placements import Placement
from services.itt.domain.recommendation import check_date, missing, recommend
from services.itt.domain.routes import CODES, RULES
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events.itt import TraineeRecommended
from tests.unit.itt.builders import NOW, TODAY, placement, ready, trainee, two_placements


def test_a_trainee_with_everything_is_recommended() -> None:
    after, (event,) = recommend(ready(), two_placements(), TODAY, NOW)
    assert (after.state, after.recommended_on, after.standards_met_on) == (
        State.RECOMMENDED_FOR_AWARD,
        TODAY,
        TODAY,
    )
    assert isinstance(event, TraineeRecommended)
    assert (event.qualification, event.trn) == ("QTS", "1234567")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"trn": None, "state": State.SUBMITTED_FOR_TRN}, "no TRN"),
        ({"assessment_passed": None}, "no final assessment"),
        ({"assessment_passed": False}, "not passed"),
        ({"employing_school_urn": None}, "employing school"),
        ({"has_degree": False}, "no degree"),
        ({"started_on": None}, "has not started"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Conflict, match=wrong) as raised:
        recommend(ready(**changes), two_placements(), TODAY, NOW)
    assert len(raised.value.details["missing"]) == 1


def test_everything_that_is_missing_is_named_at_once() -> None:
    known = trainee(State.SUBMITTED_FOR_TRN, has_degree=False)
    assert len(missing(known, [])) == 6


def test_who_has_not_started_hears_which_checks_are_missing() -> None:
    said = missing(ready(started_on=None), two_placements(), ["right_to_work", "fitness"])
    assert said == ["The training has not started; checks that are missing: right to work and fitness"]
    assert missing(ready(), two_placements(), ["fitness"]) == []


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_route_needs_its_number_of_placements(code: str) -> None:
    needed = {"15": 1, "16": 0, "17": 0, "18": 0, "19": 0, "20": 0}.get(code, 2)
    known = ready(training_route=code)
    schools = [placement(n, f"10000{n}") for n in range(1, needed + 1)]
    assert missing(known, schools) == []
    if needed:
        assert "placements in different schools" in missing(known, schools[:-1])[0]


@pytest.mark.parametrize(
    ("urns", "enough"),
    [
        (["123456", "123456"], False),
        (["123456", "900000"], True),
        (["900020", "900020"], True),
        (["123456", "234567", "345678"], True),
    ],
)
def test_two_contrasting_schools_are_two_different_ones(urns: list[str], enough: bool) -> None:
    schools = [placement(number, urn) for number, urn in enumerate(urns, start=1)]
    assert (missing(ready(), schools) == []) is enough


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_route_without_employer_or_degree_asks_for_none(code: str) -> None:
    known = ready(training_route=code, employing_school_urn=None, has_degree=False)
    rules = RULES[CODES[code]]
    assert len(missing(known, two_placements())) == rules.employing_school + rules.degree


@pytest.mark.parametrize(
    "state", [State.DRAFT, State.DEFERRED, State.WITHDRAWN, State.RECOMMENDED_FOR_AWARD, State.AWARDED]
)
def test_other_states_are_not_recommended(state: State) -> None:
    with pytest.raises(TransitionNotAllowed):
        recommend(ready(state=state), two_placements(), TODAY, NOW)


@pytest.mark.parametrize(
    ("day", "in_file", "wrong"),
    [
        (date(2026, 11, 24), False, "future"),
        (date(2026, 8, 31), False, "before the start"),
        (date(2026, 9, 1), False, None),
        (TODAY, True, None),
    ],
)
def test_the_standards_were_met_after_the_start_and_not_in_the_future(
    day: date, in_file: bool, wrong: str | None
) -> None:
    found = check_date(ready(), day, NOW, in_file=in_file)
    assert found is None if wrong is None else wrong in str(found)


def test_in_a_file_the_standards_were_met_at_most_12_months_ago() -> None:
    old = ready(itt_start_date=date(2024, 9, 1))
    assert check_date(old, date(2025, 11, 23), NOW, in_file=True) is None
    assert "12 months" in str(check_date(old, date(2025, 11, 22), NOW, in_file=True))
    assert check_date(old, date(2025, 11, 22), NOW) is None


def test_a_wrong_date_is_refused() -> None:
    with pytest.raises(Invalid, match="future"):
        recommend(ready(), two_placements(), date(2027, 1, 1), NOW)


def test_the_employing_school_may_come_with_the_recommendation() -> None:
    known = ready(employing_school_urn=None)
    after, _ = recommend(known, two_placements(), TODAY, NOW, employing_school_urn="100009")
    assert after.employing_school_urn == "100009"


def test_a_route_without_an_employer_takes_no_employing_school() -> None:
    fee: list[Placement] = two_placements()
    with pytest.raises(Invalid, match="no employing school"):
        recommend(ready(training_route="02"), fee, TODAY, NOW, employing_school_urn="100009")
