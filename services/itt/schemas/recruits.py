"""Trainees who come from applications: offered corrections, and matches to settle."""

from marshmallow import Schema, fields, validate

from services.itt.domain.corrections_offered import MAX_WHY, State
from services.itt.handlers.offered_corrections import SORTS
from services.itt.schemas.shapes import NO_NUL, Paged, TraineeId, an_id, text

MOST_AT_ONCE = 100


class ListCorrections(Paged):
    provider_code = fields.String(
        load_default=None, allow_none=True, validate=[validate.Length(max=10), NO_NUL]
    )
    trainee_id = an_id()
    state = fields.String(
        load_default=State.OFFERED.value, allow_none=True, validate=validate.OneOf(list(State))
    )
    search = text(most=200, required=False)
    sort = fields.String(load_default="offered", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)


class Corrections(TraineeId):
    correction_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class DismissCorrections(Corrections):
    why = text(most=MAX_WHY)


class SettleMatch(TraineeId):
    other_trainee_id = fields.UUID(required=True)
    same = fields.Boolean(required=True)
    why = text(most=MAX_WHY)


class DraftMissing(Schema):
    limit = fields.Integer(strict=True, load_default=100, validate=validate.Range(1, 500))


class Correction(Schema):
    """``old_value`` is the record's when it was offered, "" is blank; ``source`` is form or course."""

    correction_id = fields.UUID()
    trainee_id = fields.UUID()
    provider_code = fields.String()
    trainee_state = fields.String()
    first_names = fields.String()
    last_name = fields.String()
    source = fields.String()
    column = fields.String()
    old_value = fields.String()
    new_value = fields.String()
    offered_at = fields.AwareDateTime()
    state = fields.String()
    decided_at = fields.AwareDateTime(allow_none=True)
    decided_by = fields.String(allow_none=True)
    why = fields.String(allow_none=True)


class CorrectionPage(Schema):
    items = fields.List(fields.Nested(Correction))
    next = fields.String(allow_none=True)


class Decided(Schema):
    trainee_id = fields.UUID()
    items = fields.List(fields.Nested(Correction))


class Drafted(Schema):
    trainee_ids = fields.List(fields.UUID())
    left = fields.Integer()
    refused = fields.Dict()
