"""The first tables of people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    create_shared_tables(op)
    op.create_table(
        "match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("shared", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_match"),
    )
    op.create_index("ix_match_other_id", "match", ["other_id"], unique=False)
    op.create_index(
        "ix_match_waiting",
        "match",
        ["score", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_match_pair", "match", ["one_id", "other_id"], unique=True)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_names", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("sort_name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "name_keys",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("birth_hash", sa.Text(), nullable=True),
        sa.Column("ni_number_hash", sa.Text(), nullable=True),
        sa.Column("identified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.Text(), server_default="known", nullable=False),
        sa.Column("stage_rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("flag", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "gaps",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_stage", sa.Text(), server_default="known", nullable=False),
        sa.Column("told_flag", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index(
        "ix_person_birth_hash",
        "person",
        ["birth_hash"],
        unique=False,
        postgresql_where=sa.text("birth_hash IS NOT NULL"),
    )
    op.create_index(
        "ix_person_email_key",
        "person",
        ["email_key"],
        unique=False,
        postgresql_where=sa.text("email_key IS NOT NULL"),
    )
    op.create_index("ix_person_name_keys", "person", ["name_keys"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_person_ni_number_hash",
        "person",
        ["ni_number_hash"],
        unique=False,
        postgresql_where=sa.text("ni_number_hash IS NOT NULL"),
    )
    op.create_index("ix_person_sort_name", "person", ["sort_name", "id"], unique=False)
    op.create_index("ix_person_stage_rank", "person", ["stage_rank", "sort_name", "id"], unique=False)
    op.create_table(
        "person_detail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("first_names", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("birth_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person_detail"),
    )
    op.create_index("ix_person_detail_person_id", "person_detail", ["person_id"], unique=False)
    op.create_table(
        "person_fact",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "part", name="pk_person_fact"),
    )
    op.create_index(
        "ix_person_fact_person_id", "person_fact", ["person_id", "occurred_at", "sequence"], unique=False
    )
    op.create_table(
        "person_trn",
        sa.Column("trn", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("trn", "person_id", name="pk_person_trn"),
    )
    op.create_index("ix_person_trn_person_id", "person_trn", ["person_id"], unique=False)
    op.create_table(
        "prohibition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("imposed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_prohibition"),
    )
    op.create_index("ix_prohibition_person_id", "prohibition", ["person_id"], unique=False)
    op.create_table(
        "role_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("school_urn", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("full_time_equivalent_percent", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("introduced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_role_period"),
    )
    op.create_index("ix_role_period_school_urn", "role_period", ["school_urn"], unique=False)
    op.create_index(
        "uq_role_period_open",
        "role_period",
        ["person_id", "role", "school_urn"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "voided_fact",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_voided_fact"),
    )
