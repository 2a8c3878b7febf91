"""Candidates and applications: what comes in."""

from marshmallow import Schema, fields, validate

from services.itt.domain.applications import HIDDEN_FROM_PROVIDERS, ConditionState, State
from services.itt.domain.candidate_duplicates import Decision
from services.itt.domain.interviews import MAX_REASON, MAX_TEXT
from services.itt.domain.leaving import REASONS
from services.itt.domain.offers import MAX_FIRST, MOST_CONDITIONS
from services.itt.domain.offers import MAX_REASON as MAX_OFFER_REASON
from services.itt.domain.rejections import CODES, MAX_DETAILS
from services.itt.handlers.application_lists import SORTS
from services.itt.schemas.form import a_cycle
from services.itt.schemas.shapes import NO_NUL, Paged, a_name, an_id, provider, text
from shared.fields import Moment

PROVIDER_CODE = validate.Regexp(r"[0-9A-Z]{3}\Z", error="must be three capital letters or digits")


class RegisterCandidate(Schema):
    email = fields.Email(required=True, validate=validate.Length(max=100))
    first_names = a_name()
    last_name = a_name()


class ChangeEmail(Schema):
    email = fields.Email(required=True, validate=validate.Length(max=100))


class WhichCandidate(Schema):
    candidate_id = an_id()


class ApplicationId(Schema):
    application_id = fields.UUID(required=True)


class ChooseCourse(Schema):
    course_option_id = fields.UUID(required=True)
    application_id = an_id()


class WithdrawApplication(ApplicationId):
    reasons = fields.List(
        fields.String(validate=validate.OneOf(list(REASONS))), required=True, validate=validate.Length(1, 5)
    )
    text = text(most=10_240, required=False)


class MakeOffer(ApplicationId):
    """Without conditions the offer is unconditional; without a course it is for the one that was chosen."""

    conditions = fields.List(
        fields.String(validate=[validate.Length(1, MAX_FIRST), NO_NUL]),
        load_default=list,
        validate=validate.Length(max=MOST_CONDITIONS),
    )
    course_option_id = an_id()


class WithdrawOffer(ApplicationId):
    reason = text(most=MAX_OFFER_REASON)


class RejectionReason(Schema):
    code = fields.String(required=True, validate=validate.OneOf(list(CODES)))
    details = text(most=MAX_DETAILS, required=False)


class RejectApplication(ApplicationId):
    reasons = fields.List(
        fields.Nested(RejectionReason), required=True, validate=validate.Length(1, len(CODES))
    )


class MarkCondition(ApplicationId):
    condition_id = fields.UUID(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf([ConditionState.PENDING, ConditionState.MET])
    )


class NotMet(ApplicationId):
    condition_ids = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(max=MOST_CONDITIONS)
    )


class ReinstateOffer(ApplicationId):
    conditions_met = fields.Boolean(required=True)
    course_option_id = an_id()


class ArrangeInterview(ApplicationId):
    interview_id = an_id()
    provider_code = provider()
    at = Moment(required=True)
    location = text(most=MAX_TEXT)
    additional_details = text(most=MAX_TEXT, required=False)


class ChangeInterview(Schema):
    interview_id = fields.UUID(required=True)
    provider_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)
    at = Moment(load_default=None, allow_none=True)
    location = text(most=MAX_TEXT, required=False)
    additional_details = text(most=MAX_TEXT, required=False)


class CancelInterview(Schema):
    interview_id = fields.UUID(required=True)
    reason = text(most=MAX_REASON)


class AddNote(ApplicationId):
    """``author``: who wrote it, when a provider's system writes for its user."""

    note_id = an_id()
    message = text(most=500)
    author = text(most=100, required=False)


class ChangeNote(Schema):
    note_id = fields.UUID(required=True)
    message = text(most=500)


class RemoveNote(Schema):
    note_id = fields.UUID(required=True)


class ListApplications(Paged):
    provider_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)
    cycle = a_cycle()
    states = fields.List(
        fields.String(validate=validate.OneOf([s for s in State if s not in HIDDEN_FROM_PROVIDERS])),
        load_default=None,
        allow_none=True,
    )
    course_id = an_id()
    site_code = text(most=5, required=False)
    search = text(most=200, required=False)
    sort = fields.String(load_default="sent", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)


class ApplicationChanges(Schema):
    """``after``: go on from the ``next`` of the answer before; ``page_number``: newest first instead."""

    provider_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)
    since = Moment(load_default=None, allow_none=True)
    after = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0))
    page_number = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1, 1_000_000)
    )
    limit = fields.Integer(strict=True, load_default=50, validate=validate.Range(1, 50))


class ListDuplicates(Paged):
    decided = fields.Boolean(load_default=False)
    search = text(most=200, required=False)
    descending = fields.Boolean(load_default=False)


class DecideDuplicate(Schema):
    duplicate_id = fields.UUID(required=True)
    decision = fields.String(required=True, validate=validate.OneOf(list(Decision)))
    why = text(most=500)
