"""Accreditation, beside what is there, so that code of the revisions before works with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0006"
down_revision = "0005"
NO_LIST = sa.text("'[]'::jsonb")


def upgrade() -> None:
    """Create the tables."""
    mark_compatible(op, revision, "0001", "0002", "0003", "0004", "0005")
    _create_accreditations()
    _create_members()


def _create_accreditations() -> None:
    op.create_table(
        "accreditation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_text", sa.Text(), nullable=True),
        sa.Column("ofsted_grade", sa.Text(), nullable=True),
        sa.Column("partners", postgresql.JSONB(), server_default=NO_LIST, nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("meets_on", sa.Date(), nullable=True),
        sa.Column("chair_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("conditions", postgresql.JSONB(), server_default=NO_LIST, nullable=False),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("accredited_from", sa.Date(), nullable=True),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_code"], ["provider.code"], name=op.f("fk_accreditation_provider_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation")),
    )
    live = sa.text("state IN ('draft', 'submitted', 'panel')")
    op.create_index(
        "ix_accreditation_live", "accreditation", ["provider_code"], unique=True, postgresql_where=live
    )
    op.create_index("ix_accreditation_list", "accreditation", ["state", "created_at", "id"], unique=False)
    op.create_index("ix_accreditation_provider_code", "accreditation", ["provider_code"], unique=False)


def _create_members() -> None:
    op.create_table(
        "accreditation_member",
        sa.Column("accreditation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_names", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("organisations", postgresql.JSONB(), server_default=NO_LIST, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conflict", sa.Boolean(), nullable=True),
        sa.Column("conflict_text", sa.Text(), nullable=True),
        sa.Column("vote", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_accreditation_member_score")),
        sa.ForeignKeyConstraint(
            ["accreditation_id"],
            ["accreditation.id"],
            name=op.f("fk_accreditation_member_accreditation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("accreditation_id", "person_id", name=op.f("pk_accreditation_member")),
    )
    op.create_index("ix_accreditation_member_person_id", "accreditation_member", ["person_id"], unique=False)
