"""The checks before training as they come in and go out."""

from marshmallow import Schema, fields, validate

from services.itt.domain.checks import Kind, Outcome
from services.itt.handlers.many_checks import SORTS
from services.itt.schemas.shapes import MAX_TEXT, NO_NUL, Paged, TraineeId, a_year, later, text
from services.itt.schemas.training import NAME, Correcting, a_day, a_reason

MOST_TRAINEES = 1000


class CheckMade(Schema):
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    checked_by = text(most=NAME)
    checked_on = a_day()
    organisation = text(most=NAME, required=False)
    reference = text(most=NAME, required=False)
    expires_on = a_day(required=False)
    note = text(required=False)


def checks() -> fields.Dict:
    """Checks by kind."""
    kinds = fields.String(validate=validate.OneOf([kind.value for kind in Kind]))
    return fields.Dict(
        keys=kinds, values=fields.Nested(CheckMade), required=True, validate=validate.Length(1, len(Kind))
    )


class RecordChecks(TraineeId):
    checks = checks()


class RecordChecksOfMany(Schema):
    trainees = fields.List(
        fields.Nested(RecordChecks), required=True, validate=validate.Length(1, MOST_TRAINEES)
    )


class ChecksRecorded(Schema):
    trainees = fields.Integer()
    started = fields.Integer()


class RemoveCheck(TraineeId):
    kind = fields.Enum(Kind, by_value=True, required=True)
    reason = a_reason()


class CorrectCheck(Correcting):
    trainee_id = fields.UUID(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    reason = a_reason()
    outcome = fields.Enum(Outcome, by_value=True)
    checked_by = fields.String(validate=[validate.Length(1, NAME), NO_NUL])
    checked_on = fields.Date(validate=a_year)
    organisation = fields.String(allow_none=True, validate=[validate.Length(max=NAME), NO_NUL])
    reference = fields.String(allow_none=True, validate=[validate.Length(max=NAME), NO_NUL])
    expires_on = fields.Date(allow_none=True, validate=a_year)
    note = fields.String(allow_none=True, validate=[validate.Length(max=MAX_TEXT), NO_NUL])


class ListChecks(Paged):
    search = fields.String(load_default=None, allow_none=True, validate=[validate.Length(max=200), NO_NUL])
    sort = fields.String(load_default="name", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)
    provider_code = fields.String(load_default=None, allow_none=True)
    missing = fields.Boolean(load_default=None, allow_none=True)
    kind = fields.Enum(Kind, by_value=True, load_default=None, allow_none=True)
    starts_by = later()


class Check(Schema):
    kind = fields.String()
    outcome = fields.String()
    checked_by = fields.String()
    organisation = fields.String(allow_none=True)
    checked_on = fields.Date()
    reference = fields.String(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)
    holds = fields.Boolean()


class ChecksOfTrainee(Schema):
    trainee_id = fields.UUID()
    provider_code = fields.String()
    state = fields.String()
    first_names = fields.String()
    last_name = fields.String()
    starts_on = fields.Date()
    started_on = fields.Date(allow_none=True)
    checks = fields.List(fields.Nested(Check))
    checks_missing = fields.List(fields.String())


class ChecksPage(Schema):
    items = fields.List(fields.Nested(ChecksOfTrainee))
    next = fields.String(allow_none=True)
