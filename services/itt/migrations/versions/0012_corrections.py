"""Placements and notes that were recorded wrongly stay as rows; a note knows the organisation of its author."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns; a number may be given to another placement once the one that had it is removed."""
    older = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
    mark_compatible(op, revision, *older)
    for table in ("placement", "application_note"):
        op.add_column(table, sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("application_note", sa.Column("organisation", sa.Text(), nullable=True))
    op.create_index(
        "uq_placement_standing",
        "placement",
        ["trainee_id", "number"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_constraint("uq_placement_trainee_id_number", "placement")
