"""Courses and places: tables beside those that are there, so that code of the revisions before works with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    mark_compatible(op, revision, "0001")
    _create_schools_and_providers()
    _create_courses()
    _create_options()


def _create_schools_and_providers() -> None:
    op.create_table(
        "school",
        sa.Column("urn", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("outward", sa.Text(), nullable=True),
        sa.Column("easting", sa.Integer(), nullable=True),
        sa.Column("northing", sa.Integer(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("la", sa.Text(), nullable=True),
        sa.Column("ukprn", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("urn", name="pk_school"),
    )
    op.create_index("ix_school_outward", "school", ["outward"], unique=False)
    op.create_table(
        "provider",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urn", sa.Text(), nullable=True),
        sa.Column("ukprn", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_provider"),
    )
    op.create_table(
        "partnership",
        sa.Column("lead_code", sa.Text(), nullable=False),
        sa.Column("accredited_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_partnership_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["lead_code"], ["provider.code"], name="fk_partnership_lead_code"),
        sa.ForeignKeyConstraint(
            ["accredited_code"], ["provider.code"], name="fk_partnership_accredited_code"
        ),
        sa.PrimaryKeyConstraint("lead_code", "accredited_code", "from_on", name="pk_partnership"),
    )


def _create_courses() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("accredited_code", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rolled_over_from", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("subjects", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("age_range", sa.Text(), nullable=True),
        sa.Column("study_mode", sa.Text(), nullable=True),
        sa.Column("funding", sa.Text(), nullable=True),
        sa.Column("route", sa.Text(), nullable=True),
        sa.Column("qualification", sa.Text(), nullable=True),
        sa.Column("start_month", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("school_days", sa.Integer(), nullable=True),
        sa.Column("degree_required", sa.Text(), nullable=True),
        sa.Column("gcse", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("fee_pence", sa.Integer(), nullable=True),
        sa.Column("visa_sponsorship", sa.Boolean(), nullable=True),
        sa.Column("allocated_places", sa.Integer(), nullable=True),
        sa.CheckConstraint("allocated_places >= 0", name=op.f("ck_course_allocation")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name="fk_course_provider_code"),
        sa.ForeignKeyConstraint(["accredited_code"], ["provider.code"], name="fk_course_accredited_code"),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
        sa.UniqueConstraint("cycle", "provider_code", "code", name="uq_course_cycle_provider_code_code"),
    )
    op.create_index("ix_course_accredited", "course", ["cycle", "accredited_code"], unique=False)
    op.create_index("ix_course_state", "course", ["cycle", "state"], unique=False)
    op.create_index("ix_course_subjects", "course", ["subjects"], unique=False, postgresql_using="gin")


def _create_options() -> None:
    op.create_table(
        "course_option",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("site_code", sa.Text(), nullable=False),
        sa.Column("site_urn", sa.Text(), nullable=False),
        sa.Column("study_mode", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "accepted >= 0 AND accepted <= places", name=op.f("ck_course_option_accepted_within_places")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_course_option_course_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_course_option"),
        sa.UniqueConstraint(
            "course_id", "site_code", "study_mode", name="uq_course_option_course_id_site_code_study_mode"
        ),
    )
    op.create_index("ix_course_option_site_urn", "course_option", ["site_urn"], unique=False)
