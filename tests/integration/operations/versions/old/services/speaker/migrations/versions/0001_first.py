"""The first tables of speaker."""

from alembic import op

from shared.database.steps import create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    create_shared_tables(op)
    op.execute("CREATE TABLE said (number bigint PRIMARY KEY, subject text NOT NULL)")
    op.execute("CREATE TABLE answered (number bigint PRIMARY KEY)")
