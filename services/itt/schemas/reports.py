"""The census and reports: what comes in and goes out."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.itt.domain.census import CENSUS_BY, PROFILE_BY
from services.itt.domain.codes import labels
from services.itt.domain.courses import Level
from services.itt.domain.reports import Format
from services.itt.domain.returns import Kind, State
from services.itt.domain.routes import Route
from services.itt.handlers.reports import BY
from services.itt.handlers.returns import SORTS as RETURN_SORTS
from services.itt.schemas.form import a_cycle
from services.itt.schemas.shapes import FIRST_YEAR, Paged, a_year, an_id, provider, text

LAST_REPORTED = 2100


def _choice(choices: Any) -> fields.String:
    return fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(choices)))


def _by_what(choices: Any, default: str) -> fields.String:
    """The argument is named ``by``, which is who asks in the code."""
    return fields.String(
        data_key="by", attribute="by_what", load_default=default, validate=validate.OneOf(list(choices))
    )


def _academic_year(*, required: bool = False) -> fields.Integer:
    """The year in which the academic year begins."""
    between = validate.Range(FIRST_YEAR, LAST_REPORTED)
    if required:
        return fields.Integer(strict=True, required=True, validate=between)
    return fields.Integer(strict=True, load_default=None, allow_none=True, validate=between)


def _some_provider() -> fields.String:
    return fields.String(load_default=None, allow_none=True, validate=provider().validators)


class Asked(Schema):
    """What every report can be asked: of one provider, as JSON or as CSV."""

    provider_code = _some_provider()
    format = fields.Enum(Format, by_value=True, load_default=Format.JSON)


class AskedOfCycle(Asked):
    cycle = a_cycle()


class AskedOfYear(Asked):
    academic_year = _academic_year()


class _OfCourses(AskedOfCycle):
    subject = _choice(labels("course_subject"))
    level = _choice(Level)


class RecruitmentReport(_OfCourses):
    by_what = _by_what(BY, "provider")
    route = _choice(Route)
    region = text(most=100, required=False)


class FunnelReport(_OfCourses):
    pass


class CensusReport(AskedOfYear):
    by_what = _by_what(CENSUS_BY, "route")
    on = fields.Date(load_default=None, allow_none=True, validate=a_year)


class ProfileReport(AskedOfYear):
    by_what = _by_what(PROFILE_BY, "route")


class Report(Schema):
    """``rows`` and ``totals`` by ``columns``, or the CSV text of both in ``content``; ``title`` says what they tell, of
    when and of whom, ``notes`` who is in them and what a column means; ``empty`` why there are none, and ``elsewhere``
    the years near that have some."""

    report = fields.String()
    title = fields.String()
    columns = fields.List(fields.String())
    rows = fields.List(fields.Dict())
    totals = fields.List(fields.Dict())
    empty = fields.String(allow_none=True)
    notes = fields.List(fields.String())
    elsewhere = fields.List(fields.Integer())
    file_name = fields.String()
    content = fields.String(allow_none=True)


# --- what is signed off


class WhichReturn(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(list(Kind)))
    provider_code = provider()
    academic_year = _academic_year(required=True)


class ListReturns(Paged):
    kind = fields.String(required=True, validate=validate.OneOf(list(Kind)))
    academic_year = _academic_year()
    state = _choice(State)
    search = text(most=200, required=False)
    sort = fields.String(load_default="provider", validate=validate.OneOf(list(RETURN_SORTS)))
    descending = fields.Boolean(load_default=False)


class SignOffReturn(WhichReturn):
    on = fields.Date(load_default=None, allow_none=True, validate=a_year)
    sign_off_id = an_id()


class ReopenReturn(WhichReturn):
    reason = fields.String(required=True, validate=validate.ContainsNoneOf("\0"))
    until = fields.Date(load_default=None, allow_none=True, validate=a_year)


class ReturnSummary(Schema):
    return_id = fields.UUID()
    kind = fields.String()
    provider_code = fields.String()
    academic_year = fields.Integer()
    state = fields.String()
    opens_on = fields.Date()
    last_day = fields.Date()
    days_left = fields.Integer(allow_none=True)
    signed_off_at = fields.AwareDateTime(allow_none=True)
    sign_offs = fields.Integer()
    reopened_at = fields.AwareDateTime(allow_none=True)
    reopen_reason = fields.String(allow_none=True)


class ReturnPage(Schema):
    items = fields.List(fields.Nested(ReturnSummary))
    next = fields.String(allow_none=True)


class SignedOff(Schema):
    """The counts by all headings at once, as they were."""

    sign_off_id = fields.UUID()
    number = fields.Integer()
    counted_on = fields.Date()
    signed_at = fields.AwareDateTime()
    signed_by = fields.String()
    counts = fields.List(fields.Dict())
    totals = fields.Dict()


class Return(ReturnSummary):
    signed = fields.List(fields.Nested(SignedOff))
