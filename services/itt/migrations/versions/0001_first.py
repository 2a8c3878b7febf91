"""The tables of initial teacher training."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything: the shared tables first."""
    create_shared_tables(op)
    op.execute("CREATE SEQUENCE register_trn START 1000000 MINVALUE 1000000 MAXVALUE 9999999 NO CYCLE")
    op.create_table(
        "register_entry",
        sa.Column("trn", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("trn", name="pk_register_entry"),
        sa.UniqueConstraint("person_id", name="uq_register_entry_person_id"),
    )
    op.create_table(
        "trainee_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("blank_rows", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("confirmed_rows", postgresql.JSONB(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_trainee_import"),
    )
    op.create_index(
        "ix_trainee_import_list", "trainee_import", ["provider_code", "uploaded_at", "id"], unique=False
    )
    op.create_table(
        "trainee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("import_row", sa.Integer(), nullable=True),
        sa.Column("moved_on", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("provider_trainee_id", sa.Text(), nullable=True),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("hesa_id", sa.Text(), nullable=False),
        sa.Column("first_names", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("previous_last_name", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("ni_number", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("nationality", sa.Text(), nullable=True),
        sa.Column("itt_aim", sa.Text(), nullable=False),
        sa.Column("training_route", sa.Text(), nullable=False),
        sa.Column("itt_qualification_aim", sa.Text(), nullable=True),
        sa.Column("course_subject_1", sa.Text(), nullable=False),
        sa.Column("course_subject_2", sa.Text(), nullable=True),
        sa.Column("course_subject_3", sa.Text(), nullable=True),
        sa.Column("study_mode", sa.Text(), nullable=True),
        sa.Column("itt_start_date", sa.Date(), nullable=False),
        sa.Column("itt_end_date", sa.Date(), nullable=False),
        sa.Column("course_age_range", sa.Text(), nullable=False),
        sa.Column("course_year", sa.Text(), nullable=False),
        sa.Column("training_partner_urn", sa.Text(), nullable=True),
        sa.Column("employing_school_urn", sa.Text(), nullable=True),
        sa.Column("trainee_start_date", sa.Date(), nullable=True),
        sa.Column("pg_apprenticeship_start_date", sa.Date(), nullable=True),
        sa.Column("fund_code", sa.Text(), nullable=False),
        sa.Column("funding_method", sa.Text(), nullable=False),
        sa.Column("training_initiative", sa.Text(), nullable=True),
        sa.Column("additional_training_initiative", sa.Text(), nullable=True),
        sa.Column("uk_degree", sa.Text(), nullable=True),
        sa.Column("non_uk_degree", sa.Text(), nullable=True),
        sa.Column("degree_subject", sa.Text(), nullable=True),
        sa.Column("degree_grade", sa.Text(), nullable=True),
        sa.Column("degree_graduation_year", sa.Text(), nullable=True),
        sa.Column("awarding_institution", sa.Text(), nullable=True),
        sa.Column("degree_country", sa.Text(), nullable=True),
        sa.Column("iqts_country", sa.Text(), nullable=True),
        sa.Column("trn", sa.Text(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("deferred_on", sa.Date(), nullable=True),
        sa.Column("defer_reason", sa.Text(), nullable=True),
        sa.Column("reinstated_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column(
            "withdrawal_reasons", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("withdrawal_text", sa.Text(), nullable=True),
        sa.Column("future_interest", sa.Text(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("assessment_passed", sa.Boolean(), nullable=True),
        sa.Column("standards_met_on", sa.Date(), nullable=True),
        sa.Column("recommended_on", sa.Date(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discard_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["trainee_import.id"], name="fk_trainee_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trainee"),
    )
    op.create_index("ix_trainee_duplicates", "trainee", ["provider_code", "date_of_birth"], unique=False)
    op.create_index(
        "ix_trainee_import_id",
        "trainee",
        ["import_id"],
        unique=False,
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_index("ix_trainee_list", "trainee", ["provider_code", "sort_name", "id"], unique=False)
    op.create_index("ix_trainee_person_id", "trainee", ["person_id"], unique=False)
    op.create_index("ix_trainee_training_partner_urn", "trainee", ["training_partner_urn"], unique=False)
    op.create_index(
        "ix_trainee_trn", "trainee", ["trn"], unique=False, postgresql_where=sa.text("trn IS NOT NULL")
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("school_urn", sa.Text(), nullable=False),
        sa.Column("observer", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name="fk_observation_trainee_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_observation"),
    )
    op.create_index("ix_observation_trainee_id", "observation", ["trainee_id"], unique=False)
    op.create_table(
        "placement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("school_urn", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_first_names", sa.Text(), nullable=True),
        sa.Column("mentor_last_name", sa.Text(), nullable=True),
        sa.Column("mentor_email", sa.Text(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name="fk_placement_trainee_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_placement"),
        sa.UniqueConstraint("trainee_id", "number", name="uq_placement_trainee_id_number"),
    )
    op.create_index(
        "ix_placement_mentor_email",
        "placement",
        ["mentor_email"],
        unique=False,
        postgresql_where=sa.text("mentor_email IS NOT NULL"),
    )
    op.create_index(
        "ix_placement_mentor_id",
        "placement",
        ["mentor_id"],
        unique=False,
        postgresql_where=sa.text("mentor_id IS NOT NULL"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standards", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name="fk_review_trainee_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_trainee_id", "review", ["trainee_id"], unique=False)
    op.create_table(
        "begun_induction",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_begun_induction"),
    )
    op.create_table(
        "trainee_equality",
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("disability1", sa.Text(), nullable=True),
        sa.Column("disability2", sa.Text(), nullable=True),
        sa.Column("disability3", sa.Text(), nullable=True),
        sa.Column("disability4", sa.Text(), nullable=True),
        sa.Column("disability5", sa.Text(), nullable=True),
        sa.Column("disability6", sa.Text(), nullable=True),
        sa.Column("disability7", sa.Text(), nullable=True),
        sa.Column("disability8", sa.Text(), nullable=True),
        sa.Column("disability9", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name="fk_trainee_equality_trainee_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trainee_id", name="pk_trainee_equality"),
    )
