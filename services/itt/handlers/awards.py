"""Awards and the induction that follows them: once it has begun, the last QTS stays.

``services/cpd`` says when induction begins. Until that is known here an award can be undone; when the two cross,
cpd says that the removal is refused, and the award is made again.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import corrections
from services.itt.domain.corrections import UndoneAward
from services.itt.domain.placements import trained_at
from services.itt.domain.routes import QTS
from services.itt.domain.trainees import State
from services.itt.handlers import records
from shared.aliases import known_as
from shared.audit import audit_trail
from shared.errors import Conflict
from shared.events.cpd import InductionOpened, QtsRemovalRefused
from shared.messaging import Fact
from shared.policy import Principal, Role
from shared.timers import cancel

WHY = "induction had begun: the last QTS cannot be taken back"


def record_induction(session: Session, fact: Fact[InductionOpened]) -> None:
    """Projection: the first day of the person's first period."""
    row = {"person_id": fact.event.person_id, "begun_on": fact.event.starts_on}
    statement = insert(models.BegunInduction).values(row)
    first = func.least(models.BegunInduction.begun_on, statement.excluded.begun_on)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[models.BegunInduction.person_id], set_={"begun_on": first}
        )
    )


def restore_award(session: Session, fact: Fact[QtsRemovalRefused]) -> None:
    """Reaction: the award that was undone too late is made again, as the audit knows it. Raises Conflict."""
    row = records.find(session, fact.event.trainee_id, lock=True)
    undone = _undone(session, row.id)
    urns = trained_at(records.placements(session, row.id))
    after, events = corrections.restore_award(records.trainee(row), undone, urns, fact.now)
    by = Principal(id=fact.source, roles=frozenset({Role.SERVICE}))
    records.changed(session, fact.now, by, row, after, events, action="trainee.restore_award", why=WHY)
    cancel(session, "award", records.subject(row.id))


def induction_begun_on(session: Session, row: models.Trainee) -> date | None:
    """When the induction of the trainee's person began, if it did."""
    begun = models.BegunInduction
    return session.scalar(select(func.min(begun.begun_on)).where(begun.person_id.in_(_ids(session, row))))


def has_other_qts(session: Session, row: models.Trainee) -> bool:
    """Whether another record of the same person stands with QTS."""
    others = select(models.Trainee).where(
        models.Trainee.person_id.in_(_ids(session, row)),
        models.Trainee.id != row.id,
        models.Trainee.state == State.AWARDED,
    )
    return any(records.trainee(other).rules.award == QTS for other in session.scalars(others))


def _ids(session: Session, row: models.Trainee) -> set[UUID]:
    return known_as(session, row.person_id) | {row.person_id}


def _undone(session: Session, trainee_id: UUID) -> UndoneAward:
    """The award as it was before it was undone last. Raises Conflict when the audit does not know it."""
    trail = audit_trail(session, records.subject(trainee_id))
    undone = [each.changes for each in trail if each.action == "trainee.undo_award"]
    if not undone:
        raise Conflict("The audit does not know the award that was undone")
    names = ("awarded_on", "recommended_on", "standards_met_on")
    days = {name: date.fromisoformat(undone[-1][name][0]) for name in names if undone[-1].get(name)}
    return UndoneAward(days["awarded_on"], days.get("recommended_on"), days.get("standards_met_on"))
