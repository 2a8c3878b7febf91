"""What providers are called; code of the revisions before works beside it."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_provider"),
    )
    mark_compatible(op, revision, "0001", "0002", "0003")
