"""What became of an application: facts for everybody who may read it, commands for who decides on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt.domain import policy
from services.itt.domain.policy.applications import SELF
from services.itt.handlers import candidacies, histories
from shared.errors import NotFound
from shared.policy import Principal

View = dict[str, Any]
NOT_FOR_CANDIDATES = frozenset({"itt.application.noted.v1"})


def application_timeline(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """What happened, oldest first; the candidate sees facts, and not who in the provider's house did it."""
    row = candidacies.find(session, application_id)
    candidate = candidacies.find_candidate(session, row.candidate_id)
    (mine,) = candidacies.loaded(session, [row], {candidate.id: candidate})
    relations = candidacies.relations_of(session, by, mine)
    if not policy.PERMISSIONS.allows(by, "application.timeline", relations):
        raise NotFound(f"There is no application {application_id}")
    subject = candidacies.subject(application_id)
    items = histories.facts(session, subject)
    if SELF in relations:
        items = [item | {"who": None} for item in items if item["what"] not in NOT_FOR_CANDIDATES]
    else:
        items += histories.commands(session, subject)
    return {"application_id": application_id, "items": histories.in_order(items)}
