"""The first tables of cpd."""

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
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column(
            "area",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("specialism", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("pupil_outcome", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("school_urn", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("cost_pence", sa.Integer(), nullable=False),
        sa.Column("evaluation_weeks", postgresql.JSONB(), nullable=False),
        sa.Column(
            "state",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("contribution_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
    )
    op.create_index("ix_activity_offered_by", "activity", ["offered_by"], unique=False)
    op.create_index("ix_activity_starts_at", "activity", ["starts_at", "id"], unique=False)
    op.create_table(
        "appropriate_body",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=True),
        sa.Column("own_school_urns", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_appropriate_body"),
    )
    op.create_table(
        "award",
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("trained_at_urns", postgresql.JSONB(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("removal_refused_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("trainee_id", name="pk_award"),
    )
    op.create_index("ix_award_person_id", "award", ["person_id"], unique=False)
    op.create_table(
        "contribution",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contributed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_contribution"),
        sa.UniqueConstraint("id", name="uq_contribution_id"),
        comment="What was told of each source (activity/ID, induction/PERIOD/MENTOR), so that it is told once.",
    )
    op.create_index("ix_contribution_person_id", "contribution", ["person_id"], unique=False)
    op.create_table(
        "diary",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_diary"),
        comment="Locked while somebody books: two bookings of one person at the same time see each other.",
    )
    op.create_table(
        "known_person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first_names", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("trn", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_known_person"),
    )
    op.create_index("ix_known_person_last_name", "known_person", ["last_name"], unique=False)
    op.create_table(
        "post",
        sa.Column("role_period_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("school_urn", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("fte_percent", sa.Integer(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("role_period_id", name="pk_post"),
    )
    op.create_index("ix_post_person_id", "post", ["person_id"], unique=False)
    op.create_index("ix_post_school_urn", "post", ["school_urn"], unique=False)
    op.create_table(
        "school_term",
        sa.Column("school_urn", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_urn", "starts_on", name="pk_school_term"),
    )
    op.create_table(
        "standing",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("exempt_from", sa.Date(), nullable=True),
        sa.Column("exempt_until", sa.Date(), nullable=True),
        sa.Column("failed_in_wales_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_standing"),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("hours_hundredths", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name="fk_booking_activity_id"),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
    )
    op.create_index("ix_booking_person", "booking", ["person_id", "starts_at", "id"], unique=False)
    op.create_index(
        "uq_booking_live",
        "booking",
        ["activity_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'booked')"),
    )
    op.create_index("uq_booking_number", "booking", ["activity_id", "number"], unique=True)
    op.create_table(
        "evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name="ck_evaluation_level"),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="ck_evaluation_score"),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name="fk_evaluation_activity_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
    )
    op.create_index("ix_evaluation_person_id", "evaluation", ["person_id"], unique=False)
    op.create_index(
        "uq_evaluation_question", "evaluation", ["activity_id", "person_id", "level"], unique=True
    )
    op.create_table(
        "induction_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role_period_id", sa.Uuid(), nullable=False),
        sa.Column("school_urn", sa.Text(), nullable=False),
        sa.Column("appropriate_body", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column(
            "rule_set",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("fte_percent", sa.Integer(), nullable=False),
        sa.Column("terms_required_hundredths", sa.Integer(), nullable=False),
        sa.Column("absence_hundredths", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column(
            "refusal_code",
            sa.String(length=40),
            nullable=True,
        ),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("tutor_id", sa.Uuid(), nullable=True),
        sa.Column("at_risk_told_on", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("length_hundredths", sa.Integer(), nullable=False),
        sa.Column("served_hundredths", sa.Integer(), nullable=False),
        sa.Column("interim_due", sa.Boolean(), nullable=False),
        sa.Column(
            "recommendation",
            sa.String(length=40),
            nullable=True,
        ),
        sa.Column("recommended_on", sa.Date(), nullable=True),
        sa.Column("representations", sa.Text(), nullable=True),
        sa.Column("represented_on", sa.Date(), nullable=True),
        sa.Column(
            "decision",
            sa.String(length=40),
            nullable=True,
        ),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("notice_sent_on", sa.Date(), nullable=True),
        sa.Column("appealed_on", sa.Date(), nullable=True),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["appropriate_body"], ["appropriate_body.code"], name="fk_induction_period_appropriate_body"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_induction_period"),
    )
    op.create_index(
        "ix_induction_period_appropriate_body", "induction_period", ["appropriate_body"], unique=False
    )
    op.create_index("ix_induction_period_person_id", "induction_period", ["person_id"], unique=False)
    op.create_index("ix_induction_period_school_urn", "induction_period", ["school_urn"], unique=False)
    op.create_index("ix_induction_period_starts_on", "induction_period", ["starts_on", "id"], unique=False)
    op.create_index(
        "uq_induction_period_live",
        "induction_period",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('proposed', 'open', 'recommended', 'open_to_appeal', 'appealed')"
        ),
    )
    op.create_table(
        "school",
        sa.Column("urn", sa.Text(), nullable=False),
        sa.Column("appropriate_body", sa.Text(), nullable=True),
        sa.Column("intervention_from", sa.Date(), nullable=True),
        sa.Column("intervention_until", sa.Date(), nullable=True),
        sa.Column("inspectorate_certified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appropriate_body"], ["appropriate_body.code"], name="fk_school_appropriate_body"
        ),
        sa.PrimaryKeyConstraint("urn", name="pk_school"),
    )
    op.create_index("ix_school_appropriate_body", "school", ["appropriate_body"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("extends_at_wish", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["induction_period.id"], name="fk_absence_period_id"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_person_id", "absence", ["person_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("served_hundredths", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["induction_period.id"], name="fk_assessment_period_id"),
        sa.PrimaryKeyConstraint("period_id", "term", "kind", name="pk_assessment"),
    )
    op.create_index("ix_assessment_person_id", "assessment", ["person_id"], unique=False)
    op.create_table(
        "period_mentor",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["induction_period.id"], name="fk_period_mentor_period_id"),
        sa.PrimaryKeyConstraint("period_id", "mentor_id", name="pk_period_mentor"),
    )
