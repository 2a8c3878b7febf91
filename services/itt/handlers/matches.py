"""A draft of an application may be somebody whom the provider has registered by a file already: a person decides."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import matching
from services.itt.domain.corrections import DiscardCode, require_reason
from services.itt.handlers import offered, records, recruit_records, together
from services.itt.handlers.candidacies import Held
from services.itt.handlers.removal import remove
from services.itt.handlers.views import View, view
from shared.errors import Invalid
from shared.policy import Principal


def settle_match(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    other_trainee_id: UUID,
    same: bool,
    why: str,
) -> View:
    """Say whether a draft and a trainee who looks alike are the same one; gives the trainee who stays.

    The same: the draft is discarded, the application belongs to the other, and what it says otherwise is offered as
    corrections. Two: the mark is taken away. Raises Invalid for no match, Conflict for one with its own application.
    """
    row, held = together.locked(session, by, "trainee.settle_match", trainee_id)
    reason = require_reason(why)
    if str(other_trainee_id) not in row.matches or held is None:
        raise Invalid.field("other_trainee_id", f"{other_trainee_id} is no match of this trainee")
    if not same:
        _are_two(session, now, by, row, other_trainee_id, reason)
        return view(session, now, by, row)
    other = _other(session, other_trainee_id)
    matching.refuse(records.trainee(row), records.trainee(other))
    _are_one(session, now, by, row, other, held, reason)
    return view(session, now, by, other)


def _are_two(
    session: Session, now: datetime, by: Principal, row: models.Trainee, other_id: UUID, why: str
) -> None:
    before, row.matches = row.matches, [each for each in row.matches if each != str(other_id)]
    row.moved_on = True
    changes = {"matches": (before, row.matches)}
    records.note(session, now, by, row.id, "trainee.settle_match", changes, why)


def _other(session: Session, trainee_id: UUID) -> models.Trainee:
    """The other trainee, locked after the draft: nobody else takes two, but who holds the candidate of the draft."""
    return records.find(session, trainee_id, lock=True)


def _are_one(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    other: models.Trainee,
    held: Held,
    why: str,
) -> None:
    said = recruit_records.record(session, held.mine)
    remove(session, now, by, [row], DiscardCode.ALREADY_REGISTERED, why)
    session.flush()
    other.from_application_id, other.moved_on = held.mine.id, True
    session.flush()
    changes = {"from_application_id": (None, held.mine.id)}
    records.note(session, now, by, other.id, "trainee.settle_match", changes, why)
    other.application_says = {}
    offered.keep_up(session, now, by, other, said)
