"""What a move of an application asks of its trainee, and the reverse, as a table."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain import along, leaving, matching
from services.itt.domain.along import Step
from services.itt.domain.applications import Condition, ConditionState
from services.itt.domain.applications import State as Applied
from services.itt.domain.corrections import DiscardCode, discard
from services.itt.domain.trainees import State
from services.itt.domain.withdrawals import FutureInterest, Trigger
from services.itt.domain.withdrawals import withdraw as leave
from shared.errors import Conflict
from shared.events.applications import Recruit
from tests.unit.itt.application_builders import an_application as application
from tests.unit.itt.builders import NOW, TODAY, trainee

SOON: dict[str, Any] = {"itt_start_date": date(2026, 12, 1), "itt_end_date": date(2027, 7, 16)}
WHO = Recruit(first_names="Amina", last_name="Okafor")
BEGUN, NOT_YET = True, False


@pytest.mark.parametrize(
    ("after", "state", "begun", "expected"),
    [
        (Applied.RECRUITED, None, NOT_YET, Step.DRAFT),
        (Applied.RECRUITED, State.DRAFT, NOT_YET, Step.NOTHING),
        (Applied.RECRUITED, State.TRN_RECEIVED, BEGUN, Step.NOTHING),
        (Applied.RECRUITED, State.DEFERRED, BEGUN, Step.REINSTATE),
        (Applied.RECRUITED, State.DEFERRED, NOT_YET, Step.REINSTATE),
        (Applied.RECRUITED, State.WITHDRAWN, BEGUN, Step.NOTHING),
        (Applied.OFFER_DEFERRED, None, NOT_YET, Step.NOTHING),
        (Applied.OFFER_DEFERRED, State.DRAFT, NOT_YET, Step.DISCARD),
        (Applied.OFFER_DEFERRED, State.DRAFT, BEGUN, Step.DISCARD),
        (Applied.OFFER_DEFERRED, State.SUBMITTED_FOR_TRN, NOT_YET, Step.DISCARD),
        (Applied.OFFER_DEFERRED, State.SUBMITTED_FOR_TRN, BEGUN, Step.DEFER),
        (Applied.OFFER_DEFERRED, State.TRN_RECEIVED, BEGUN, Step.DEFER),
        (Applied.OFFER_DEFERRED, State.DEFERRED, BEGUN, Step.NOTHING),
        (Applied.OFFER_DEFERRED, State.WITHDRAWN, BEGUN, Step.NOTHING),
        (Applied.WITHDRAWN, None, NOT_YET, Step.NOTHING),
        (Applied.WITHDRAWN, State.DRAFT, NOT_YET, Step.DISCARD),
        (Applied.WITHDRAWN, State.DRAFT, BEGUN, Step.DISCARD),
        (Applied.WITHDRAWN, State.TRN_RECEIVED, NOT_YET, Step.DISCARD),
        (Applied.WITHDRAWN, State.TRN_RECEIVED, BEGUN, Step.WITHDRAW),
        (Applied.WITHDRAWN, State.DEFERRED, BEGUN, Step.WITHDRAW),
        (Applied.WITHDRAWN, State.WITHDRAWN, BEGUN, Step.NOTHING),
        (Applied.CONDITIONS_NOT_MET, State.DEFERRED, BEGUN, Step.WITHDRAW),
        (Applied.CONDITIONS_NOT_MET, State.DRAFT, NOT_YET, Step.DISCARD),
        (Applied.PENDING_CONDITIONS, State.DEFERRED, BEGUN, Step.NOTHING),
    ],
)
def test_a_move_of_the_application_asks_this_of_the_trainee(
    after: Applied, state: State | None, begun: bool, expected: Step
) -> None:
    """Domain page, "before the course starts": discarded when it has not begun."""
    known = trainee(state, **({} if begun else SOON)) if state else None
    assert along.step(after, known, TODAY) is expected


def test_a_training_that_has_begun_stays_begun_when_it_is_taken_up_later() -> None:
    known = trainee(started_on=date(2026, 9, 1), reinstated_on=date(2027, 9, 1))
    assert known.has_begun(TODAY)


@pytest.mark.parametrize("state", [State.RECOMMENDED_FOR_AWARD, State.AWARDED])
@pytest.mark.parametrize("after", [Applied.WITHDRAWN, Applied.OFFER_DEFERRED, Applied.CONDITIONS_NOT_MET])
def test_the_application_of_a_qualified_trainee_stays(state: State, after: Applied) -> None:
    with pytest.raises(Conflict, match="undo that first"):
        along.refuse_qualified(after, trainee(state))


def test_others_may_leave_and_a_qualified_trainee_may_be_recruited() -> None:
    along.refuse_qualified(Applied.WITHDRAWN, trainee())
    along.refuse_qualified(Applied.RECRUITED, trainee(State.AWARDED))


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (Applied.OFFER_DEFERRED, DiscardCode.APPLICATION_DEFERRED),
        (Applied.WITHDRAWN, DiscardCode.APPLICATION_WITHDRAWN),
        (Applied.CONDITIONS_NOT_MET, DiscardCode.APPLICATION_WITHDRAWN),
    ],
)
def test_who_is_discarded_is_for_this_reason(after: Applied, code: DiscardCode) -> None:
    assert along.discard_code(after) is code


def test_every_reason_of_a_candidate_is_one_of_training() -> None:
    assert set(along.REASONS) == set(leaving.REASONS)


@pytest.mark.parametrize(
    ("given", "text", "reasons", "interest", "said"),
    [
        (
            ("do_not_want_to_train_anymore",),
            None,
            ("does_not_want_to_become_a_teacher",),
            FutureInterest.NO,
            None,
        ),
        (
            ("applying_to_another_provider",),
            None,
            ("moved_to_different_itt_course",),
            FutureInterest.UNKNOWN,
            None,
        ),
        (
            ("apply_in_the_future",),
            None,
            (along.CHOSE,),
            FutureInterest.YES,
            "I plan to apply for teacher training in the future",
        ),
        (("other",), "Moving away", (along.CHOSE,), FutureInterest.UNKNOWN, "Moving away"),
        ((), None, (along.CHOSE,), FutureInterest.UNKNOWN, along.FOR_CANDIDATE),
        (
            ("apply_in_the_future", "do_not_want_to_train_anymore"),
            None,
            (along.CHOSE, "does_not_want_to_become_a_teacher"),
            FutureInterest.UNKNOWN,
            "I plan to apply for teacher training in the future",
        ),
    ],
)
def test_a_training_ends_for_the_candidates_reasons(
    given: tuple[str, ...],
    text: str | None,
    reasons: tuple[str, ...],
    interest: FutureInterest,
    said: str | None,
) -> None:
    gone = replace(application(Applied.WITHDRAWN), withdrawal_reasons=given, withdrawal_text=text)
    made = along.withdrawal(gone, trainee(), NOW)
    assert (made.withdrawn_on, made.withdrawn_by) == (TODAY, Trigger.TRAINEE)
    assert (made.reasons, made.future_interest, made.text) == (reasons, interest, said)
    assert leave(trainee(), made, NOW)[0].state is State.WITHDRAWN


def test_conditions_that_are_not_met_are_the_providers_reason() -> None:
    made = along.withdrawal(application(Applied.CONDITIONS_NOT_MET), trainee(**SOON), NOW)
    assert (made.withdrawn_by, made.withdrawn_on) == (Trigger.PROVIDER, date(2026, 12, 1))
    assert made.text == along.NOT_MET


@pytest.mark.parametrize(
    ("state", "gone", "deferred"),
    [
        (Applied.RECRUITED, Applied.WITHDRAWN, Applied.OFFER_DEFERRED),
        (Applied.PENDING_CONDITIONS, Applied.WITHDRAWN, Applied.OFFER_DEFERRED),
        (Applied.OFFER_DEFERRED, Applied.WITHDRAWN, None),
        (Applied.WITHDRAWN, None, None),
        (Applied.CONDITIONS_NOT_MET, None, None),
    ],
)
def test_a_move_of_the_trainee_asks_this_of_the_application(
    state: Applied, gone: Applied | None, deferred: Applied | None
) -> None:
    known = application(state)
    assert [after.state for after, _ in along.after_withdrawal(known, NOW)] == ([gone] if gone else [])
    assert [after.state for after, _ in along.after_deferral(known, NOW)] == ([deferred] if deferred else [])


@pytest.mark.parametrize("condition", [ConditionState.PENDING, ConditionState.MET])
def test_who_trains_is_recruited_with_conditions_pending_or_met(condition: ConditionState) -> None:
    conditions = (Condition(id=UUID(int=9), text="Swim", state=condition),)
    known = replace(application(Applied.PENDING_CONDITIONS), conditions=conditions)
    ((after, _),) = along.recruited_again(known, WHO, NOW)
    assert after.state is Applied.RECRUITED
    assert along.recruited_again(after, WHO, NOW) == []


@pytest.mark.parametrize("state", [Applied.RECRUITED, Applied.PENDING_CONDITIONS, Applied.OFFER_DEFERRED])
def test_a_trainee_of_a_live_application_is_no_error(state: Applied) -> None:
    with pytest.raises(Conflict, match="withdraw or defer the application"):
        along.refuse_no_code(application(state), DiscardCode.RECORD_ADDED_IN_ERROR)
    along.refuse_no_code(application(state), DiscardCode.APPLICATION_DEFERRED)


def test_others_may_be_errors() -> None:
    along.refuse_no_code(None, DiscardCode.RECORD_ADDED_IN_ERROR)
    along.refuse_no_code(application(Applied.WITHDRAWN), DiscardCode.RECORD_ADDED_IN_ERROR)


def test_a_withdrawal_that_is_undone_leaves_an_ended_application_behind() -> None:
    known = trainee(from_application_id=UUID(int=7))
    assert along.on_its_own(known, application(Applied.WITHDRAWN)).from_application_id is None
    assert along.on_its_own(known, application(Applied.RECRUITED)) == known
    assert along.on_its_own(known, None) == known


def test_a_draft_that_was_never_submitted_goes_with_its_application_at_any_time() -> None:
    after, _ = discard(trainee(State.DRAFT), DiscardCode.APPLICATION_WITHDRAWN, NOW)
    assert after.discarded_at == NOW
    after, _ = discard(trainee(State.DRAFT), DiscardCode.ALREADY_REGISTERED, NOW)
    assert after.discard_code == "already_registered"


@pytest.mark.parametrize(
    ("applied", "after", "discarded"),
    [
        (Applied.RECRUITED, Applied.WITHDRAWN, True),
        (Applied.RECRUITED, Applied.OFFER_DEFERRED, True),
        (Applied.WITHDRAWN, Applied.WITHDRAWN, False),
        (None, Applied.WITHDRAWN, False),
    ],
)
def test_before_the_start_only_who_comes_from_a_live_application_is_discarded(
    applied: Applied | None, after: Applied, discarded: bool
) -> None:
    mine = application(applied) if applied else None
    assert along.before_the_start(mine, after, trainee(**SOON), TODAY) is discarded
    assert along.before_the_start(mine, after, trainee(), TODAY) is False


# --- matches

DRAFT = trainee(State.DRAFT, from_application_id=UUID(int=7))


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED])
def test_a_draft_is_given_up_for_a_trainee_in_training(state: State) -> None:
    matching.refuse(DRAFT, trainee(state))


@pytest.mark.parametrize(
    ("draft", "other", "told"),
    [
        (trainee(State.TRN_RECEIVED), trainee(), "only a draft is given up"),
        (DRAFT, trainee(provider_code="1TZ"), "with 1TZ now"),
        (DRAFT, trainee(from_application_id=UUID(int=8)), "comes from an application, too"),
        (DRAFT, trainee(State.DEFERRED), "deferred: the application needs"),
        (DRAFT, trainee(State.WITHDRAWN), "withdrawn: the application needs"),
        (DRAFT, trainee(State.AWARDED), "awarded: the application needs"),
    ],
)
def test_a_draft_is_not_given_up_for_any_other(draft: object, other: object, told: str) -> None:
    with pytest.raises(Conflict, match=told):
        matching.refuse(draft, other)  # type: ignore[arg-type]
