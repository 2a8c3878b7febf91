"""Ending the training without the award: who ends it, why (Register service), and whether they may come back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.itt.domain.dates import today
from services.itt.domain.trainees import TRANSITIONS, Change, Trainee, about
from shared.errors import Invalid, join
from shared.events.itt import TraineeWithdrawn

SAFEGUARDING = "safeguarding_concerns"


class Trigger(StrEnum):
    PROVIDER = "provider"
    TRAINEE = "trainee"


class FutureInterest(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


REASONS = {
    Trigger.PROVIDER: (
        "record_added_in_error",
        "mandatory_reasons",
        "stopped_responding_to_messages",
        "unacceptable_behaviour",
        "lack_of_progress_during_placements",
        "did_not_make_progress",
        "not_meeting_qts_standards",
        SAFEGUARDING,
        "had_to_withdraw_trainee_another_reason",
    ),
    Trigger.TRAINEE: (
        "unacceptable_behaviour",
        "did_not_make_progress",
        "lack_of_progress_during_placements",
        "trainee_workload_issues",
        "not_meeting_qts_standards",
        "change_in_personal_or_health_circumstances",
        "does_not_want_to_become_a_teacher",
        "never_intended_to_obtain_qts",
        "moved_to_different_itt_course",
        SAFEGUARDING,
        "trainee_chose_to_withdraw_another_reason",
    ),
}
TEXT_NEEDED = frozenset(
    {SAFEGUARDING, "had_to_withdraw_trainee_another_reason", "trainee_chose_to_withdraw_another_reason"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """``text`` is what "another reason" or the safeguarding concern was; it stays in this service."""

    withdrawn_on: date
    withdrawn_by: Trigger
    reasons: Sequence[str]
    future_interest: FutureInterest
    text: str | None = None


def withdraw(trainee: Trainee, withdrawal: Withdrawal, now: datetime) -> Change:
    """End the training. Raises TransitionNotAllowed, or Invalid for the date, a reason or a missing text."""
    state = TRANSITIONS.next(trainee.state, "withdraw")
    _check_day(trainee, withdrawal.withdrawn_on, today(now))
    _check_reasons(withdrawal)
    reasons = tuple(dict.fromkeys(withdrawal.reasons))
    after = replace(
        trainee,
        state=state,
        withdrawn_on=withdrawal.withdrawn_on,
        withdrawn_by=withdrawal.withdrawn_by.value,
        withdrawal_reasons=reasons,
        withdrawal_text=withdrawal.text,
        future_interest=withdrawal.future_interest.value,
    )
    event = TraineeWithdrawn(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        withdrawn_on=withdrawal.withdrawn_on,
        withdrawn_by=withdrawal.withdrawn_by.value,
        reasons=reasons,
        future_interest=withdrawal.future_interest.value,
        employing_school_urn=trainee.employing_school_urn,
    )
    return after, (event,)


def check_before_the_start(trainee: Trainee, withdrawal: Withdrawal, now: datetime) -> None:
    """What is asked of a withdrawal whose trainee is discarded, because the course has not begun.

    Raises as ``withdraw`` does; the day is any that is not in the future.
    """
    TRANSITIONS.next(trainee.state, "withdraw")
    _refuse_future(withdrawal.withdrawn_on, today(now))
    _check_reasons(withdrawal)


def _check_day(trainee: Trainee, withdrawn_on: date, on: date) -> None:
    """From the start of the course (domain page, "withdraw") to the present day."""
    starts_on, begun = trainee.itt_start_date, trainee.has_begun(on)
    if starts_on > on and not begun:
        message = f"the course begins on {starts_on}: until then the record is discarded"
        raise Invalid.field("withdrawn_on", message)
    if withdrawn_on < starts_on:
        raise Invalid.field(
            "withdrawn_on", f"is before the start of the course; give a date from {starts_on}"
        )
    _refuse_future(withdrawn_on, max(on, starts_on) if begun else on)


def _refuse_future(withdrawn_on: date, latest: date) -> None:
    if withdrawn_on > latest:
        raise Invalid.field("withdrawn_on", f"is in the future; give a date up to {latest}")


def _check_reasons(withdrawal: Withdrawal) -> None:
    known = REASONS[withdrawal.withdrawn_by]
    if not withdrawal.reasons:
        raise Invalid.field("reasons", "is empty; give at least one reason")
    if strange := [reason for reason in withdrawal.reasons if reason not in known]:
        said = f"{join(strange)} is no reason of the {withdrawal.withdrawn_by.value}; use {join(known)}"
        raise Invalid.field("reasons", said)
    if TEXT_NEEDED.intersection(withdrawal.reasons) and not (withdrawal.text or "").strip():
        raise Invalid.field("text", "is missing; say what the other reason or the safeguarding concern is")
