"""The first tables of people."""

from alembic import op

from shared.database.steps import create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    create_shared_tables(op)
