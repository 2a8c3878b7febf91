"""What belongs to a trainee and has an id of its own: found, locked with the trainee, noted in the audit."""

from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.handlers import records
from shared.aliases import known_as
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.policy import Principal

# What a person wrote, or what is told of them, goes into the part of the audit that can be blanked; these do not.
PLAIN = frozenset(
    "entry_id placement_id number first_on last_on starts_on ends_on days observed_on reviewed_on checked_on"
    " expires_on raised_on agreed_on review_on escalated_on closed_on started_on state removed".split()
)


class Belonging(Protocol):
    """A row of a trainee, and who recorded it."""

    id: UUID
    trainee_id: UUID
    recorded_by: str | None


B = TypeVar("B", bound=Belonging)


def locked(
    session: Session, by: Principal, action: str, table: type[B], id_: UUID, name: str
) -> tuple[B, models.Trainee]:
    """The row with its trainee, whose lock holds for both. Raises NotFound, NotAllowed to who may only read."""
    unknown = NotFound(f"There is no {name} {id_}")
    stored: B | None = session.get(table, id_)
    if stored is None:
        raise unknown
    try:
        row = records.find(session, stored.trainee_id, lock=True)
    except NotFound:
        raise unknown from None
    relations = records.relations_of(session, by, row)
    if not policy.PERMISSIONS.allows(by, "trainee.read", relations):
        raise unknown
    policy.PERMISSIONS.require(by, action, relations | _author(session, by, stored))
    session.refresh(stored)
    return stored, row


def placement(
    session: Session, by: Principal, action: str, placement_id: UUID
) -> tuple[models.Placement, models.Trainee]:
    """A placement with its trainee, whose lock holds for both. Raises NotFound, and tells a stranger no more by it."""
    unknown = NotFound(f"There is no placement {placement_id}")
    stored = session.get(models.Placement, placement_id)
    if stored is None:
        raise unknown
    try:
        row = records.locked(session, by, action, stored.trainee_id)
    except NotFound:
        raise unknown from None
    session.refresh(stored)
    return stored, row


def standing_placement(
    session: Session, by: Principal, action: str, placement_id: UUID
) -> tuple[models.Placement, models.Trainee]:
    """The same. Raises Conflict, too, when it was removed."""
    stored, row = placement(session, by, action, placement_id)
    if stored.removed_at:
        raise Conflict("This placement was removed; arrange it anew")
    return stored, row


def _author(session: Session, by: Principal, stored: Belonging) -> set[str]:
    try:
        author = UUID(stored.recorded_by or "")
    except ValueError:
        return set()
    wrote = any(by.is_person(id_) for id_ in known_as(session, author) | {author})
    return {policy.AUTHOR} if wrote else set()


def note(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Trainee,
    action: str,
    changes: records.Changes,
    why: str | None = None,
    **about: object,
) -> None:
    """Audit a command on the trainee, who has moved on by it; ``about`` says which entry it was."""
    row.moved_on = True
    audit(session, by, now, **noted(row.id, action, changes, why, **about))


def noted(
    trainee_id: UUID, action: str, changes: records.Changes, why: str | None = None, **about: object
) -> dict[str, Any]:
    """The arguments of ``audit`` for a command on a trainee."""
    told = {name: list(pair) for name, pair in changes.items()}
    return {
        "action": action,
        "subject": records.subject(trainee_id),
        "why": why,
        "changes": about | {name: pair for name, pair in told.items() if name in PLAIN},
        "personal": {name: pair for name, pair in told.items() if name not in PLAIN},
    }
