"""Applications: tables beside those that are there, so that code of the revisions before works with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    mark_compatible(op, revision, "0001", "0002")
    op.execute("CREATE SEQUENCE application_feed")
    _create_candidates()
    _create_equality_and_references()
    _create_applications()
    _create_interviews_and_notes()
    _create_duplicates_and_feed()


def _create_candidates() -> None:
    """The candidate, and what they wrote."""
    op.create_table(
        "candidate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("first_names", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("in_progress", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("in_progress BETWEEN 0 AND 4", name=op.f("ck_candidate_in_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("person_id", name=op.f("uq_candidate_person_id")),
    )
    op.create_table(
        "candidate_form",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_from", sa.Integer(), nullable=True),
        sa.Column("duplicate_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_candidate_form_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", "cycle", name=op.f("pk_candidate_form")),
    )
    op.create_index(
        "ix_candidate_form_duplicate_key", "candidate_form", ["cycle", "duplicate_key"], unique=False
    )
    op.create_table(
        "form_section",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id", "cycle"],
            ["candidate_form.candidate_id", "candidate_form.cycle"],
            name=op.f("fk_form_section_candidate_id_cycle"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", "cycle", "section", name=op.f("pk_form_section")),
    )


def _create_equality_and_references() -> None:
    """Apart from the form: equality data, and what referees write."""
    op.create_table(
        "candidate_equality",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("disabilities", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("other_ethnicity_details", sa.Text(), nullable=True),
        sa.Column("other_disability_details", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_candidate_equality_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_candidate_equality")),
    )
    op.create_table(
        "reference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("referee_type", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chasers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("provided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("safeguarding_concerns", sa.Boolean(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidate_id", "cycle"],
            ["candidate_form.candidate_id", "candidate_form.cycle"],
            name=op.f("fk_reference_candidate_id_cycle"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
    )
    op.create_index("ix_reference_form", "reference", ["candidate_id", "cycle"], unique=False)


def _create_applications() -> None:
    """The applications, with the indexes of lists, ends of cycles and the feed."""
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("current_cycle", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("course_option_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_option_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_course_id", sa.Uuid(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("accredited_code", sa.Text(), nullable=False),
        sa.Column("site_code", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("feed_position", sa.BigInteger(), nullable=True),
        sa.Column("feed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("personal_statement", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inactive_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inactive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conditions", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "rejection_reasons", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "withdrawal_reasons", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("withdrawal_text", sa.Text(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("recruited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conditions_not_met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deferred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_before_deferral", sa.Text(), nullable=True),
        sa.Column("deferred_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_application_candidate_id")),
        sa.ForeignKeyConstraint(
            ["chosen_course_id"], ["course.id"], name=op.f("fk_application_chosen_course_id")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_option_id"], ["course_option.id"], name=op.f("fk_application_chosen_option_id")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_application_course_id")),
        sa.ForeignKeyConstraint(
            ["course_option_id"], ["course_option.id"], name=op.f("fk_application_course_option_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(
        "ix_application_accredited_feed",
        "application",
        ["accredited_code", "feed_position"],
        unique=False,
        postgresql_include=["provider_code"],
    )
    op.create_index(
        "ix_application_accredited_name",
        "application",
        ["accredited_code", "current_cycle", "sort_name", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_accredited_sent",
        "application",
        ["accredited_code", "current_cycle", "sent_at", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index("ix_application_candidate_id", "application", ["candidate_id"], unique=False)
    op.create_index("ix_application_course_option_id", "application", ["course_option_id"], unique=False)
    op.create_index(
        "ix_application_cycle_state", "application", ["cycle", "state", "candidate_id"], unique=False
    )
    op.create_index("ix_application_feed_at", "application", ["feed_at", "feed_position"], unique=False)
    op.create_index(
        "ix_application_lead_feed", "application", ["provider_code", "feed_position"], unique=False
    )
    op.create_index(
        "ix_application_lead_name",
        "application",
        ["provider_code", "current_cycle", "sort_name", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_lead_sent",
        "application",
        ["provider_code", "current_cycle", "sent_at", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_unnumbered",
        "application",
        ["recorded_at"],
        unique=False,
        postgresql_where=sa.text("feed_position IS NULL AND sent_at IS NOT NULL"),
    )


def _create_interviews_and_notes() -> None:
    """What belongs to an application."""
    op.create_table(
        "interview",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("additional_details", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancellation_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_interview_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
    )
    op.create_index(op.f("ix_interview_application_id"), "interview", ["application_id"], unique=False)
    op.create_table(
        "application_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(message) BETWEEN 1 AND 500", name=op.f("ck_application_note_message")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_note_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_note")),
    )
    op.create_index(
        op.f("ix_application_note_application_id"), "application_note", ["application_id"], unique=False
    )


def _create_duplicates_and_feed() -> None:
    """Suspected duplicates, and the mark of the feed."""
    op.create_table(
        "candidate_duplicate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_candidate_duplicate_in_order")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["candidate.id"], name=op.f("fk_candidate_duplicate_first_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["candidate.id"], name=op.f("fk_candidate_duplicate_second_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_duplicate")),
        sa.UniqueConstraint(
            "cycle", "first_id", "second_id", name=op.f("uq_candidate_duplicate_cycle_first_id_second_id")
        ),
    )
    op.create_table(
        "application_feed_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_feed_mark")),
    )
