"""What providers sign off, beside what is there, so that code of the revisions before works with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables, and set the first dates of the census and the performance profile: they follow themselves."""
    mark_compatible(op, revision, "0001", "0002", "0003", "0004", "0005", "0006", "0007")
    _create_returns()
    _create_sign_offs()
    op.execute(
        "INSERT INTO due (at, kind, subject) VALUES"
        " ('2026-08-31T23:00:00Z', 'returns_open', 'census/2026'),"
        " ('2027-01-11T00:00:00Z', 'returns_open', 'performance_profile/2025')"
    )


def _create_returns() -> None:
    op.create_table(
        "statutory_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("academic_year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sign_offs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("signed_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_until", sa.Date(), nullable=True),
        sa.Column("reopen_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statutory_return")),
        sa.UniqueConstraint(
            "kind",
            "academic_year",
            "provider_code",
            name=op.f("uq_statutory_return_kind_academic_year_provider_code"),
        ),
    )
    op.create_index(
        "ix_statutory_return_provider",
        "statutory_return",
        ["provider_code", "kind", "academic_year"],
        unique=False,
    )


def _create_sign_offs() -> None:
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["statutory_return.id"], name=op.f("fk_sign_off_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("return_id", "number", name=op.f("uq_sign_off_return_id_number")),
    )
