"""A fact that was recorded in error is voided: it stays on the timeline, and counts no longer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.people.domain.facts import check_voidable
from services.people.domain.policy import PERMISSIONS
from services.people.models import PersonFact, VoidedFact
from shared.aliases import resolve
from shared.audit import audit
from shared.errors import NotFound
from shared.events.people import FactVoided
from shared.messaging import publish
from shared.policy import Principal


def void_fact(
    session: Session, now: datetime, by: Principal, *, fact_id: UUID, reason: str
) -> dict[str, Any]:
    """The fact counts no longer, and the stage is folded again. Asked again, it is so already.

    Raises NotFound, NotAllowed, Invalid (a merge is undone by separating, a voiding not at all).
    """
    PERMISSIONS.require(by, "fact.void")
    rows = list(session.scalars(select(PersonFact).where(PersonFact.event_id == fact_id)))
    if not rows:
        raise NotFound(f"There is no fact {fact_id}.")
    row = max(rows, key=lambda r: r.part == "person_id")
    check_voidable(row.type)
    person_id = resolve(session, row.person_id)
    values = {"event_id": fact_id, "person_id": person_id, "voided_at": now}
    voided = insert(VoidedFact).values(values).on_conflict_do_nothing().returning(VoidedFact.event_id)
    if session.execute(voided).scalar() is not None:
        publish(
            session, FactVoided(occurred_at=now, person_id=person_id, fact_id=fact_id, fact_type=row.type)
        )
        changes = {"fact_id": fact_id, "type": row.type}
        audit(
            session, by, now, action="fact.void", subject=f"person/{person_id}", why=reason, changes=changes
        )
    return {"fact_id": fact_id, "person_id": person_id, "type": row.type}
