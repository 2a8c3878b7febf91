"""Placements and notes that were recorded wrongly stay as rows; a note knows the organisation of its author.

Code of the revisions before would count and show what was removed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns; a number may be given to another placement once the one that had it is removed."""
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
