"""The tables of courses, their sites and places, and of the providers and schools that they stand on."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.itt.models.base import Base


class School(Base):
    """A school of the national register (GIAS); easting and northing are metres of the national grid (OSGB36).

    ``outward`` is the first half of the postcode, which the embedded geocoder knows.
    """

    __tablename__ = "school"

    urn: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    phase: Mapped[str]
    status: Mapped[str]
    postcode: Mapped[str | None]
    outward: Mapped[str | None] = mapped_column(index=True)
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    region: Mapped[str | None]
    la: Mapped[str | None]
    ukprn: Mapped[str | None]


class Provider(Base):
    """Who offers courses; ``kind`` is lead_school, accredited_provider or both.

    ``told_name`` is the name that the others were told last.
    """

    __tablename__ = "provider"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    urn: Mapped[str | None]
    ukprn: Mapped[str | None]
    postcode: Mapped[str | None]
    region: Mapped[str | None]
    told_name: Mapped[str | None]


class Partnership(Base):
    """An accredited provider ratifies a lead school's courses from a day on, until a day or for as long as it lasts."""

    __tablename__ = "partnership"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
    )

    lead_code: Mapped[str] = mapped_column(ForeignKey("provider.code"), primary_key=True)
    accredited_code: Mapped[str] = mapped_column(ForeignKey("provider.code"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]


class Course(Base):
    """A course of one recruitment cycle. What a draft does not say yet is null.

    ``subjects``, ``age_range`` are codes of the national record, ``route`` is a training route by name;
    ``gcse`` maps a subject to the ways in which its grade 4 may be shown; ``allocated_places`` is the national
    allocation, within which the places of the sites stay.
    """

    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("cycle", "provider_code", "code"),
        Index("ix_course_accredited", "cycle", "accredited_code"),
        Index("ix_course_state", "cycle", "state"),
        Index("ix_course_subjects", "subjects", postgresql_using="gin"),
        CheckConstraint("allocated_places >= 0", name="allocation"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cycle: Mapped[int]
    provider_code: Mapped[str] = mapped_column(ForeignKey("provider.code"))
    accredited_code: Mapped[str | None] = mapped_column(ForeignKey("provider.code"))
    code: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    rolled_over_from: Mapped[UUID | None]
    name: Mapped[str]
    about: Mapped[str | None]
    level: Mapped[str | None]
    subjects: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    age_range: Mapped[str | None]
    study_mode: Mapped[str | None]
    funding: Mapped[str | None]
    route: Mapped[str | None]
    qualification: Mapped[str | None]
    start_month: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    school_days: Mapped[int | None]
    degree_required: Mapped[str | None]
    gcse: Mapped[dict[str, list[str]]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    fee_pence: Mapped[int | None]
    visa_sponsorship: Mapped[bool | None]
    allocated_places: Mapped[int | None]
    provider: Mapped[Provider] = relationship(foreign_keys=provider_code, viewonly=True)


class CourseOption(Base):
    """What an application chooses: a site of a course and how it is studied, with its places.

    ``accepted`` is changed by ``handlers.places`` alone; the constraint is the last guard of "never more than places".
    """

    __tablename__ = "course_option"
    __table_args__ = (
        UniqueConstraint("course_id", "site_code", "study_mode"),
        CheckConstraint("accepted >= 0 AND accepted <= places", name="accepted_within_places"),
        Index("ix_course_option_site_urn", "site_urn"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    site_code: Mapped[str]
    site_urn: Mapped[str]
    study_mode: Mapped[str]
    places: Mapped[int]
    accepted: Mapped[int] = mapped_column(server_default="0")
