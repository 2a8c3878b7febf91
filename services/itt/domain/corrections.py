"""Corrections: an administrator's commands with a reason, outside the 12 transitions (Register service)."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.itt.domain.dates import today
from services.itt.domain.details import Details
from services.itt.domain.routes import QTS
from services.itt.domain.trainees import Change, State, Trainee, about, award
from shared.errors import Conflict, Invalid
from shared.events.itt import (
    AwardUndone,
    CourseCorrected,
    RecommendationUndone,
    TraineeDiscarded,
    TraineeMoved,
    WithdrawalUndone,
)

_PROVIDER = re.compile(r"[0-9A-Z]{3}")
_DISCARDABLE = frozenset({State.DRAFT, State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED, State.DEFERRED})
_QUALIFIED = frozenset({State.RECOMMENDED_FOR_AWARD, State.AWARDED})


class DiscardCode(StrEnum):
    """Why a record is removed before the course begins."""

    APPLICATION_WITHDRAWN = "application_withdrawn"
    APPLICATION_DEFERRED = "application_deferred"
    RECORD_ADDED_IN_ERROR = "record_added_in_error"
    IMPORT_UNDONE = "import_undone"
    ALREADY_REGISTERED = "already_registered"


# A whole file, or a draft of somebody who is registered already: nobody leaves a training by these.
_AT_ANY_TIME = frozenset({DiscardCode.IMPORT_UNDONE, DiscardCode.ALREADY_REGISTERED})


def require_reason(reason: str) -> str:
    """A correction says why; the reason is kept in the audit."""
    if not reason.strip():
        raise Invalid.field("reason", "is missing; a correction says why it is made")
    return reason.strip()


def undo_withdrawal(trainee: Trainee, state_before: State, now: datetime) -> Change:
    """Back to the state before the withdrawal, or on to ``trn_received`` when a TRN has come since."""
    if trainee.state is not State.WITHDRAWN:
        raise Conflict(f"Only a withdrawal is undone; this trainee is {trainee.state.value}")
    answered = state_before is State.SUBMITTED_FOR_TRN and trainee.trn
    state = State.TRN_RECEIVED if answered else state_before
    after = replace(
        trainee,
        state=state,
        withdrawn_on=None,
        withdrawn_by=None,
        withdrawal_reasons=(),
        withdrawal_text=None,
        future_interest=None,
    )
    event = WithdrawalUndone(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        state=state.value,
    )
    return after, (event,)


def undo_recommendation(trainee: Trainee, now: datetime) -> Change:
    """The recommendation is taken back before the register awards: the trainee may be recommended again.

    Raises Conflict for any other state; after the award, that is undone.
    """
    if trainee.state is not State.RECOMMENDED_FOR_AWARD:
        raise Conflict(f"Only a recommendation is undone; this trainee is {trainee.state.value}")
    after = replace(trainee, state=State.TRN_RECEIVED, recommended_on=None, standards_met_on=None)
    event = RecommendationUndone(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        qualification=trainee.rules.award,
        state=after.state.value,
        employing_school_urn=trainee.employing_school_urn,
    )
    return after, (event,)


def undo_award(
    trainee: Trainee, now: datetime, *, induction_begun_on: date | None = None, has_other_qts: bool = False
) -> Change:
    """The award is taken back with the recommendation that led to it: the trainee may be recommended again.

    Removing the last QTS once induction has started is an error (domain page, "Induction"). Raises Conflict.
    """
    if trainee.state is not State.AWARDED:
        raise Conflict(f"Only an award is undone; this trainee is {trainee.state.value}")
    last = trainee.rules.award == QTS and not has_other_qts
    if last and induction_begun_on is not None:
        raise Conflict(
            "This award cannot be undone: statutory induction has begun, and this is the only QTS",
            induction_begun_on=induction_begun_on.isoformat(),
        )
    after = replace(
        trainee, state=State.TRN_RECEIVED, awarded_on=None, recommended_on=None, standards_met_on=None
    )
    event = AwardUndone(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        qualification=trainee.rules.award,
        state=after.state.value,
    )
    return after, (event,)


@dataclass(frozen=True, slots=True)
class UndoneAward:
    """What the audit keeps of an award that was undone."""

    awarded_on: date
    recommended_on: date | None
    standards_met_on: date | None


def restore_award(trainee: Trainee, undone: UndoneAward, urns: tuple[str, ...], now: datetime) -> Change:
    """The award is made again as it was: undoing it crossed with the beginning of induction.

    Raises Conflict when the training has been deferred or withdrawn meanwhile: then a person decides.
    """
    if trainee.state is State.AWARDED:
        return trainee, ()
    if trainee.state not in (State.TRN_RECEIVED, State.RECOMMENDED_FOR_AWARD):
        raise Conflict(
            f"The award counts on, but this trainee is {trainee.state.value} by now: correct that first"
        )
    before = replace(
        trainee,
        state=State.RECOMMENDED_FOR_AWARD,
        recommended_on=undone.recommended_on,
        standards_met_on=undone.standards_met_on,
    )
    return award(before, undone.awarded_on, urns, now)


def correct_course(trainee: Trainee, details: Details, now: datetime) -> Change:
    """Another route or course. Raises Conflict when it would turn a recommendation or award from QTS to EYTS."""
    after = replace(trainee, training_route=details.training_route, course_subjects=details.subjects)
    if trainee.state in _QUALIFIED and after.rules.award != trainee.rules.award:
        raise Conflict(
            f"The route would award {after.rules.award}; undo the award of {trainee.rules.award} first"
        )
    event = CourseCorrected(
        **about(after, now),
        provider_code=after.provider_code,
        training_route=after.route.value,
        qualification=after.rules.award,
        course_subjects=after.subjects,
    )
    return after, (event,)


def move(trainee: Trainee, provider_code: str, partner_urn: str | None, now: datetime) -> Change:
    """Another provider from now on; the provider that it is already changes nothing.

    ``partner_urn`` is the school that leads the training from now on. All that belongs to the trainee goes along:
    checks, placements with their mentors, days, absences and concerns that are still open. The application does not:
    it is of the course of those who recruited.
    """
    if not _PROVIDER.fullmatch(provider_code):
        raise Invalid.field(
            "provider_code", f"{provider_code!r} is not a provider; its code has 3 letters or digits"
        )
    if provider_code == trainee.provider_code:
        return trainee, ()
    event = TraineeMoved(
        **about(trainee, now),
        provider_code=provider_code,
        from_provider_code=trainee.provider_code,
        training_partner_urn=partner_urn,
    )
    return replace(trainee, provider_code=provider_code, from_application_id=None), (event,)


def discard(trainee: Trainee, code: DiscardCode, now: datetime) -> Change:
    """Remove a trainee whose course has not begun; who has begun is withdrawn. An import is undone at any time.

    A draft that was never submitted is discarded at any time, because the table lets nobody withdraw one.
    """
    if trainee.state not in _DISCARDABLE:
        raise Conflict(f"A trainee who is {trainee.state.value} is not discarded")
    never_began = trainee.state is State.DRAFT
    if not (code in _AT_ANY_TIME or never_began) and trainee.starts_on <= today(now):
        raise Conflict(f"The course began on {trainee.starts_on}: withdraw the trainee")
    event = TraineeDiscarded(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        code=code.value,
    )
    return replace(trainee, discarded_at=now, discard_code=code.value), (event,)
