"""Corrections: administrator commands with a reason, outside the 12 transitions (domain page, Trainees)."""

from datetime import date

import pytest

from services.itt.domain import corrections
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid
from shared.events.itt import (
    AwardUndone,
    CourseCorrected,
    QtsAwarded,
    RecommendationUndone,
    TraineeDiscarded,
    TraineeMoved,
    WithdrawalUndone,
)
from tests.unit.itt.builders import NOW, TODAY, details, trainee


@pytest.mark.parametrize("before", [State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED, State.DEFERRED])
def test_an_undone_withdrawal_goes_back_to_the_state_before(before: State) -> None:
    trn = None if before is State.SUBMITTED_FOR_TRN else "1234567"
    known = trainee(State.WITHDRAWN, trn=trn, withdrawn_on=TODAY, withdrawal_reasons=("x",))
    after, (event,) = corrections.undo_withdrawal(known, before, NOW)
    assert (after.state, after.withdrawn_on, after.withdrawal_reasons) == (before, None, ())
    assert isinstance(event, WithdrawalUndone)
    assert event.state == before.value


def test_a_trn_that_came_meanwhile_counts_when_a_withdrawal_is_undone() -> None:
    known = trainee(State.WITHDRAWN, trn="1234567")
    after, _ = corrections.undo_withdrawal(known, State.SUBMITTED_FOR_TRN, NOW)
    assert after.state is State.TRN_RECEIVED


def test_a_recommendation_is_undone_before_the_award_alone() -> None:
    known = trainee(State.RECOMMENDED_FOR_AWARD, recommended_on=TODAY, standards_met_on=TODAY)
    after, (event,) = corrections.undo_recommendation(known, NOW)
    assert (after.state, after.recommended_on, after.standards_met_on) == (State.TRN_RECEIVED, None, None)
    assert isinstance(event, RecommendationUndone)
    with pytest.raises(Conflict, match="Only a recommendation is undone; this trainee is awarded"):
        corrections.undo_recommendation(trainee(State.AWARDED), NOW)


def test_only_a_withdrawal_is_undone() -> None:
    with pytest.raises(Conflict):
        corrections.undo_withdrawal(trainee(), State.TRN_RECEIVED, NOW)


def test_an_undone_award_takes_the_recommendation_back_with_it() -> None:
    known = trainee(State.AWARDED, awarded_on=TODAY, recommended_on=TODAY, standards_met_on=TODAY)
    after, (event,) = corrections.undo_award(known, NOW)
    assert (after.state, after.awarded_on, after.recommended_on) == (State.TRN_RECEIVED, None, None)
    assert isinstance(event, AwardUndone)
    assert event.qualification == "QTS"


def test_the_only_qts_is_not_undone_once_induction_has_begun() -> None:
    known = trainee(State.AWARDED, awarded_on=TODAY)

    with pytest.raises(Conflict, match="induction has begun") as refused:
        corrections.undo_award(known, NOW, induction_begun_on=TODAY)

    assert refused.value.details["induction_begun_on"] == TODAY.isoformat()


@pytest.mark.parametrize(("route", "other", "qualification"), [("11", True, "QTS"), ("19", False, "EYTS")])
def test_another_qts_or_early_years_status_is_undone_also_after_induction_has_begun(
    route: str, other: bool, qualification: str
) -> None:
    known = trainee(State.AWARDED, awarded_on=TODAY, training_route=route)
    _, (event,) = corrections.undo_award(known, NOW, induction_begun_on=TODAY, has_other_qts=other)
    assert isinstance(event, AwardUndone)
    assert event.qualification == qualification


UNDONE = corrections.UndoneAward(date(2026, 7, 1), date(2026, 6, 30), date(2026, 6, 29))


@pytest.mark.parametrize("state", [State.TRN_RECEIVED, State.RECOMMENDED_FOR_AWARD])
def test_an_award_that_was_undone_too_late_is_made_again_as_it_was(state: State) -> None:
    after, (event,) = corrections.restore_award(trainee(state, trn="1234567"), UNDONE, (), NOW)
    assert (after.state, after.awarded_on) == (State.AWARDED, date(2026, 7, 1))
    assert (after.recommended_on, after.standards_met_on) == (date(2026, 6, 30), date(2026, 6, 29))
    assert isinstance(event, QtsAwarded)
    assert event.awarded_on == date(2026, 7, 1)


def test_an_award_that_stands_is_not_made_again() -> None:
    assert corrections.restore_award(trainee(State.AWARDED), UNDONE, (), NOW)[1] == ()


@pytest.mark.parametrize("state", [State.DEFERRED, State.WITHDRAWN])
def test_an_award_of_a_training_that_ended_meanwhile_is_for_a_person_to_decide(state: State) -> None:
    with pytest.raises(Conflict, match=state.value):
        corrections.restore_award(trainee(state), UNDONE, (), NOW)


def test_only_an_award_is_undone() -> None:
    with pytest.raises(Conflict):
        corrections.undo_award(trainee(), NOW)


def test_the_route_and_course_are_corrected() -> None:
    record = details(training_route="12", course_subject_1="100417")
    after, (event,) = corrections.correct_course(trainee(), record, NOW)
    assert (after.training_route, after.subjects) == ("12", ("Chemistry",))
    assert isinstance(event, CourseCorrected)
    assert (event.training_route, event.qualification) == ("provider_led_postgrad", "QTS")


@pytest.mark.parametrize("state", [State.RECOMMENDED_FOR_AWARD, State.AWARDED])
def test_a_correction_does_not_turn_qts_into_eyts(state: State) -> None:
    with pytest.raises(Conflict, match="EYTS"):
        corrections.correct_course(trainee(state), details(training_route="19"), NOW)


def test_a_trainee_is_moved_to_another_provider() -> None:
    after, (event,) = corrections.move(trainee(), "1TZ", "123456", NOW)
    assert after.provider_code == "1TZ"
    assert isinstance(event, TraineeMoved)
    assert event.from_provider_code == "2A5"


def test_a_move_to_the_same_provider_changes_nothing() -> None:
    assert corrections.move(trainee(), "2A5", "123456", NOW) == (trainee(), ())


@pytest.mark.parametrize("code", ["", "2a5", "ABCD"])
def test_a_provider_code_has_three_characters(code: str) -> None:
    with pytest.raises(Invalid):
        corrections.move(trainee(), code, None, NOW)


NOT_BEGUN = {"itt_start_date": date(2026, 12, 1)}


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED, State.DEFERRED])
def test_a_trainee_whose_course_has_not_begun_is_discarded(state: State) -> None:
    known = trainee(state, **NOT_BEGUN)
    after, (event,) = corrections.discard(known, DiscardCode.APPLICATION_WITHDRAWN, NOW)
    assert after.discarded_at == NOW
    assert isinstance(event, TraineeDiscarded)
    assert event.code == "application_withdrawn"


def test_a_trainee_whose_course_has_begun_is_not_discarded() -> None:
    with pytest.raises(Conflict, match="withdraw the trainee"):
        corrections.discard(trainee(itt_start_date=TODAY), DiscardCode.APPLICATION_DEFERRED, NOW)


@pytest.mark.parametrize("code", DiscardCode)
def test_a_draft_is_discarded_at_any_time_because_nobody_can_withdraw_one(code: DiscardCode) -> None:
    after, _ = corrections.discard(trainee(State.DRAFT), code, NOW)
    assert after.discard_code == code.value


def test_an_import_is_undone_even_after_the_start() -> None:
    after, _ = corrections.discard(trainee(), DiscardCode.IMPORT_UNDONE, NOW)
    assert after.discard_code == "import_undone"


@pytest.mark.parametrize("state", [State.RECOMMENDED_FOR_AWARD, State.AWARDED, State.WITHDRAWN])
def test_who_is_recommended_awarded_or_withdrawn_is_not_discarded(state: State) -> None:
    with pytest.raises(Conflict, match="not discarded"):
        corrections.discard(trainee(state, **NOT_BEGUN), DiscardCode.RECORD_ADDED_IN_ERROR, NOW)


def test_a_correction_says_why() -> None:
    assert corrections.require_reason(" A typing mistake ") == "A typing mistake"
    with pytest.raises(Invalid, match="reason"):
        corrections.require_reason("  ")
