"""What was done to something and what happened to it: commands from the audit, facts as they were published."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.tables import AUDIT, EVENT_LOG, OUTBOX

View = dict[str, Any]
PEOPLE = frozenset({"person", "about"})


def commands(session: Session, subject: str) -> list[View]:
    """Every command on the subject; ``personal`` is what its audit keeps apart, for the reader to choose from."""
    return [
        {
            "order": (one.at, one.id),
            "at": one.at,
            "kind": "command",
            "what": one.action,
            "who": one.on_behalf_of or one.who,
            "why": one.why,
            "details": one.changes,
            "personal": one.personal or {},
        }
        for one in session.execute(select(AUDIT).where(AUDIT.c.subject == subject))
    ]


def facts(session: Session, subject: str) -> list[View]:
    """Every fact without the people in it. They wait in the outbox until they are sent, then stand in the log; ids say
    in which order they were made."""
    found = {}
    for table in (EVENT_LOG, OUTBOX):
        columns = (table.c.event_id, table.c.type, table.c.headers, table.c.payload)
        rows = session.execute(select(*columns).where(table.c.subject == subject))
        for id_, type_, headers, payload in rows:
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


def in_order(items: list[View]) -> list[View]:
    """Oldest first."""
    return sorted(items, key=lambda item: item["order"])
