"""Contacts of organisations, and for whom a message is; code of the revision before works with it."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible
from shared.database.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kinds", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_contact"),
        sa.UniqueConstraint("organisation", "email", name="uq_organisation_contact_organisation_email"),
    )
    op.add_column("message", sa.Column("audience", sa.Text(), server_default="person", nullable=False))
    op.add_column("message", sa.Column("organisation", sa.Text()))
    mark_compatible(op, revision, "0001")
