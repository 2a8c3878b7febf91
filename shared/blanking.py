"""Erasing what a service's own log and audit hold of a subject, such as a suggestion without consent.

Facts stay, so that a replay gives the same rows: only what an event declares as personal (``Event.BLANKS``), who
caused it, and the personal part of the audit go. Digests compare ids, and do not notice.
"""

import json

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from shared.database.tables import AUDIT
from shared.events import event_types

_BLANK = """
UPDATE {table} SET headers = headers - 'actor', payload = payload || (
    SELECT coalesce(jsonb_object_agg(blank.key, blank.value), '{{}}'::jsonb)
    FROM jsonb_each(CAST(:blanks AS jsonb)) AS blank WHERE payload ? blank.key
) WHERE subject = :subject
"""
_STATEMENTS = [text(_BLANK.format(table=table)) for table in ("outbox", "event_log")]


def blank(session: Session, subject: str) -> None:
    """Blank what is personal in the events of the subject (``kind/id``), published or not, and in its audit."""
    kind, _, _ = subject.partition("/")
    blanks: dict[str, object] = {}
    for event in event_types().values():
        if event.SUBJECT[0] == kind:
            blanks |= event.BLANKS
    session.flush()
    for statement in _STATEMENTS:
        session.execute(statement, {"blanks": json.dumps(blanks), "subject": subject})
    session.execute(update(AUDIT).where(AUDIT.c.subject == subject).values(personal=None))
