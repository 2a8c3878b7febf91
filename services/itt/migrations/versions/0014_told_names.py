"""A provider knows the name that the others were told; those of before are told once, by themselves."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column, and the deadline at which all names are told."""
    mark_compatible(op, revision, "0013")
    op.add_column("provider", sa.Column("told_name", sa.Text(), nullable=True))
    op.execute(
        "INSERT INTO due (at, kind, subject)"
        " SELECT now(), 'tell_providers', 'provider/all' WHERE EXISTS (SELECT FROM provider)"
    )
