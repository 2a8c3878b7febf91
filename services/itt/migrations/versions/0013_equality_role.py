"""Equality data belongs to a role of its own: code of the revisions before does not enter it, and would be refused."""

from alembic import op

from shared.database.equality import keep_apart

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Give the tables to the role, which ``continuum migrate`` has made."""
    keep_apart(op.get_bind(), "itt")
