"""Steps that the migrations of every service share. A step is never changed once released: add another."""

from typing import Any

from shared.database.tables import SCHEMA_MARK, SHARED


def create_shared_tables(op: Any) -> None:
    """Create the tables that every service has, for the first revision of a service."""
    SHARED.create_all(op.get_bind(), checkfirst=False)


def index_event_log_by_subject(op: Any) -> None:
    """What happened to a subject is found by it; a database that was made since then has the index already."""
    op.create_index("ix_event_log_subject", "event_log", ["subject"], if_not_exists=True)


def mark_compatible(op: Any, revision: str, *older: str) -> None:
    """Code whose head is one of the ``older`` revisions may run on this one: it adds, and changes nothing."""
    rows = [{"revision": revision, "compatible_with": known} for known in older]
    op.get_bind().execute(SCHEMA_MARK.insert(), rows)
