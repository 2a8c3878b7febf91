"""Funding: what comes in and goes out. Amounts are pence."""

from marshmallow import Schema, fields, validate

from services.itt.domain.funding import Kind
from services.itt.domain.trainees import State
from services.itt.handlers.funding import SORTS
from services.itt.schemas.courses import filtering
from services.itt.schemas.files import RowError
from services.itt.schemas.shapes import Paged, ProviderCode, text


def a_year_begins() -> fields.Integer:
    """An academic year by the year in which it begins."""
    return fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1990, 2200)
    )


class LoadFunding(Schema):
    """``content``: base64 of the file, or of its gzip."""

    content = fields.String(required=True)
    dry_run = fields.Boolean(load_default=False)


class FundingLoaded(Schema):
    """With errors nothing is stored; ``ended`` are rates that the file no longer has."""

    rows = fields.Integer()
    error_count = fields.Integer()
    errors = fields.List(fields.Nested(RowError))
    added = fields.Integer()
    ended = fields.Integer()
    unchanged = fields.Integer()


class ListFundingRates(Paged):
    academic_year = a_year_begins()
    kind = filtering(Kind)


class FundingRate(Schema):
    rate_id = fields.UUID()
    academic_year = fields.Integer()
    kind = fields.String()
    subject = fields.String()
    subject_codes = fields.List(fields.String())
    routes = fields.List(fields.String())
    amount_pence = fields.Integer()
    valid_from = fields.Date()
    valid_until = fields.Date()
    source = fields.String()
    recorded_at = fields.AwareDateTime()


class FundingRatePage(Schema):
    items = fields.List(fields.Nested(FundingRate))
    next = fields.String(allow_none=True)


class Entitlement(Schema):
    """``amount_pence`` is null where the table cannot tell it, of ``full_amount_pence`` for a whole course.

    ``explanation`` are the sentences that say why, in order; ``to_check`` what a person should look at.
    """

    academic_year = fields.Integer()
    amount_pence = fields.Integer(allow_none=True)
    full_amount_pence = fields.Integer()
    kind = fields.String(allow_none=True)
    subject_code = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    explanation = fields.List(fields.String())
    to_check = fields.List(fields.String())


class TraineeFunding(Entitlement):
    trainee_id = fields.UUID()
    state = fields.String()


class CourseFunding(Entitlement):
    course_id = fields.UUID()


class ListFunding(ProviderCode, Paged):
    academic_year = a_year_begins()
    state = filtering(State)
    search = text(most=200, required=False)
    sort = fields.String(load_default="name", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)


class ExportFunding(ProviderCode):
    academic_year = a_year_begins()


class FundedTrainee(TraineeFunding):
    first_names = fields.String()
    last_name = fields.String()
    route = fields.String()


class FundingPage(Schema):
    """Totals are of all trainees of the list; ``unsettled`` are those whose amount the table cannot tell."""

    items = fields.List(fields.Nested(FundedTrainee))
    next = fields.String(allow_none=True)
    academic_year = fields.Integer()
    trainees = fields.Integer()
    total_pence = fields.Integer()
    unsettled = fields.Integer()
    unsettled_full_pence = fields.Integer()
