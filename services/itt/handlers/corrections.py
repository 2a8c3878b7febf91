"""Corrections: an administrator's commands with a reason, kept in the audit."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import along, corrections
from services.itt.domain.corrections import DiscardCode, require_reason
from services.itt.domain.dates import today
from services.itt.domain.details import COURSE
from services.itt.domain.trainees import State
from services.itt.handlers import awards, records, together
from services.itt.handlers.edits import corrected, store_record
from services.itt.handlers.registration import check_provider
from services.itt.handlers.removal import remove
from services.itt.handlers.views import View, view
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid
from shared.policy import Principal
from shared.timers import cancel


def undo_withdrawal(session: Session, now: datetime, by: Principal, *, trainee_id: UUID, reason: str) -> View:
    """The withdrawal was a mistake: back to the state before it, which the audit knows.

    An application that was withdrawn has no way back (the 38 moves): the trainee goes on without it.
    """
    row, held = together.locked(session, by, "trainee.undo_withdrawal", trainee_id)
    why, known = require_reason(reason), records.trainee(row)
    before = _state_before(session, row) if known.state is State.WITHDRAWN else known.state
    after, events = corrections.undo_withdrawal(known, before, now)
    after = along.on_its_own(after, held.mine if held else None)
    records.changed(session, now, by, row, after, events, action="trainee.undo_withdrawal", why=why)
    records.expect(session, after, now)
    return view(session, now, by, row)


def _state_before(session: Session, row: models.Trainee) -> State:
    trail = audit_trail(session, records.subject(row.id))
    states = [each.changes["state"][0] for each in trail if each.action == "trainee.withdraw"]
    if not states:
        raise Conflict("The audit does not say which state was before this withdrawal")
    return State(states[-1])


def undo_recommendation(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, reason: str
) -> View:
    """The recommendation was a mistake: nothing is awarded. Raises Conflict unless the trainee is recommended."""
    row = records.locked(session, by, "trainee.undo_recommendation", trainee_id)
    why = require_reason(reason)
    after, events = corrections.undo_recommendation(records.trainee(row), now)
    action = "trainee.undo_recommendation"
    records.changed(session, now, by, row, after, events, action=action, why=why)
    cancel(session, "award", records.subject(row.id))
    return view(session, now, by, row)


def undo_award(session: Session, now: datetime, by: Principal, *, trainee_id: UUID, reason: str) -> View:
    """The award was a mistake: taken back together with the recommendation.

    Raises Conflict for the only QTS of somebody whose induction has begun.
    """
    row = records.locked(session, by, "trainee.undo_award", trainee_id)
    why = require_reason(reason)
    after, events = corrections.undo_award(
        records.trainee(row),
        now,
        induction_begun_on=awards.induction_begun_on(session, row),
        has_other_qts=awards.has_other_qts(session, row),
    )
    records.changed(session, now, by, row, after, events, action="trainee.undo_award", why=why)
    cancel(session, "award", records.subject(row.id))
    return view(session, now, by, row)


def correct_course(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    changes: Mapping[str, str],
    reason: str,
) -> View:
    """Another route or course: the columns of the route, the subjects and the ages, and what goes with them."""
    row = records.locked(session, by, "trainee.correct_course", trainee_id)
    why = require_reason(reason)
    allowed = (*COURSE, "study_mode", "iqts_country", "employing_school_urn", "training_partner_urn")
    if strange := sorted(set(changes) - set(allowed)):
        fields = {name: ["is no column of the course"] for name in strange}
        raise Invalid(f"{', '.join(strange)} is no column of the course", fields=fields)
    record = corrected(records.whole(session, row), changes, today(now))
    after, events = corrections.correct_course(records.trainee(row), record, now)
    differences = store_record(session, row, record)
    known = records.refreshed(row, after, record)
    if differences:
        action = "trainee.correct_course"
        records.changed(session, now, by, row, known, events, action=action, why=why, more=differences)
    return view(session, now, by, row)


def move_trainee(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    provider_code: str,
    reason: str,
    training_partner_urn: str | None = None,
) -> View:
    """The trainee belongs to another provider from now on, with all that is recorded, and without the application.

    That stays with those who recruited, and no longer moves the trainee, nor the trainee it. The lead school stays
    unless another is given; who led before reads the trainee no more. Raises Invalid for a provider that nobody has
    registered, or a partner on a route that has none.
    """
    row = records.locked(session, by, "trainee.move", trainee_id)
    why, known = require_reason(reason), records.trainee(row)
    if training_partner_urn and not known.rules.training_partner:
        raise Invalid.field("training_partner_urn", "this route has no training partner; leave it out")
    partner = training_partner_urn or row.training_partner_urn
    after, events = corrections.move(known, provider_code, partner, now)
    if events:
        check_provider(session, provider_code)
    more = records.assign(row, {"training_partner_urn": partner}) if events else {}
    records.changed(session, now, by, row, after, events, action="trainee.move", why=why, more=more)
    return view(session, now, by, row)


def discard_trainee(
    session: Session, now: datetime, by: Principal, *, trainee_id: UUID, code: DiscardCode, reason: str
) -> dict[str, UUID]:
    """Remove a trainee whose course has not begun; the audit keeps who it was and why.

    The application that it came from goes along with the code: withdrawn or deferred. Raises Conflict for another code
    while it is live.
    """
    row, held = together.locked(session, by, "trainee.discard", trainee_id)
    along.refuse_no_code(held.mine if held else None, code)
    remove(session, now, by, [row], code, require_reason(reason))
    together.discarded(session, now, by, held, code)
    return {"trainee_id": row.id}
