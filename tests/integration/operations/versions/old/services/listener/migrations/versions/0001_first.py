"""The first tables of listener."""

from alembic import op

from shared.database.steps import create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    create_shared_tables(op)
    op.execute(
        "CREATE TABLE heard (number bigint PRIMARY KEY, subject text NOT NULL, sequence bigint NOT NULL,"
        " place bigint GENERATED ALWAYS AS IDENTITY)"
    )
