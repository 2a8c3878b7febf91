"""The tables of what providers sign off."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base


class StatutoryReturn(Base):
    """A provider's census or performance profile of an academic year."""

    __tablename__ = "statutory_return"
    __table_args__ = (
        UniqueConstraint("kind", "academic_year", "provider_code"),
        Index("ix_statutory_return_provider", "provider_code", "kind", "academic_year"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_code: Mapped[str]
    kind: Mapped[str]
    academic_year: Mapped[int]
    state: Mapped[str]
    sign_offs: Mapped[int] = mapped_column(server_default="0")
    signed_off_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reopened_until: Mapped[date | None]
    reopen_reason: Mapped[str | None]


class SignOff(Base):
    """What a provider signed off: the counts as they were, which nothing changes any more."""

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("return_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    return_id: Mapped[UUID] = mapped_column(ForeignKey("statutory_return.id"))
    number: Mapped[int]
    counted_on: Mapped[date]
    signed_at: Mapped[datetime]
    signed_by: Mapped[str]
    counts: Mapped[list[dict[str, Any]]]
