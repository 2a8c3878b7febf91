"""Steps that the migrations of every service share. A step is never changed once released: add another."""

from typing import Any

from shared.database.tables import SHARED


def create_shared_tables(op: Any) -> None:
    """Create the tables that every service has, for the first revision of a service."""
    SHARED.create_all(op.get_bind(), checkfirst=False)
