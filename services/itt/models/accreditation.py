"""The tables of accreditation."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base

NO_LIST = text("'[]'::jsonb")
LIVE = text("state IN ('draft', 'submitted', 'panel')")


class Accreditation(Base):
    """An application for accreditation; a provider has one at a time that is not decided or withdrawn.

    ``case_text``, ``ofsted_grade``, ``partners`` and ``capacity`` are its sections.
    """

    __tablename__ = "accreditation"
    __table_args__ = (
        Index("ix_accreditation_live", "provider_code", unique=True, postgresql_where=LIVE),
        Index("ix_accreditation_list", "state", "created_at", "id"),
        Index("ix_accreditation_provider_code", "provider_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"))
    state: Mapped[str]
    created_at: Mapped[datetime]
    case_text: Mapped[str | None]
    ofsted_grade: Mapped[str | None]
    partners: Mapped[list[dict[str, Any]]] = mapped_column(server_default=NO_LIST)
    capacity: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    meets_on: Mapped[date | None]
    chair_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reasons: Mapped[str | None]
    conditions: Mapped[list[str]] = mapped_column(server_default=NO_LIST)
    feedback: Mapped[str | None]
    accredited_from: Mapped[date | None]
    in_force_at: Mapped[datetime | None]


class AccreditationMember(Base):
    """Somebody who is invited to the panel, what they declared and how they voted; ``number`` is the order."""

    __tablename__ = "accreditation_member"
    __table_args__ = (
        Index("ix_accreditation_member_person_id", "person_id"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )

    accreditation_id: Mapped[UUID] = mapped_column(
        ForeignKey("accreditation.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    first_names: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str | None]
    organisations: Mapped[list[str]] = mapped_column(server_default=NO_LIST)
    declared_at: Mapped[datetime | None]
    conflict: Mapped[bool | None]
    conflict_text: Mapped[str | None]
    vote: Mapped[str | None]
    score: Mapped[int | None]
    comment: Mapped[str | None]
    voted_at: Mapped[datetime | None]
