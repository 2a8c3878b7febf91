"""The guards of a trainee's moves (domain page, Trainees)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.itt.domain import trainees
from services.itt.domain.registration import draft, registered
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events.itt import (
    EytsAwarded,
    QtsAwarded,
    TraineeDeferred,
    TraineeReinstated,
    TraineeSubmittedForTrn,
    TrainingStarted,
    TrnReceived,
)
from tests.unit.itt.builders import NOW, PERSON_ID, TODAY, TRAINEE_ID, details, trainee

CLEARED_ON = date(2026, 7, 20)


def test_a_record_begins_as_a_draft() -> None:
    made = draft(TRAINEE_ID, PERSON_ID, "2A5", details())
    assert made.state is State.DRAFT
    assert made.has_degree


def test_a_registered_trainee_is_told_in_words_without_ni_number_or_equality_data() -> None:
    record = details(ni_number="QQ123456C", ethnicity="120", disability1="58")
    event = registered(draft(TRAINEE_ID, PERSON_ID, "2A5", record), record, None, NOW)
    assert (event.training_route, event.qualification, event.course_subjects) == (
        "school_direct_salaried",
        "QTS",
        ("Mathematics",),
    )
    assert event.person is not None
    assert "QQ123456C" not in repr(event)


def test_a_draft_is_submitted_for_a_trn() -> None:
    after, events = trainees.submit_for_trn(trainee(State.DRAFT, submitted_on=None), NOW)
    assert (after.state, after.submitted_on) == (State.SUBMITTED_FOR_TRN, TODAY)
    assert [type(event) for event in events] == [TraineeSubmittedForTrn]


def test_a_deferred_trainee_is_not_submitted_but_reinstated() -> None:
    with pytest.raises(TransitionNotAllowed, match="reinstated"):
        trainees.submit_for_trn(trainee(State.DEFERRED), NOW)


def test_a_trn_that_arrives_is_stored() -> None:
    after, (event,) = trainees.receive_trn(trainee(State.SUBMITTED_FOR_TRN), "7654321", NOW)
    assert (after.state, after.trn) == (State.TRN_RECEIVED, "7654321")
    assert isinstance(event, TrnReceived)
    assert event.state == "trn_received"


@pytest.mark.parametrize("state", [State.DEFERRED, State.WITHDRAWN])
def test_a_trn_that_arrives_while_deferred_or_withdrawn_is_stored_and_the_state_stays(state: State) -> None:
    after, (event,) = trainees.receive_trn(trainee(state, trn=None), "7654321", NOW)
    assert (after.state, after.trn) == (state, "7654321")
    assert isinstance(event, TrnReceived)
    assert event.state == state.value


@pytest.mark.parametrize("answer", [None, "", "1234567"])
def test_a_trn_is_never_overwritten_by_a_blank_and_the_same_one_changes_nothing(answer: str | None) -> None:
    known = trainee()
    assert trainees.receive_trn(known, answer, NOW) == (known, ())


def test_the_register_may_correct_a_trn() -> None:
    after, events = trainees.receive_trn(trainee(), "7654321", NOW)
    assert after.trn == "7654321"
    assert len(events) == 1


@pytest.mark.parametrize("answer", ["123456", "12345678", "123456a", "１２３４５６７"])
def test_a_trn_has_seven_digits(answer: str) -> None:
    with pytest.raises(Invalid, match="seven digits"):
        trainees.receive_trn(trainee(State.SUBMITTED_FOR_TRN), answer, NOW)


def test_a_draft_gets_no_trn() -> None:
    with pytest.raises(TransitionNotAllowed):
        trainees.receive_trn(trainee(State.DRAFT), "7654321", NOW)


@pytest.mark.parametrize(
    ("submitted_on", "days", "missing"),
    [
        (date(2026, 9, 7), 3, False),
        (date(2026, 9, 7), 4, True),
        (date(2026, 9, 30), 4, True),
        (date(2026, 10, 1), 9, False),
        (date(2026, 10, 1), 10, True),
        (date(2026, 11, 1), 4, True),
    ],
)
def test_a_missing_trn_is_shown_after_4_days_and_10_in_october(
    submitted_on: date, days: int, missing: bool
) -> None:
    on = submitted_on + timedelta(days=days)
    assert trainees.trn_still_missing(State.SUBMITTED_FOR_TRN, None, submitted_on, on) is missing


@pytest.mark.parametrize(
    ("state", "trn", "submitted_on"),
    [
        (State.TRN_RECEIVED, "1234567", date(2026, 1, 1)),
        (State.SUBMITTED_FOR_TRN, "1234567", date(2026, 1, 1)),
        (State.DRAFT, None, None),
        (State.SUBMITTED_FOR_TRN, None, None),
    ],
)
def test_a_trn_that_is_there_or_was_never_asked_for_is_not_missing(
    state: State, trn: str | None, submitted_on: date | None
) -> None:
    assert not trainees.trn_still_missing(state, trn, submitted_on, TODAY)


def test_training_starts_on_the_trainees_own_day() -> None:
    begins = trainee(trainee_start_date=date(2026, 9, 14))
    after, (event,) = trainees.start_training(begins, CLEARED_ON, datetime(2026, 9, 14, 7, tzinfo=UTC))
    assert after.started_on == date(2026, 9, 14)
    assert isinstance(event, TrainingStarted)


def test_training_starts_on_the_courses_day_when_the_trainee_has_none() -> None:
    after, _ = trainees.start_training(trainee(), CLEARED_ON, NOW)
    assert after.started_on == date(2026, 9, 1)


def test_training_does_not_start_while_a_check_is_missing() -> None:
    assert trainees.start_training(trainee(), None, NOW) == (trainee(), ())


def test_who_is_cleared_after_the_first_day_starts_when_they_are() -> None:
    after, _ = trainees.start_training(trainee(), date(2026, 9, 21), NOW)
    assert after.started_on == date(2026, 9, 21)


def test_training_does_not_start_early_or_twice_or_for_somebody_who_is_away() -> None:
    early = datetime(2026, 8, 31, 22, tzinfo=UTC)
    for known, now in [
        (trainee(), early),
        (trainee(started_on=date(2026, 9, 1)), NOW),
        (trainee(State.DEFERRED), NOW),
        (trainee(State.WITHDRAWN), NOW),
        (trainee(discarded_at=NOW), NOW),
    ]:
        assert trainees.start_training(known, CLEARED_ON, now) == (known, ())


@pytest.mark.parametrize("state", [State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED])
def test_training_is_deferred_with_a_reason(state: State) -> None:
    after, (event,) = trainees.defer(trainee(state), TODAY, "Illness ", NOW)
    assert (after.state, after.deferred_on, after.defer_reason) == (State.DEFERRED, TODAY, "Illness")
    assert isinstance(event, TraineeDeferred)
    assert "Illness" not in repr(event)


@pytest.mark.parametrize(("reason", "wrong"), [("x" * 501, "500"), ("  ", "missing")])
def test_a_deferral_has_a_reason_of_up_to_500_characters(reason: str, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        trainees.defer(trainee(), TODAY, reason, NOW)
    assert trainees.defer(trainee(), TODAY, "x" * 500, NOW)


def test_a_deferred_trainee_with_a_trn_is_reinstated_to_trn_received() -> None:
    deferred = trainee(State.DEFERRED, deferred_on=date(2026, 10, 1))
    after, (event,) = trainees.reinstate(deferred, TODAY, date(2028, 7, 1), NOW)
    assert (after.state, after.deferred_on, after.itt_end_date) == (
        State.TRN_RECEIVED,
        None,
        date(2028, 7, 1),
    )
    assert isinstance(event, TraineeReinstated)


def test_a_deferred_trainee_without_a_trn_is_reinstated_to_submitted_and_asked_for_again() -> None:
    deferred = trainee(State.DEFERRED, trn=None)
    after, events = trainees.reinstate(deferred, TODAY, None, NOW)
    assert (after.state, after.submitted_on) == (State.SUBMITTED_FOR_TRN, TODAY)
    assert [type(event) for event in events] == [TraineeReinstated, TraineeSubmittedForTrn]


def test_training_that_had_not_begun_starts_with_the_reinstatement() -> None:
    back, _ = trainees.reinstate(trainee(State.DEFERRED), TODAY, None, NOW)
    assert back.starts_on == TODAY


def test_only_a_deferred_trainee_is_reinstated() -> None:
    with pytest.raises(Conflict, match="Only a deferred"):
        trainees.reinstate(trainee(), TODAY, None, NOW)


def test_a_reinstatement_is_not_before_the_deferral_and_the_course_ends_after_its_start() -> None:
    deferred = trainee(State.DEFERRED, deferred_on=date(2026, 11, 1))
    with pytest.raises(Invalid, match="before the deferral"):
        trainees.reinstate(deferred, date(2026, 10, 31), None, NOW)
    with pytest.raises(Invalid, match="not after the start"):
        trainees.reinstate(deferred, TODAY, date(2026, 9, 1), NOW)


def test_a_reinstated_training_ends_within_five_years() -> None:
    deferred = trainee(State.DEFERRED, deferred_on=date(2026, 11, 1))
    assert trainees.reinstate(deferred, TODAY, date(2031, 12, 31), NOW)
    with pytest.raises(Invalid, match="too far away; give a date up to the end of 2031"):
        trainees.reinstate(deferred, TODAY, date(2032, 1, 1), NOW)


def test_a_pause_and_a_return_have_happened() -> None:
    trainees.refuse_future("deferred_on", TODAY, NOW)
    with pytest.raises(Invalid, match="in the future"):
        trainees.refuse_future("deferred_on", date(2026, 11, 24), NOW)


def test_a_recommended_trainee_is_awarded_qts_with_the_schools_that_trained() -> None:
    after, (event,) = trainees.award(trainee(State.RECOMMENDED_FOR_AWARD), TODAY, ("123456",), NOW)
    assert (after.state, after.awarded_on) == (State.AWARDED, TODAY)
    assert isinstance(event, QtsAwarded)
    assert (event.trained_at_urns, event.training_route) == (("123456",), "school_direct_salaried")


def test_an_early_years_route_awards_eyts() -> None:
    known = trainee(State.RECOMMENDED_FOR_AWARD, training_route="19")
    _, (event,) = trainees.award(known, TODAY, (), NOW)
    assert isinstance(event, EytsAwarded)


def test_nobody_is_awarded_without_a_recommendation() -> None:
    with pytest.raises(TransitionNotAllowed):
        trainees.award(trainee(), TODAY, (), NOW)


@pytest.mark.parametrize("state", list(State))
def test_edits_are_refused_when_recommended_withdrawn_or_awarded(state: State) -> None:
    closed = {State.RECOMMENDED_FOR_AWARD, State.WITHDRAWN, State.AWARDED}
    if state not in closed:
        trainees.refuse_edits_when_closed(trainee(state))
        return
    with pytest.raises(Conflict, match="cannot be changed"):
        trainees.refuse_edits_when_closed(trainee(state))
