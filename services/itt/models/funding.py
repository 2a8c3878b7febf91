"""The tables of funding."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base

CURRENT = text("superseded_at IS NULL")


class FundingRate(Base):
    """A row of the table of funding, also one that is no longer in it (``superseded_at``): nothing is forgotten.

    ``academic_year`` is the year in which it begins; ``subject`` is what the table calls the national codes of
    ``subject_codes``; ``routes`` go by name; who starts between the dates gets the amount.
    """

    __tablename__ = "funding_rate"
    __table_args__ = (
        Index("ix_funding_rate_current", "academic_year", "kind", "subject", "id", postgresql_where=CURRENT),
        CheckConstraint("amount_pence > 0", name="amount"),
        CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    academic_year: Mapped[int]
    kind: Mapped[str]
    subject: Mapped[str]
    subject_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    routes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    amount_pence: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    source: Mapped[str]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
