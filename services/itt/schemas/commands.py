"""Commands on one trainee."""

from marshmallow import Schema, fields, validate

from services.itt.domain.corrections import DiscardCode
from services.itt.domain.withdrawals import FutureInterest, Trigger
from services.itt.schemas.shapes import (
    MAX_TEXT,
    NO_NUL,
    ProviderCode,
    TraineeId,
    a_name,
    an_id,
    cells,
    later,
    provider,
    text,
    urn,
)
from shared.fields import Day


class RegisterTrainee(ProviderCode):
    details = cells()
    trainee_id = an_id()
    submit = fields.Boolean(load_default=True)
    confirmed = fields.Boolean(load_default=False)


class ChangeTrainee(TraineeId):
    changes = cells()


class ReceiveTrn(TraineeId):
    trn = fields.String(required=True, validate=validate.Length(7, 7))


class MentorIn(Schema):
    person_id = an_id()
    first_names = a_name()
    last_name = a_name()
    email = fields.Email(load_default=None, allow_none=True)


class ArrangePlacement(TraineeId):
    placement_id = an_id()
    number = fields.Integer(strict=True, required=True, validate=validate.Range(1, 5))
    school_urn = urn()
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    mentor = fields.Nested(MentorIn, required=True)


class CompletePlacement(Schema):
    placement_id = fields.UUID(required=True)
    completed_on = Day(required=True)
    days = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 1000))


class RecordObservation(TraineeId):
    observation_id = an_id()
    observed_on = Day(required=True)
    school_urn = urn()
    observer = text(most=200)
    notes = text()


class Judgement(Schema):
    met = fields.Boolean(required=True)
    evidence = text()


def judgements() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.Nested(Judgement), required=True)


class RecordReview(TraineeId):
    review_id = an_id()
    reviewed_on = Day(required=True)
    standards = judgements()


class RecordFinalAssessment(TraineeId):
    assessment_id = an_id()
    assessed_on = Day(required=True)
    standards = judgements()


class Recommend(TraineeId):
    standards_met_on = Day(required=True)
    employing_school_urn = urn(required=False)


class Award(TraineeId):
    awarded_on = later()


class Defer(TraineeId):
    reason = fields.String(required=True, validate=NO_NUL)
    deferred_on = later()


class Reinstate(TraineeId):
    reinstated_on = later()
    itt_end_date = later()


class Withdraw(TraineeId):
    withdrawn_on = Day(required=True)
    withdrawn_by = fields.Enum(Trigger, by_value=True, required=True)
    reasons = fields.List(fields.String(), required=True)
    future_interest = fields.Enum(FutureInterest, by_value=True, required=True)
    text = text(required=False)


# --- corrections


class Correction(TraineeId):
    reason = fields.String(required=True, validate=[validate.Length(max=MAX_TEXT), NO_NUL])


class CorrectCourse(Correction):
    changes = cells()


class MoveTrainee(Correction):
    provider_code = provider()
    training_partner_urn = urn(required=False)


class DiscardTrainee(Correction):
    """An import is undone by ``undo_import``, a match is settled by ``settle_match``: their codes are none here."""

    code = fields.Enum(
        DiscardCode,
        by_value=True,
        required=True,
        validate=validate.NoneOf([DiscardCode.IMPORT_UNDONE, DiscardCode.ALREADY_REGISTERED]),
    )
