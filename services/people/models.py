"""The tables of people."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.tables import service_base

Base = service_base("people")


class Person(Base):
    """One id that means a person: details folded from ``PersonDetail``, the standing folded from ``PersonFact``.

    ``as_of`` is the latest business time at which the standing was folded; ``told_*`` is what was published.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort_name", "sort_name", "id"),
        Index("ix_person_stage_rank", "stage_rank", "sort_name", "id"),
        Index("ix_person_birth_hash", "birth_hash", postgresql_where=text("birth_hash IS NOT NULL")),
        Index(
            "ix_person_ni_number_hash", "ni_number_hash", postgresql_where=text("ni_number_hash IS NOT NULL")
        ),
        Index("ix_person_email_key", "email_key", postgresql_where=text("email_key IS NOT NULL")),
        Index("ix_person_name_keys", "name_keys", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    first_names: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str | None]
    sex: Mapped[str | None]
    search_text: Mapped[str] = mapped_column(server_default="")
    sort_name: Mapped[str] = mapped_column(server_default="")
    name_keys: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    email_key: Mapped[str | None]
    birth_hash: Mapped[str | None]
    ni_number_hash: Mapped[str | None]
    identified_at: Mapped[datetime | None]
    stage: Mapped[str] = mapped_column(server_default="known")
    stage_rank: Mapped[int] = mapped_column(server_default="0")
    flag: Mapped[str] = mapped_column(server_default="")
    gaps: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    as_of: Mapped[datetime | None]
    told_stage: Mapped[str] = mapped_column(server_default="known")
    told_flag: Mapped[str] = mapped_column(server_default="")


class PersonDetail(Base):
    """What one fact told of somebody's name and contact; ``id`` is the event's."""

    __tablename__ = "person_detail"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(BigInteger)
    first_names: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str | None]
    sex: Mapped[str | None]
    birth_hash: Mapped[str | None]
    hearsay: Mapped[bool] = mapped_column(server_default=text("false"))


class PersonFact(Base):
    """One event, as seen from one person whom it names in the field ``part``."""

    __tablename__ = "person_fact"
    __table_args__ = (Index("ix_person_fact_person_id", "person_id", "occurred_at", "sequence"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    type: Mapped[str]
    subject: Mapped[str]
    source: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    actor: Mapped[str | None]
    details: Mapped[dict[str, Any]]


class PersonTrn(Base):
    """A teacher reference number, seven digits, and the id that it was given to."""

    __tablename__ = "person_trn"

    trn: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class RolePeriod(Base):
    """Somebody holds a role at a school; one open period of a role at a school for each person.

    ``introduced``: the person became known by it; ``confirmed_at``: since then its school sees the person.
    """

    __tablename__ = "role_period"
    __table_args__ = (
        Index(
            "uq_role_period_open",
            "person_id",
            "role",
            "school_urn",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_role_period_school_urn", "school_urn"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    role: Mapped[str]
    school_urn: Mapped[str]
    begins_on: Mapped[date]
    full_time_equivalent_percent: Mapped[int]
    state: Mapped[str]
    ended_on: Mapped[date | None]
    introduced: Mapped[bool] = mapped_column(server_default=text("false"))
    confirmed_at: Mapped[datetime | None]


class Match(Base):
    """Two ids that may be, are or are not the same person; ``one_id`` is the lower of the two."""

    __tablename__ = "match"
    __table_args__ = (
        Index("uq_match_pair", "one_id", "other_id", unique=True),
        Index("ix_match_waiting", "score", "id", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    one_id: Mapped[UUID]
    other_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str]
    score: Mapped[int]
    shared: Mapped[list[str]]
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Prohibition(Base):
    """A prohibition from teaching."""

    __tablename__ = "prohibition"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    imposed_on: Mapped[date]
    state: Mapped[str]
    lifted_on: Mapped[date | None]


class VoidedFact(Base):
    """A fact that was recorded in error: asked once, however often the command is sent."""

    __tablename__ = "voided_fact"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    voided_at: Mapped[datetime]
