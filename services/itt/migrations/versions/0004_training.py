"""Training: tables beside those that are there, so that code of the revisions before works with them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    mark_compatible(op, revision, "0001", "0002", "0003")
    _create_checks()
    _create_school_days()
    _create_absences()
    _create_concerns()
    for table in ("observation", "review"):
        op.add_column(table, sa.Column("recorded_by", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def _trainee_id() -> sa.Column[Any]:
    return sa.Column("trainee_id", sa.Uuid(), nullable=False)


def _of_trainee(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_trainee_id")
    return sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name=name, ondelete="CASCADE")


def _recorded() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_checks() -> None:
    """The five checks before training."""
    op.create_table(
        "suitability_check",
        _trainee_id(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_recorded(),
        _of_trainee("suitability_check"),
        sa.PrimaryKeyConstraint("trainee_id", "kind", name=op.f("pk_suitability_check")),
    )


def _create_school_days() -> None:
    """Days in the schools of placements."""
    op.create_table(
        "school_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        _trainee_id(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        *_recorded(),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_school_days_period")),
        sa.CheckConstraint("days > 0", name=op.f("ck_school_days_days")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_school_days_placement_id"),
            ondelete="CASCADE",
        ),
        _of_trainee("school_days"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_days")),
    )
    there = sa.text("removed_at IS NULL")
    op.create_index(
        "ix_school_days_trainee_id", "school_days", ["trainee_id"], unique=False, postgresql_where=there
    )


def _create_absences() -> None:
    """When trainees were away."""
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        _trainee_id(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_recorded(),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_absence_period")),
        _of_trainee("absence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    there = sa.text("removed_at IS NULL")
    op.create_index("ix_absence_trainee_id", "absence", ["trainee_id"], unique=False, postgresql_where=there)


def _create_concerns() -> None:
    """Causes for concern with their support plans."""
    op.create_table(
        "concern",
        sa.Column("id", sa.Uuid(), nullable=False),
        _trainee_id(),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("standards", postgresql.JSONB(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("actions", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("reviews", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("escalated_on", sa.Date(), nullable=True),
        sa.Column("escalation", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        *_recorded(),
        _of_trainee("concern"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
    )
    op.create_index(op.f("ix_concern_trainee_id"), "concern", ["trainee_id"], unique=False)
