"""Courses and places: what comes in and goes out."""

from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.itt.domain.courses import (
    Degree,
    Funding,
    GcseSubject,
    GcseWay,
    Level,
    Qualification,
    State,
    StudyMode,
)
from services.itt.domain.places import MOST_PLACES
from services.itt.domain.routes import Route
from services.itt.domain.search import FARTHEST_MILES, Held, Sort
from services.itt.handlers.course_lists import SORTS
from services.itt.schemas.shapes import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_TEXT,
    NO_NUL,
    Paged,
    a_year,
    an_id,
    provider,
    text,
    urn,
)

MOST_FEE_PENCE = 10_000_000
MOST_AT_ONCE = 500
ONE_SUBJECT = validate.Regexp(r"[0-9]{6}\Z", error="must be a code of the course subject list, six digits")
SITE_CODE = validate.Regexp(r"[0-9A-Z-]{1,5}\Z", error="must be up to five capital letters or digits")
COURSE_CODE = validate.Regexp(r"[0-9A-Z]{4}\Z", error="must be four capital letters or digits, such as 3CVK")
PROVIDER_CODE = validate.Regexp(r"[0-9A-Z]{3}\Z", error="must be three capital letters or digits")
CYCLE = validate.Range(FIRST_YEAR, LAST_YEAR)


def one_of(enum: type[StrEnum]) -> fields.String:
    """One of a list of values; null clears, and what is not given is not touched."""
    return fields.String(allow_none=True, validate=validate.OneOf(list(enum)))


def filtering(enum: type[StrEnum]) -> fields.String:
    """A filter that need not be given."""
    return fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(enum)))


def number(most: int, *, least: int = 0) -> fields.Integer:
    """A whole number; null clears."""
    return fields.Integer(strict=True, allow_none=True, validate=validate.Range(least, most))


class CourseContent(Schema):
    """What a provider writes about a course; what is left out is not touched."""

    name = fields.String(validate=[validate.Length(max=200), NO_NUL])
    about = fields.String(allow_none=True, validate=[validate.Length(max=MAX_TEXT), NO_NUL])
    accredited_code = fields.String(allow_none=True, validate=PROVIDER_CODE)
    level = one_of(Level)
    subjects = fields.List(fields.String(validate=ONE_SUBJECT), validate=validate.Length(max=2))
    age_range = fields.String(
        allow_none=True, validate=validate.Regexp(r"[0-9]{5}\Z", error="must be a code")
    )
    study_mode = one_of(StudyMode)
    funding = one_of(Funding)
    route = one_of(Route)
    qualification = one_of(Qualification)
    start_month = fields.Date(allow_none=True, validate=a_year)
    starts_on = fields.Date(allow_none=True, validate=a_year)
    ends_on = fields.Date(allow_none=True, validate=a_year)
    school_days = number(1000)
    degree_required = one_of(Degree)
    gcse = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(GcseSubject))),
        values=fields.List(
            fields.String(validate=validate.OneOf(list(GcseWay))), validate=validate.Length(1, len(GcseWay))
        ),
    )
    fee_pence = number(MOST_FEE_PENCE)
    visa_sponsorship = fields.Boolean(allow_none=True)


class CreateCourse(Schema):
    course_id = an_id()
    provider_code = provider()
    cycle = fields.Integer(required=True, strict=True, validate=CYCLE)
    code = fields.String(load_default=None, allow_none=True, validate=COURSE_CODE)
    content = fields.Nested(CourseContent, load_default=dict)


class CourseId(Schema):
    course_id = fields.UUID(required=True)


class ChangeCourse(CourseId):
    changes = fields.Nested(CourseContent, required=True)


class WithdrawCourse(CourseId):
    why = text(most=500)


class Site(Schema):
    code = fields.String(required=True, validate=SITE_CODE)
    urn = urn()
    study_mode = fields.String(required=True, validate=validate.OneOf(list(StudyMode)))
    places = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_PLACES))


class SpreadPlaces(CourseId):
    sites = fields.List(fields.Nested(Site), required=True, validate=validate.Length(max=200))


class AllocatePlaces(CourseId):
    places = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_PLACES))


class RollOverCourses(Schema):
    provider_code = provider()
    cycle = fields.Integer(required=True, strict=True, validate=CYCLE)
    course_ids = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(1, MOST_AT_ONCE)
    )


class ListCourses(Paged):
    search = text(most=200, required=False)
    cycle = fields.Integer(strict=True, load_default=None, allow_none=True, validate=CYCLE)
    provider_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)
    accredited_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)
    state = filtering(State)
    sort = fields.String(load_default="provider", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)


class Near(Schema):
    """From where: a school, a postcode (or its first half), or a point in degrees (WGS84)."""

    urn = urn(required=False)
    postcode = fields.String(load_default=None, allow_none=True, validate=[validate.Length(1, 20), NO_NUL])
    latitude = fields.Float(load_default=None, allow_none=True)
    longitude = fields.Float(load_default=None, allow_none=True)

    @validates_schema
    def one_of_these(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one way of saying it."""
        if (data.get("latitude") is None) is not (data.get("longitude") is None):
            raise ValidationError("latitude and longitude stand together", "latitude")
        if sum(data.get(name) is not None for name in ("urn", "postcode", "latitude")) != 1:
            raise ValidationError("give one of urn, postcode, and latitude with longitude")


class SearchCourses(Paged):
    near = fields.Nested(Near, load_default=None, allow_none=True)
    within_miles = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(0, FARTHEST_MILES, min_inclusive=False)
    )
    sort = filtering(Sort)
    subjects = fields.List(
        fields.String(validate=ONE_SUBJECT),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=80),
    )
    level = filtering(Level)
    funding = filtering(Funding)
    qualification = filtering(Qualification)
    study_mode = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf([StudyMode.FULL_TIME, StudyMode.PART_TIME]),
    )
    degree = filtering(Held)
    visa_sponsorship = fields.Boolean(load_default=None, allow_none=True)
    vacancies = fields.Boolean(load_default=None, allow_none=True)
    provider_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)


class WhichCycle(Schema):
    cycle = fields.Integer(strict=True, load_default=None, allow_none=True, validate=CYCLE)
