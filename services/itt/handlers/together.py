"""A move of a trainee who comes from an application moves that along, in one transaction: both, or neither.

Locks are taken in the order of ``candidacies``: the candidate, the applications, then the trainee.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import along, deferrals
from services.itt.domain.applications import Application, Change, State
from services.itt.domain.corrections import DiscardCode
from services.itt.handlers import candidacies, catalogue, decisions, records
from services.itt.handlers.candidacies import Held
from services.itt.handlers.choices import recruit
from shared.errors import Conflict, Invalid, NotFound
from shared.policy import Principal

Locked = tuple[models.Trainee, Held | None]


def locked(session: Session, by: Principal, action: str, trainee_id: UUID) -> Locked:
    """A trainee for a command, with the application that they come from. Raises NotFound, NotAllowed, Conflict."""
    application_id = records.readable(session, by, "trainee.read", trainee_id).from_application_id
    held = candidacies.hold(session, application_id) if application_id else None
    row = records.locked(session, by, action, trainee_id)
    if row.from_application_id != application_id:
        raise Conflict("The trainee got another application at this moment: ask again")
    return row, held


def deferred(session: Session, now: datetime, by: Principal, held: Held | None) -> None:
    """The training pauses, and so does the place."""
    if held is not None:
        _move(session, now, by, held, along.after_deferral(held.mine, now), "application.defer")


def withdrawn(session: Session, now: datetime, by: Principal, held: Held | None) -> None:
    """The training ended, and so does the application; its place is free again."""
    if held is not None:
        changes = along.after_withdrawal(held.mine, now)
        _move(session, now, by, held, changes, "application.withdraw_for_candidate")


def discarded(session: Session, now: datetime, by: Principal, held: Held | None, code: DiscardCode) -> None:
    """The draft is removed because of its application, which goes along."""
    (deferred if code is DiscardCode.APPLICATION_DEFERRED else withdrawn)(session, now, by, held)


def reinstated(session: Session, now: datetime, by: Principal, held: Held | None) -> None:
    """The training goes on, and the place is taken up in its cycle. Raises Conflict when it cannot be."""
    if held is None:
        return
    try:
        _move(session, now, by, held, _again(session, held, now), "application.reinstate")
    except (Conflict, Invalid, NotFound) as error:
        raise Conflict(
            f"The application of this trainee cannot be reinstated: {error.message}. "
            "Reinstating it on another course brings the trainee along",
            application_id=str(held.mine.id),
            state=held.mine.state.value,
        ) from error


def _again(session: Session, held: Held, now: datetime) -> list[Change]:
    who, mine, changes = recruit(session, held), held.mine, list[Change]()
    if mine.state is State.OFFER_DEFERRED:
        changes = [_reinstated(session, held, now)]
        mine = changes[0][0]
    return changes + along.recruited_again(mine, who, now)


def _reinstated(session: Session, held: Held, now: datetime) -> Change:
    """On the same course of the next cycle, with the conditions as they stand."""
    mine: Application = held.mine
    option_id = decisions.same_again(session, mine)
    course, option = candidacies.options_of(session, [option_id])[option_id]
    made = catalogue.offered(course, option)
    who = recruit(session, held)
    return deferrals.reinstate(mine, made, made.options[0], not mine.pending, who, now)


def _move(
    session: Session, now: datetime, by: Principal, held: Held, changes: Sequence[Change], action: str
) -> None:
    """The trainee is stored first: what follows from the application's move finds them there."""
    session.flush()
    if changes:
        candidacies.changed(session, now, by, held, changes, action=action)
