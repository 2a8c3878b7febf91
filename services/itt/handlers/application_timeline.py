"""What became of an application: facts for everybody who may read it, commands for who decides on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt.domain import policy
from services.itt.domain.policy.applications import SELF
from services.itt.handlers import candidacies
from shared.database.tables import AUDIT, EVENT_LOG, OUTBOX
from shared.errors import NotFound
from shared.policy import Principal

View = dict[str, Any]
NOT_FOR_CANDIDATES = frozenset({"itt.application.noted.v1"})
PEOPLE = frozenset({"person", "about"})


def application_timeline(session: Session, now: datetime, by: Principal, *, application_id: UUID) -> View:
    """What happened, oldest first; the candidate sees facts, and not who in the provider's house did it."""
    row = candidacies.find(session, application_id)
    candidate = candidacies.find_candidate(session, row.candidate_id)
    (mine,) = candidacies.loaded(session, [row], {candidate.id: candidate})
    relations = candidacies.relations_of(session, by, mine)
    if not policy.PERMISSIONS.allows(by, "application.timeline", relations):
        raise NotFound(f"There is no application {application_id}")
    subject = candidacies.subject(application_id)
    items = _facts(session, subject)
    if SELF in relations:
        items = [item | {"who": None} for item in items if item["what"] not in NOT_FOR_CANDIDATES]
    else:
        items += _commands(session, subject)
    return {"application_id": application_id, "items": sorted(items, key=lambda item: item["order"])}


def _commands(session: Session, subject: str) -> list[View]:
    return [
        {
            "order": (one.at, one.id),
            "at": one.at,
            "kind": "command",
            "what": one.action,
            "who": one.on_behalf_of or one.who,
            "why": one.why,
            "details": one.changes,
        }
        for one in session.execute(select(AUDIT).where(AUDIT.c.subject == subject))
    ]


def _facts(session: Session, subject: str) -> list[View]:
    """Facts wait in the outbox until they are sent, then stand in the log; ids say in which order they were made."""
    found = {}
    for table in (EVENT_LOG, OUTBOX):
        columns = (table.c.event_id, table.c.type, table.c.headers, table.c.payload)
        for id_, type_, headers, payload in session.execute(
            select(*columns).where(table.c.subject == subject)
        ):
            at = datetime.fromisoformat(headers["time"])
            found[id_] = {
                "order": (at, id_),
                "at": at,
                "kind": "fact",
                "what": type_,
                "who": headers.get("actor"),
                "why": None,
                "details": {name: value for name, value in payload.items() if name not in PEOPLE},
            }
    return list(found.values())
