"""A word has a volume; the version before does not know of it, and may go on."""

from alembic import op

from shared.database.steps import mark_compatible

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Expand."""
    op.execute("ALTER TABLE heard ADD COLUMN volume integer")
    mark_compatible(op, revision, "0001")
