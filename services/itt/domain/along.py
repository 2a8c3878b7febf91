"""An application and the trainee who came from it move along together: what one asks of the other.

Domain page, "Trainees": before the course starts a trainee is discarded with a reason when the application is withdrawn
or deferred, reinstating makes a new draft; from the start on the training is deferred, reinstated or withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from services.itt.domain import deferrals, leaving
from services.itt.domain.applications import EXPECTED, TRANSITIONS, Application
from services.itt.domain.applications import Change as ApplicationChange
from services.itt.domain.applications import State as Applied
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.dates import today
from services.itt.domain.recruitment import confirm_conditions, recruit_with_pending
from services.itt.domain.trainees import State, Trainee
from services.itt.domain.withdrawals import FutureInterest, Trigger, Withdrawal
from shared.errors import Conflict
from shared.events.applications import Recruit

QUALIFIED = frozenset({State.RECOMMENDED_FOR_AWARD, State.AWARDED})
GONE = frozenset({Applied.WITHDRAWN, Applied.CONDITIONS_NOT_MET})
WHY_DEFERRED = "The application was deferred to the next cycle"


class Step(StrEnum):
    """What a move of the application asks of the trainee."""

    NOTHING = "nothing"
    DRAFT = "draft"
    REINSTATE = "reinstate"
    DEFER = "defer"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


def step(after: Applied, trainee: Trainee | None, on: date) -> Step:
    """What becomes of the trainee (None: there is none that is live) when the application is in this state now.

    Where the trainee is there already, nothing: that is how a move that began with the trainee comes back.
    """
    if after is Applied.RECRUITED:
        return _recruited(trainee)
    if trainee is None or trainee.state is State.WITHDRAWN:
        return Step.NOTHING
    if after is Applied.OFFER_DEFERRED and trainee.state is not State.DEFERRED:
        return Step.DEFER if trainee.has_begun(on) else Step.DISCARD
    if after in GONE:
        return Step.WITHDRAW if trainee.has_begun(on) else Step.DISCARD
    return Step.NOTHING


def _recruited(trainee: Trainee | None) -> Step:
    if trainee is None:
        return Step.DRAFT
    return Step.REINSTATE if trainee.state is State.DEFERRED else Step.NOTHING


def before_the_start(application: Application | None, after: Applied, trainee: Trainee, on: date) -> bool:
    """Whether a trainee who leaves or pauses is discarded, with the application going to this state.

    Without an application that is live there is nothing to reinstate: the record stays.
    """
    live = application is not None and application.state in EXPECTED
    return live and step(after, trainee, on) is Step.DISCARD


def refuse_qualified(after: Applied, trainee: Trainee) -> None:
    """Raises Conflict for an application that would leave while its trainee is recommended or has the award."""
    if trainee.state in QUALIFIED and after in GONE | {Applied.OFFER_DEFERRED}:
        raise Conflict(
            f"The trainee of this application is {trainee.state.value}: undo that first",
            trainee_id=str(trainee.id),
            state=trainee.state.value,
        )


def discard_code(after: Applied) -> DiscardCode:
    """Why a trainee whose course has not begun is discarded."""
    deferred = after is Applied.OFFER_DEFERRED
    return DiscardCode.APPLICATION_DEFERRED if deferred else DiscardCode.APPLICATION_WITHDRAWN


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a reason to withdraw an application is among the reasons to withdraw from training."""

    reason: str
    interest: FutureInterest


CHOSE = "trainee_chose_to_withdraw_another_reason"
REASONS = MappingProxyType(
    {
        "applying_to_another_provider": Leaving("moved_to_different_itt_course", FutureInterest.UNKNOWN),
        "change_or_update_application": Leaving(CHOSE, FutureInterest.UNKNOWN),
        "apply_in_the_future": Leaving(CHOSE, FutureInterest.YES),
        "do_not_want_to_train_anymore": Leaving("does_not_want_to_become_a_teacher", FutureInterest.NO),
        leaving.OTHER: Leaving(CHOSE, FutureInterest.UNKNOWN),
    }
)
FOR_CANDIDATE = "The candidate told the provider, which withdrew the application"
NOT_MET = "The conditions of the offer were not met"


def withdrawal(after: Application, trainee: Trainee, now: datetime) -> Withdrawal:
    """How a training ends whose application did: today, for the candidate's reasons by the national list.

    Conditions that were not met are the provider's reason.
    """
    ends = max(today(now), trainee.itt_start_date)
    if after.state is Applied.CONDITIONS_NOT_MET:
        reasons: Sequence[str] = ("had_to_withdraw_trainee_another_reason",)
        return Withdrawal(
            withdrawn_on=ends,
            withdrawn_by=Trigger.PROVIDER,
            reasons=reasons,
            future_interest=FutureInterest.UNKNOWN,
            text=NOT_MET,
        )
    given = [REASONS[code] for code in after.withdrawal_reasons]
    reasons = tuple(dict.fromkeys(each.reason for each in given)) or (CHOSE,)
    return Withdrawal(
        withdrawn_on=ends,
        withdrawn_by=Trigger.TRAINEE,
        reasons=reasons,
        future_interest=_interest(given),
        text=_text(after) if CHOSE in reasons else None,
    )


def _interest(given: Sequence[Leaving]) -> FutureInterest:
    """Yes or no where the reasons agree on it."""
    said = {each.interest for each in given} - {FutureInterest.UNKNOWN}
    return said.pop() if len(said) == 1 else FutureInterest.UNKNOWN


def _text(after: Application) -> str:
    words = [leaving.REASONS[code] for code in after.withdrawal_reasons if REASONS[code].reason == CHOSE]
    return after.withdrawal_text or "; ".join(words) or FOR_CANDIDATE


# --- what a move of the trainee asks of the application


def after_withdrawal(application: Application, now: datetime) -> list[ApplicationChange]:
    """The trainee left: so does the application, while it can (the 38 moves)."""
    if "withdraw" not in TRANSITIONS.allowed(application.state):
        return []
    return [leaving.withdraw(application, (), None, leaving.FOR_CANDIDATE, now)]


def after_deferral(application: Application, now: datetime) -> list[ApplicationChange]:
    """The training pauses: the place is put off to the next cycle, while it can be."""
    if "defer_offer" not in TRANSITIONS.allowed(application.state):
        return []
    return [deferrals.defer(application, now)]


def recruited_again(application: Application, who: Recruit, now: datetime) -> list[ApplicationChange]:
    """A place that was taken up again with conditions to meet: the trainee trains, so that they are recruited."""
    if application.state is not Applied.PENDING_CONDITIONS:
        return []
    settle = recruit_with_pending if application.pending else confirm_conditions
    return [settle(application, who, now)]


def on_its_own(trainee: Trainee, application: Application | None) -> Trainee:
    """The trainee without an application that has ended for good: a withdrawal that is undone does not revive it."""
    if application is None or application.state in EXPECTED:
        return trainee
    return replace(trainee, from_application_id=None)


def refuse_no_code(application: Application | None, code: DiscardCode) -> None:
    """A trainee of a live application is not discarded for another reason than the application's. Raises Conflict."""
    if application is None or code in (DiscardCode.APPLICATION_WITHDRAWN, DiscardCode.APPLICATION_DEFERRED):
        return
    if application.state in EXPECTED:
        raise Conflict(
            f"This trainee comes from an application that is {application.state.value}: "
            "withdraw or defer the application, which discards the trainee",
            application_id=str(application.id),
        )
