"""What a national register was asked."""

from marshmallow import Schema, fields, validate

from services.itt.domain.trn_requests import State
from services.itt.handlers.trn_requests import SORTS
from services.itt.schemas.shapes import Paged, TraineeId, text


class ListTrnRequests(Paged):
    provider_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(
            r"[0-9A-Z]{3}\Z", error="is not a provider code: three capital letters or digits, such as 2A5"
        ),
    )
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(State)))
    search = text(most=200, required=False)
    sort = fields.String(load_default="opened", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)


class AskRegisterAgain(TraineeId):
    reason = text(most=500)


class TrnRequest(Schema):
    request_id = fields.UUID()
    trainee_id = fields.UUID()
    state = fields.String()
    problem = fields.String(allow_none=True)
    answers = fields.Integer()
    opened_at = fields.AwareDateTime()
    asked_at = fields.AwareDateTime(allow_none=True)


class TrnRequestPage(Schema):
    items = fields.List(fields.Nested(TrnRequest))
    next = fields.String(allow_none=True)
