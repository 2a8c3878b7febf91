"""The tables of leadership."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.tables import service_base

Base = service_base("leadership")


class Colleague(Base):
    """What leadership knows of one id: that the person is known, passed induction, and stands somewhere."""

    __tablename__ = "colleague"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    known: Mapped[bool] = mapped_column(server_default=text("false"))
    passed_on: Mapped[date | None]
    stage: Mapped[str | None]
    flag: Mapped[str] = mapped_column(server_default="")
    stage_at: Mapped[datetime | None]
    stage_sequence: Mapped[int | None] = mapped_column(BigInteger)


class Employment(Base):
    """A role period of somebody at a school, to know whose head somebody is."""

    __tablename__ = "employment"

    role_period_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    school_urn: Mapped[str]
    ended_on: Mapped[date | None]


class Signal(Base):
    """One contribution: ``id`` is the contribution's, the placement's or the event's; the latest word counts."""

    __tablename__ = "signal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    on: Mapped[date]
    amount: Mapped[int]
    occurred_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(BigInteger)


class Suggestion(Base):
    """Contributions suggest a person; ``reasons`` are empty once it was refused, ran out or lapsed."""

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("uq_suggestion_open", "person_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_suggestion_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    made_on: Mapped[date]
    reasons: Mapped[list[str]]
    state: Mapped[str]
    closed_on: Mapped[date | None]


class Nomination(Base):
    """Who is nominated, by whom and since when; without consent person and proposer are blanked."""

    __tablename__ = "nomination"
    __table_args__ = (
        Index(
            "uq_nomination_live",
            "person_id",
            "proposed_by",
            unique=True,
            postgresql_where=text("state IN ('awaiting_consent', 'made')"),
        ),
        Index("uq_nomination_suggestion_id", "suggestion_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    proposed_by: Mapped[str | None]
    source: Mapped[str]
    proposed_on: Mapped[date]
    state: Mapped[str]
    suggestion_id: Mapped[UUID | None]
