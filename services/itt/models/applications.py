"""The tables of candidates and their applications."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Sequence,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base

FEED = Sequence("application_feed", metadata=Base.metadata)
LISTED = text("sent_at IS NOT NULL")
UNNUMBERED = text("feed_position IS NULL AND sent_at IS NOT NULL")
# What the lists filter by: each index of a list holds it, so that only the rows of a page are read from the table.
FILTERED = ["state", "course_id", "site_code", "search_text"]
NO_LIST = text("'[]'::jsonb")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Candidate(Base):
    """Somebody who applies. ``in_progress`` counts the applications that are: never more than four.

    The names and the birthday are those of the latest form; locking this row is how one candidate's applications
    are decided one after the other.
    """

    __tablename__ = "candidate"
    __table_args__ = (CheckConstraint("in_progress BETWEEN 0 AND 4", name="in_progress"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    email: Mapped[str]
    first_names: Mapped[str]
    last_name: Mapped[str]
    date_of_birth: Mapped[date | None]
    in_progress: Mapped[int] = mapped_column(server_default="0")


class CandidateForm(Base):
    """A candidate's form of one cycle. ``duplicate_key``: who shares it in the cycle may be the same person."""

    __tablename__ = "candidate_form"
    __table_args__ = (Index("ix_candidate_form_duplicate_key", "cycle", "duplicate_key"),)

    candidate_id: Mapped[UUID] = mapped_column(
        ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    cycle: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    carried_from: Mapped[int | None]
    duplicate_key: Mapped[str | None]


class FormSection(Base):
    """A section of a form as it was saved last; ``completed`` is what the candidate says."""

    __tablename__ = "form_section"
    __table_args__ = (
        ForeignKeyConstraint(
            ["candidate_id", "cycle"],
            ["candidate_form.candidate_id", "candidate_form.cycle"],
            ondelete="CASCADE",
        ),
    )

    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    completed: Mapped[bool]
    updated_at: Mapped[datetime]


class CandidateEquality(Base):
    """Equality data, apart from the form: for the candidate's own access, the statutory return, and aggregates."""

    __tablename__ = "candidate_equality"

    candidate_id: Mapped[UUID] = mapped_column(
        ForeignKey("candidate.id", ondelete="CASCADE"), primary_key=True
    )
    sex: Mapped[str | None]
    ethnicity: Mapped[str | None]
    disabilities: Mapped[list[str]] = mapped_column(server_default=NO_LIST)
    other_ethnicity_details: Mapped[str | None]
    other_disability_details: Mapped[str | None]


class Reference(Base):
    """A referee of a form, and what they wrote."""

    __tablename__ = "reference"
    __table_args__ = (
        ForeignKeyConstraint(
            ["candidate_id", "cycle"],
            ["candidate_form.candidate_id", "candidate_form.cycle"],
            ondelete="CASCADE",
        ),
        Index("ix_reference_form", "candidate_id", "cycle"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID]
    cycle: Mapped[int]
    state: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    relationship: Mapped[str]
    referee_type: Mapped[str]
    requested_at: Mapped[datetime | None]
    chased_at: Mapped[datetime | None]
    chasers: Mapped[int] = mapped_column(server_default="0")
    provided_at: Mapped[datetime | None]
    feedback: Mapped[str | None]
    safeguarding_concerns: Mapped[bool | None]
    confidential: Mapped[bool | None]


class Application(Base):
    """One application. ``course_*``, ``provider_code``, ``accredited_code`` are of the course that it is for now.

    ``recorded_at`` (wall clock) is its last change, ``feed_position`` the place of that change in the order in which
    changes became visible: null until somebody reads the feed.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_candidate_id", "candidate_id"),
        Index("ix_application_course_option_id", "course_option_id"),
        Index("ix_application_cycle_state", "cycle", "state", "candidate_id"),
        Index(
            "ix_application_lead_sent",
            "provider_code",
            "current_cycle",
            "sent_at",
            "id",
            postgresql_where=LISTED,
            postgresql_include=FILTERED,
        ),
        Index(
            "ix_application_lead_name",
            "provider_code",
            "current_cycle",
            "sort_name",
            "id",
            postgresql_where=LISTED,
            postgresql_include=FILTERED,
        ),
        Index(
            "ix_application_accredited_sent",
            "accredited_code",
            "current_cycle",
            "sent_at",
            "id",
            postgresql_where=LISTED,
            postgresql_include=[*FILTERED, "provider_code"],
        ),
        Index(
            "ix_application_accredited_name",
            "accredited_code",
            "current_cycle",
            "sort_name",
            "id",
            postgresql_where=LISTED,
            postgresql_include=[*FILTERED, "provider_code"],
        ),
        Index("ix_application_lead_feed", "provider_code", "feed_position", postgresql_include=["id"]),
        Index(
            "ix_application_accredited_feed",
            "accredited_code",
            "feed_position",
            postgresql_include=["provider_code", "id"],
        ),
        Index("ix_application_feed_at", "feed_at", "feed_position"),
        Index("ix_application_unnumbered", "recorded_at", postgresql_where=UNNUMBERED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    cycle: Mapped[int]
    current_cycle: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[datetime]
    course_option_id: Mapped[UUID] = mapped_column(ForeignKey("course_option.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    chosen_option_id: Mapped[UUID] = mapped_column(ForeignKey("course_option.id"))
    chosen_course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    provider_code: Mapped[str]
    accredited_code: Mapped[str]
    site_code: Mapped[str]
    sort_name: Mapped[str]
    search_text: Mapped[str]
    recorded_at: Mapped[datetime]
    feed_position: Mapped[int | None] = mapped_column(BigInteger)
    feed_at: Mapped[datetime | None]

    personal_statement: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    inactive_due_at: Mapped[datetime | None]
    inactive_at: Mapped[datetime | None]
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(server_default=NO_LIST)
    offered_at: Mapped[datetime | None]
    offer_changed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    offer_withdrawn_at: Mapped[datetime | None]
    offer_withdrawal_reason: Mapped[str | None]
    rejected_at: Mapped[datetime | None]
    rejection_reasons: Mapped[list[dict[str, Any]]] = mapped_column(server_default=NO_LIST)
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reasons: Mapped[list[str]] = mapped_column(server_default=NO_LIST)
    withdrawal_text: Mapped[str | None]
    ended_because: Mapped[str | None]
    recruited_at: Mapped[datetime | None]
    conditions_not_met_at: Mapped[datetime | None]
    deferred_at: Mapped[datetime | None]
    state_before_deferral: Mapped[str | None]
    deferred_to: Mapped[int | None]

    @hybrid_property
    def inactive_order(self) -> datetime:
        """``inactive_due_at`` as a list is ordered by it: what never goes inactive comes last."""
        return self.inactive_due_at or NEVER

    @inactive_order.inplace.expression
    @classmethod
    def _inactive_order(cls) -> ColumnElement[datetime]:
        return func.coalesce(cls.inactive_due_at, NEVER).label("inactive_order")


class FeedMark(Base):
    """When somebody last looked at the feed of changes: one row."""

    __tablename__ = "application_feed_mark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    looked_at: Mapped[datetime]


class Interview(Base):
    """An interview, also one that was cancelled."""

    __tablename__ = "interview"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    provider_code: Mapped[str]
    at: Mapped[datetime]
    location: Mapped[str]
    additional_details: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None]


class ApplicationNote(Base):
    """A provider's note on an application, up to 500 characters; the candidate does not see it.

    ``organisation`` is its author's, and not known of rows that are older than the column. A note that was removed
    stays as a row with ``removed_at``.
    """

    __tablename__ = "application_note"
    __table_args__ = (CheckConstraint("length(message) BETWEEN 1 AND 500", name="message"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    organisation: Mapped[str | None]
    message: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class CandidateDuplicate(Base):
    """Two candidates of a cycle who may be one person; a person decides. The lower id stands first."""

    __tablename__ = "candidate_duplicate"
    __table_args__ = (
        UniqueConstraint("cycle", "first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle: Mapped[int]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id", ondelete="CASCADE"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id", ondelete="CASCADE"))
    found_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
