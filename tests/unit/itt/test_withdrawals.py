"""Withdrawing: date, trigger, future interest and the lists of reasons (domain page, Trainees)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.itt.domain.trainees import State
from services.itt.domain.withdrawals import (
    REASONS,
    FutureInterest,
    Trigger,
    Withdrawal,
    check_before_the_start,
    withdraw,
)
from shared.errors import Invalid, TransitionNotAllowed
from shared.events.itt import TraineeWithdrawn
from tests.unit.itt.builders import NOW, TODAY, trainee

PLAIN = Withdrawal(
    withdrawn_on=TODAY,
    withdrawn_by=Trigger.TRAINEE,
    reasons=["trainee_workload_issues"],
    future_interest=FutureInterest.UNKNOWN,
)


@pytest.mark.parametrize("state", [State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED, State.DEFERRED])
def test_a_trainee_is_withdrawn_with_reasons(state: State) -> None:
    after, (event,) = withdraw(trainee(state), PLAIN, NOW)
    assert (after.state, after.withdrawal_reasons) == (State.WITHDRAWN, ("trainee_workload_issues",))
    assert isinstance(event, TraineeWithdrawn)
    assert (event.withdrawn_by, event.future_interest) == ("trainee", "unknown")


@pytest.mark.parametrize("state", [State.DRAFT, State.RECOMMENDED_FOR_AWARD, State.AWARDED, State.WITHDRAWN])
def test_other_states_cannot_be_withdrawn(state: State) -> None:
    with pytest.raises(TransitionNotAllowed):
        withdraw(trainee(state), PLAIN, NOW)


def test_a_withdrawal_is_not_before_the_start() -> None:
    assert withdraw(trainee(), replace(PLAIN, withdrawn_on=date(2026, 9, 1)), NOW)
    with pytest.raises(Invalid, match="before the start"):
        withdraw(trainee(), replace(PLAIN, withdrawn_on=date(2026, 8, 31)), NOW)


def test_the_lists_have_nine_and_eleven_reasons() -> None:
    assert {trigger.value: len(reasons) for trigger, reasons in REASONS.items()} == {
        "provider": 9,
        "trainee": 11,
    }


@pytest.mark.parametrize(
    ("trigger", "reason"), [(trigger, reason) for trigger in Trigger for reason in REASONS[trigger]]
)
def test_every_reason_of_a_list_is_taken_with_its_text(trigger: Trigger, reason: str) -> None:
    given = replace(PLAIN, withdrawn_by=trigger, reasons=[reason], text="What it was")
    after, _ = withdraw(trainee(), given, NOW)
    assert after.withdrawal_reasons == (reason,)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"reasons": []}, "at least one"),
        ({"reasons": ["mandatory_reasons"]}, "no reason of the trainee"),
        ({"reasons": ["bored"]}, "no reason of the trainee"),
        ({"reasons": ["safeguarding_concerns"]}, "text: is missing"),
        ({"reasons": ["trainee_chose_to_withdraw_another_reason"], "text": " "}, "text: is missing"),
        (
            {"withdrawn_by": Trigger.PROVIDER, "reasons": ["had_to_withdraw_trainee_another_reason"]},
            "text: is missing",
        ),
    ],
)
def test_a_wrong_reason_or_a_missing_text_is_refused(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        withdraw(trainee(), replace(PLAIN, **changes), NOW)


def test_the_text_stays_in_the_service() -> None:
    given = replace(PLAIN, reasons=["safeguarding_concerns", "safeguarding_concerns"], text="Private")
    after, (event,) = withdraw(trainee(), given, NOW)
    assert after.withdrawal_text == "Private"
    assert after.withdrawal_reasons == ("safeguarding_concerns",)
    assert "Private" not in repr(event)


def test_a_withdrawal_has_happened() -> None:
    with pytest.raises(Invalid, match="in the future; give a date up to 2026-11-23"):
        withdraw(trainee(), replace(PLAIN, withdrawn_on=date(2026, 11, 24)), NOW)


def test_nobody_is_withdrawn_from_a_course_that_has_not_begun() -> None:
    later = trainee(itt_start_date=date(2027, 9, 1), itt_end_date=date(2028, 7, 16))
    for day in (TODAY, date(2027, 9, 1), date(2031, 1, 1)):
        with pytest.raises(Invalid, match="begins on 2027-09-01: until then the record is discarded"):
            withdraw(later, replace(PLAIN, withdrawn_on=day), NOW)


def test_who_started_before_the_course_is_withdrawn_on_its_first_day() -> None:
    early = trainee(
        itt_start_date=date(2026, 12, 1),
        trainee_start_date=date(2026, 11, 2),
        started_on=date(2026, 11, 2),
    )
    assert withdraw(early, replace(PLAIN, withdrawn_on=date(2026, 12, 1)), NOW)


def test_before_the_start_the_day_and_the_reasons_are_checked_too() -> None:
    check_before_the_start(trainee(), replace(PLAIN, withdrawn_on=date(2026, 8, 1)), NOW)
    with pytest.raises(Invalid, match="in the future"):
        check_before_the_start(trainee(), replace(PLAIN, withdrawn_on=date(2026, 11, 24)), NOW)
    with pytest.raises(TransitionNotAllowed):
        check_before_the_start(trainee(State.DRAFT), PLAIN, NOW)
