"""The tables of trainees, their training and the embedded teacher register."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Sequence, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base

NOT_REMOVED = text("removed_at IS NULL")
FIRST_TRN, LAST_TRN = 1_000_000, 9_999_999
REGISTER_TRN = Sequence("register_trn", start=FIRST_TRN, maxvalue=LAST_TRN, metadata=Base.metadata)


class Trainee(Base):
    """A trainee: the national record without equality data and placements, and what became of it.

    ``moved_on``: a person has changed something since the record came, so that its import cannot be undone.
    ``search_text`` and ``sort_name`` are folded (without case and accents).

    ``from_application_id`` is the application that recruited them here, of which one trainee is live at most;
    ``application_says`` the record's cells as that application gave them last, without equality data; ``matches`` are
    the ids of trainees who may be the same one, for a person to decide. (``application_id`` is the national file's.)
    """

    __tablename__ = "trainee"
    __table_args__ = (
        Index("ix_trainee_list", "provider_code", "sort_name", "id"),
        Index("ix_trainee_duplicates", "provider_code", "date_of_birth"),
        Index("ix_trainee_import_id", "import_id", postgresql_where=text("import_id IS NOT NULL")),
        Index("ix_trainee_trn", "trn", postgresql_where=text("trn IS NOT NULL")),
        Index(
            "ix_trainee_from_application",
            "from_application_id",
            unique=True,
            postgresql_where=text("from_application_id IS NOT NULL AND discarded_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    provider_code: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("trainee_import.id"))
    import_row: Mapped[int | None]
    moved_on: Mapped[bool] = mapped_column(server_default="false")
    search_text: Mapped[str]
    sort_name: Mapped[str]
    from_application_id: Mapped[UUID | None] = mapped_column(ForeignKey("application.id"))
    application_says: Mapped[dict[str, Any] | None]
    matches: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))

    provider_trainee_id: Mapped[str | None]
    application_id: Mapped[str | None]
    hesa_id: Mapped[str | None]
    first_names: Mapped[str]
    last_name: Mapped[str]
    previous_last_name: Mapped[str | None]
    date_of_birth: Mapped[date]
    ni_number: Mapped[str | None]
    sex: Mapped[str | None]
    email: Mapped[str]
    nationality: Mapped[str | None]
    itt_aim: Mapped[str]
    training_route: Mapped[str]
    itt_qualification_aim: Mapped[str | None]
    course_subject_1: Mapped[str]
    course_subject_2: Mapped[str | None]
    course_subject_3: Mapped[str | None]
    study_mode: Mapped[str | None]
    itt_start_date: Mapped[date]
    itt_end_date: Mapped[date]
    course_age_range: Mapped[str]
    course_year: Mapped[str]
    training_partner_urn: Mapped[str | None] = mapped_column(index=True)
    employing_school_urn: Mapped[str | None]
    trainee_start_date: Mapped[date | None]
    pg_apprenticeship_start_date: Mapped[date | None]
    fund_code: Mapped[str | None]
    funding_method: Mapped[str | None]
    training_initiative: Mapped[str | None]
    additional_training_initiative: Mapped[str | None]
    uk_degree: Mapped[str | None]
    non_uk_degree: Mapped[str | None]
    degree_subject: Mapped[str | None]
    degree_grade: Mapped[str | None]
    degree_graduation_year: Mapped[str | None]
    awarding_institution: Mapped[str | None]
    degree_country: Mapped[str | None]
    iqts_country: Mapped[str | None]

    trn: Mapped[str | None]
    submitted_on: Mapped[date | None]
    started_on: Mapped[date | None]
    deferred_on: Mapped[date | None]
    defer_reason: Mapped[str | None]
    reinstated_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[str | None]
    withdrawal_reasons: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    withdrawal_text: Mapped[str | None]
    future_interest: Mapped[str | None]
    assessed_on: Mapped[date | None]
    assessment_passed: Mapped[bool | None]
    standards_met_on: Mapped[date | None]
    recommended_on: Mapped[date | None]
    awarded_on: Mapped[date | None]
    discarded_at: Mapped[datetime | None]
    discard_code: Mapped[str | None]


class TraineeEquality(Base):
    """Equality data, apart from the trainee: read by name for the person's own access and the statutory return."""

    __tablename__ = "trainee_equality"

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), primary_key=True)
    ethnicity: Mapped[str | None]
    disability1: Mapped[str | None]
    disability2: Mapped[str | None]
    disability3: Mapped[str | None]
    disability4: Mapped[str | None]
    disability5: Mapped[str | None]
    disability6: Mapped[str | None]
    disability7: Mapped[str | None]
    disability8: Mapped[str | None]
    disability9: Mapped[str | None]


class Placement(Base):
    """A placement of a trainee in a school; one that came with a file has a school and nothing else yet.

    One that was removed stays as a row with ``removed_at``; another one may have its number.
    """

    __tablename__ = "placement"
    __table_args__ = (
        Index("uq_placement_standing", "trainee_id", "number", unique=True, postgresql_where=NOT_REMOVED),
        Index("ix_placement_mentor_id", "mentor_id", postgresql_where=text("mentor_id IS NOT NULL")),
        Index("ix_placement_mentor_email", "mentor_email", postgresql_where=text("mentor_email IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    number: Mapped[int]
    school_urn: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    mentor_id: Mapped[UUID | None]
    mentor_first_names: Mapped[str | None]
    mentor_last_name: Mapped[str | None]
    mentor_email: Mapped[str | None]
    completed_on: Mapped[date | None]
    days: Mapped[int | None]
    removed_at: Mapped[datetime | None]


class Observation(Base):
    """A lesson that somebody observed. ``recorded_by`` is not known of rows that are older than the column."""

    __tablename__ = "observation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    observed_on: Mapped[date]
    school_urn: Mapped[str]
    observer: Mapped[str]
    notes: Mapped[str]
    recorded_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class Review(Base):
    """A review against the Teachers' Standards; ``final`` is the final assessment, the last of which counts.

    ``standards``: number of the standard -> {"met", "evidence"}.
    """

    __tablename__ = "review"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    final: Mapped[bool]
    reviewed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    standards: Mapped[dict[str, Any]]
    recorded_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class TraineeImport(Base):
    """A file of trainees. ``content`` (gzip) is kept while the file may still be stored or corrected."""

    __tablename__ = "trainee_import"
    __table_args__ = (Index("ix_trainee_import_list", "provider_code", "uploaded_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_code: Mapped[str]
    file_name: Mapped[str]
    state: Mapped[str]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str]
    row_count: Mapped[int]
    blank_rows: Mapped[int]
    error_count: Mapped[int]
    duplicate_count: Mapped[int]
    confirmed_rows: Mapped[list[int]] = mapped_column(JSONB)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class BegunInduction(Base):
    """Whose statutory induction has begun, by whatever id ``services/cpd`` knew them."""

    __tablename__ = "begun_induction"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    begun_on: Mapped[date]


class RegisterEntry(Base):
    """The embedded teacher register: a TRN belongs to one person for ever."""

    __tablename__ = "register_entry"

    trn: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(unique=True)
    issued_at: Mapped[datetime]


class TrnRequest(Base):
    """What a national register was asked for a trainee; ``id`` is its key to the request, one a trainee for ever.

    ``problem`` says what somebody has to look at; ``answers`` counts what came back.
    """

    __tablename__ = "trn_request"
    __table_args__ = (Index("ix_trn_request_state", "state", "opened_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str]
    problem: Mapped[str | None]
    answers: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
