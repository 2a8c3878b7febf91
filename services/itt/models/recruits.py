"""The table of corrections that an application offers to the trainee who came from it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.itt.models.base import Base


class OfferedCorrection(Base):
    """One column of a trainee's record that the form or the course says otherwise since the draft was made.

    Values are cells of the national file, "" is blank. One offer a column stands open; ``source`` is form or course.
    """

    __tablename__ = "offered_correction"
    __table_args__ = (
        Index(
            "ix_offered_correction_open",
            "trainee_id",
            "column_name",
            unique=True,
            postgresql_where=text("state = 'offered'"),
        ),
        Index("ix_offered_correction_list", "offered_at", "id"),
        Index("ix_offered_correction_trainee", "trainee_id", "offered_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    source: Mapped[str]
    column_name: Mapped[str]
    old_value: Mapped[str]
    new_value: Mapped[str]
    offered_at: Mapped[datetime]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    why: Mapped[str | None]
