"""Reviews and the final assessment against the Teachers' Standards (domain page, Training)."""

from datetime import date
from uuid import UUID

import pytest

from services.itt.domain.standards import (
    EARLY_YEARS_STANDARDS,
    STANDARDS,
    Judgement,
    assess,
    correct_review,
    review,
)
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid
from shared.events.itt import FinalAssessmentRecorded
from tests.unit.itt.builders import NOW, TODAY, judgements, trainee

REVIEW_ID = UUID(int=9)


def test_there_are_eight_standards_and_part_two() -> None:
    assert list(STANDARDS) == ["1", "2", "3", "4", "5", "6", "7", "8", "part_two"]


def test_a_review_may_judge_some_standards() -> None:
    given = {"7": Judgement(False, "Low-level disruption"), "1": Judgement(True, "Lesson of 3 November")}
    event = review(trainee(), REVIEW_ID, TODAY, given, NOW)
    assert (event.standards_met, event.standards_not_yet_met) == (("1",), ("7",))
    assert "disruption" not in repr(event)


@pytest.mark.parametrize(
    ("on", "given", "wrong"),
    [
        (TODAY, {}, "empty"),
        (TODAY, {"9": Judgement(True, "x")}, "no standard"),
        (TODAY, {"1": Judgement(True, " ")}, "evidence"),
        (date(2026, 11, 24), {"1": Judgement(True, "x")}, "future"),
        (date(2026, 8, 31), {"1": Judgement(True, "x")}, "before the start"),
    ],
)
def test_a_wrong_review_is_refused(on: date, given: dict[str, Judgement], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        review(trainee(), REVIEW_ID, on, given, NOW)


def test_a_withdrawn_trainee_is_not_reviewed() -> None:
    with pytest.raises(Conflict):
        review(trainee(State.WITHDRAWN), REVIEW_ID, TODAY, judgements(), NOW)


def test_a_final_assessment_is_passed_when_all_standards_are_met() -> None:
    after, (event,) = assess(trainee(), TODAY, judgements(), NOW)
    assert (after.assessment_passed, after.assessed_on) == (True, TODAY)
    assert isinstance(event, FinalAssessmentRecorded)
    assert event.passed


@pytest.mark.parametrize("number", list(STANDARDS))
def test_one_standard_that_is_not_met_fails_the_final_assessment(number: str) -> None:
    after, (event,) = assess(trainee(), TODAY, judgements(number), NOW)
    assert after.assessment_passed is False
    assert isinstance(event, FinalAssessmentRecorded)
    assert event.standards_not_met == (number,)


def test_a_final_assessment_judges_all_of_them() -> None:
    some = {number: judged for number, judged in judgements().items() if number != "part_two"}
    with pytest.raises(Invalid, match="part_two not judged"):
        assess(trainee(), TODAY, some, NOW)


def test_early_years_have_eight_standards_of_their_own_and_no_part_two() -> None:
    early, judged = trainee(training_route="19"), judgements()
    with pytest.raises(Invalid, match="part_two is no standard"):
        assess(early, TODAY, judged, NOW)
    after, (event,) = assess(early, TODAY, {n: judged[n] for n in EARLY_YEARS_STANDARDS}, NOW)
    assert after.assessment_passed
    assert isinstance(event, FinalAssessmentRecorded)
    assert event.qualification == "EYTS"


def test_a_review_is_corrected_or_removed() -> None:
    judged = judgements("7")
    event = correct_review(trainee(), REVIEW_ID, TODAY, judged, NOW)
    assert (event.standards_not_yet_met, event.removed) == (("7",), False)
    assert correct_review(trainee(), REVIEW_ID, TODAY, judged, NOW, removed=True).removed
    with pytest.raises(Conflict):
        correct_review(trainee(State.AWARDED), REVIEW_ID, TODAY, judged, NOW, removed=True)
