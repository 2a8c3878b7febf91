"""The tables of training beside the trainee's own record: checks, days in school, absence, concerns.

What was removed stays as a row with ``removed_at``: its id is not given again, and the history can show it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base

NOT_REMOVED = text("removed_at IS NULL")


class SuitabilityCheck(Base):
    """A check before training: one row for each of the five, as it was made last."""

    __tablename__ = "suitability_check"

    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    checked_by: Mapped[str]
    organisation: Mapped[str | None]
    checked_on: Mapped[date]
    reference: Mapped[str | None]
    expires_on: Mapped[date | None]
    note: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class SchoolDays(Base):
    """So many days in the school of a placement, within a period."""

    __tablename__ = "school_days"
    __table_args__ = (
        Index("ix_school_days_trainee_id", "trainee_id", postgresql_where=NOT_REMOVED),
        CheckConstraint("first_on <= last_on", name="period"),
        CheckConstraint("days > 0", name="days"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    days: Mapped[int]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Absence(Base):
    """A period in which the trainee is away; it has no end while nobody knows it."""

    __tablename__ = "absence"
    __table_args__ = (
        Index("ix_absence_trainee_id", "trainee_id", postgresql_where=NOT_REMOVED),
        CheckConstraint("starts_on <= ends_on", name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Concern(Base):
    """A cause for concern with its support plan.

    ``actions``: what is done, by whom, until when; ``reviews``: when the plan was looked at, and what was found.
    """

    __tablename__ = "concern"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    raised_on: Mapped[date]
    standards: Mapped[list[str]]
    description: Mapped[str]
    agreed_on: Mapped[date | None]
    review_on: Mapped[date | None]
    actions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    reviews: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    escalated_on: Mapped[date | None]
    escalation: Mapped[str | None]
    closed_on: Mapped[date | None]
    outcome: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
