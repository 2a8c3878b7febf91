"""Trainees who come from applications, beside what is there, so that code of the revisions before works with it.

A draft of an application may lack what neither the form nor the course says: those columns may be null from now on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0005"
down_revision = "0004"
MAY_BE_BLANK = ("hesa_id", "sex", "fund_code", "funding_method")
LIVE = sa.text("from_application_id IS NOT NULL AND discarded_at IS NULL")


def upgrade() -> None:
    """Link trainees to applications, and make the table of offered corrections."""
    mark_compatible(op, revision, "0001", "0002", "0003", "0004")
    _link_trainees()
    _create_corrections()


def _link_trainees() -> None:
    for name in MAY_BE_BLANK:
        op.alter_column("trainee", name, nullable=True)
    op.add_column("trainee", sa.Column("from_application_id", sa.Uuid(), nullable=True))
    op.add_column(
        "trainee", sa.Column("application_says", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "trainee",
        sa.Column(
            "matches",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.create_foreign_key(
        "fk_trainee_from_application_id", "trainee", "application", ["from_application_id"], ["id"]
    )
    op.create_index(
        "ix_trainee_from_application",
        "trainee",
        ["from_application_id"],
        unique=True,
        postgresql_where=LIVE,
    )


def _create_corrections() -> None:
    op.create_table(
        "offered_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=False),
        sa.Column("new_value", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name="fk_offered_correction_trainee_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offered_correction"),
    )
    op.create_index(
        "ix_offered_correction_open",
        "offered_correction",
        ["trainee_id", "column_name"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index("ix_offered_correction_list", "offered_correction", ["offered_at", "id"])
    op.create_index("ix_offered_correction_trainee", "offered_correction", ["trainee_id", "offered_at", "id"])
