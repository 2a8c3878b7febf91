"""How a training ends or pauses: recommended, awarded, deferred, reinstated, withdrawn."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt.domain import along, recommendation, trainees, withdrawals
from services.itt.domain.applications import State as Applied
from services.itt.domain.checks import missing
from services.itt.domain.corrections import DiscardCode
from services.itt.domain.dates import today
from services.itt.domain.placements import trained_at
from services.itt.domain.trainees import State
from services.itt.domain.withdrawals import FutureInterest, Trigger, Withdrawal
from services.itt.handlers import records, together, training_rows
from services.itt.handlers.removal import remove
from services.itt.handlers.trn_requests import REGISTER
from services.itt.handlers.views import View, view
from shared.errors import NotFound
from shared.policy import Principal
from shared.timers import cancel, schedule

UNTIL_AWARD = timedelta(days=1)
BEFORE_THE_START = "The course had not begun"


def recommend(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    standards_met_on: date,
    employing_school_urn: str | None = None,
) -> View:
    """Recommend for QTS or EYTS; the register awards a day later. Raises Conflict with ``missing``, Invalid."""
    row = records.locked(session, by, "trainee.recommend", trainee_id)
    after, events = recommendation.recommend(
        records.trainee(row),
        records.placements(session, trainee_id),
        standards_met_on,
        now,
        employing_school_urn=employing_school_urn,
        unchecked=missing(training_rows.checks_of_one(session, row.id), today(now)),
    )
    records.changed(session, now, by, row, after, events, action="trainee.recommend")
    schedule(session, now + UNTIL_AWARD, "award", records.subject(row.id))
    return view(session, now, by, row)


def award(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, awarded_on: date | None = None
) -> View:
    """Award QTS or EYTS, for the Department. Raises TransitionNotAllowed unless recommended."""
    row = records.locked(session, by, "trainee.award", trainee_id)
    urns = trained_at(records.placements(session, trainee_id))
    after, events = trainees.award(records.trainee(row), awarded_on or today(now), urns, now)
    records.changed(session, now, by, row, after, events, action="trainee.award")
    cancel(session, "award", records.subject(row.id))
    return view(session, now, by, row)


def award_due(session: Session, now: datetime, subject: str) -> None:
    """Timer: the register awards who is still recommended."""
    try:
        row = records.find(session, records.trainee_id_of(subject), lock=True)
    except NotFound:
        return
    known = records.trainee(row)
    if known.state is State.RECOMMENDED_FOR_AWARD:
        urns = trained_at(records.placements(session, row.id))
        after, events = trainees.award(known, today(now), urns, now)
        records.changed(session, now, REGISTER, row, after, events, action="trainee.award")


def defer(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    reason: str,
    deferred_on: date | None = None,
) -> View:
    """Pause the training; the reason (up to 500 characters) stays in this service. Its application is deferred, too.

    Before the course begins, who comes from an application is discarded with it; reinstating that makes a new draft.
    """
    row, held = together.locked(session, by, "trainee.defer", trainee_id)
    known, paused_on = records.trainee(row), deferred_on or today(now)
    trainees.refuse_future("deferred_on", paused_on, now)
    after, events = trainees.defer(known, paused_on, reason, now)
    if along.before_the_start(held.mine if held else None, Applied.OFFER_DEFERRED, known, today(now)):
        more: records.Changes = {"defer_reason": (None, reason.strip())}
        remove(session, now, by, [row], DiscardCode.APPLICATION_DEFERRED, BEFORE_THE_START, more)
    else:
        records.changed(session, now, by, row, after, events, action="trainee.defer")
    together.deferred(session, now, by, held)
    return view(session, now, by, row)


def reinstate(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    reinstated_on: date | None = None,
    itt_end_date: date | None = None,
) -> View:
    """Take a deferred training up again, with another end when it is given.

    Its application is reinstated on the same course of the next cycle. Raises Conflict when that cannot be.
    """
    row, held = together.locked(session, by, "trainee.reinstate", trainee_id)
    known, back_on = records.trainee(row), reinstated_on or today(now)
    trainees.refuse_future("reinstated_on", back_on, now)
    after, events = trainees.reinstate(known, back_on, itt_end_date, now)
    records.changed(session, now, by, row, after, events, action="trainee.reinstate")
    records.expect(session, after, now)
    together.reinstated(session, now, by, held)
    return view(session, now, by, row)


def withdraw(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    withdrawn_on: date,
    withdrawn_by: Trigger,
    reasons: Sequence[str],
    future_interest: FutureInterest,
    text: str | None = None,
) -> View:
    """End the training without the award, and the application with it; before the course begins it is discarded.

    Raises Invalid for the date, a reason or a missing text.
    """
    row, held = together.locked(session, by, "trainee.withdraw", trainee_id)
    withdrawal = Withdrawal(
        withdrawn_on=withdrawn_on,
        withdrawn_by=withdrawn_by,
        reasons=reasons,
        future_interest=future_interest,
        text=text,
    )
    known = records.trainee(row)
    if along.before_the_start(held.mine if held else None, Applied.WITHDRAWN, known, today(now)):
        withdrawals.check_before_the_start(known, withdrawal, now)
        more: records.Changes = {"withdrawal_reasons": (None, list(reasons)), "withdrawal_text": (None, text)}
        remove(session, now, by, [row], DiscardCode.APPLICATION_WITHDRAWN, BEFORE_THE_START, more)
    else:
        after, events = withdrawals.withdraw(known, withdrawal, now)
        records.changed(session, now, by, row, after, events, action="trainee.withdraw")
    together.withdrawn(session, now, by, held)
    return view(session, now, by, row)
