"""Accreditation: what comes in and goes out."""

from marshmallow import Schema, fields, validate

from services.itt.domain.accreditation import Grade, Outcome, State
from services.itt.schemas.courses import PROVIDER_CODE, filtering, one_of
from services.itt.schemas.shapes import MAX_TEXT, NO_NUL, Paged, a_name, a_year, an_id, provider, text, urn

MOST_PARTNERS, MOST_MEMBERS, MOST_CONDITIONS = 200, 20, 20
ORGANISATION = validate.Regexp(
    r"[a-z_]+:[^\s\0]{1,60}\Z", error="must be an organisation such as provider:2A5 or school:123456"
)


def section() -> fields.String:
    """A section of a draft, which may be blank; null clears."""
    return fields.String(allow_none=True, validate=[validate.Length(max=MAX_TEXT), NO_NUL])


class BeginAccreditation(Schema):
    accreditation_id = an_id()
    provider_code = provider()


class AccreditationId(Schema):
    accreditation_id = fields.UUID(required=True)


class PartnerSigned(Schema):
    urn = urn()
    agreed_on = fields.Date(load_default=None, allow_none=True, validate=a_year)


class Sections(Schema):
    """What the application says; what is left out is not touched."""

    case = section()
    ofsted_grade = one_of(Grade)
    partners = fields.List(
        fields.Nested(PartnerSigned), allow_none=True, validate=validate.Length(max=MOST_PARTNERS)
    )
    capacity = section()


class SaveAccreditation(AccreditationId):
    sections = fields.Nested(Sections, required=True)


class WithdrawAccreditation(AccreditationId):
    reason = text(most=2000)


class MemberIn(Schema):
    """``organisations``: all that the member belongs to, so that an interest in the application shows."""

    person_id = fields.UUID(required=True)
    first_names = a_name()
    last_name = a_name()
    email = fields.Email(load_default=None, allow_none=True)
    organisations = fields.List(
        fields.String(validate=ORGANISATION), load_default=list, validate=validate.Length(max=50)
    )


class ConvenePanel(AccreditationId):
    meets_on = fields.Date(required=True, validate=a_year)
    chair_id = fields.UUID(required=True)
    members = fields.List(fields.Nested(MemberIn), required=True, validate=validate.Length(1, MOST_MEMBERS))


class InvitePanelMember(AccreditationId):
    member = fields.Nested(MemberIn, required=True)


class ChangePanel(AccreditationId):
    meets_on = fields.Date(load_default=None, allow_none=True, validate=a_year)
    chair_id = an_id()


class DeclareInterests(AccreditationId):
    conflict = fields.Boolean(required=True)
    text = text(most=2000, required=False)


class LiftConflict(AccreditationId):
    person_id = fields.UUID(required=True)
    reason = text(most=2000)


class VoteOnAccreditation(AccreditationId):
    vote = fields.String(required=True, validate=validate.OneOf(list(Outcome)))
    score = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    comment = text(most=2000, required=False)


class DecideAccreditation(AccreditationId):
    outcome = fields.String(required=True, validate=validate.OneOf(list(Outcome)))
    reasons = text()
    conditions = fields.List(
        text(most=2000), load_default=list, validate=validate.Length(max=MOST_CONDITIONS)
    )
    feedback = text(required=False)
    accredited_from = fields.Date(load_default=None, allow_none=True, validate=a_year)


class AnnulDecision(AccreditationId):
    reason = text(most=2000)


class ListAccreditations(Paged):
    state = filtering(State)
    provider_code = fields.String(load_default=None, allow_none=True, validate=PROVIDER_CODE)
    descending = fields.Boolean(load_default=False)


class AccreditationSummary(Schema):
    accreditation_id = fields.UUID()
    provider_code = fields.String()
    provider_name = fields.String()
    state = fields.String()
    created_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    meets_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    accredited_from = fields.Date(allow_none=True)
    in_force_at = fields.AwareDateTime(allow_none=True)


class AccreditationPage(Schema):
    items = fields.List(fields.Nested(AccreditationSummary))
    next = fields.String(allow_none=True)


class PartnerSchool(Schema):
    urn = fields.String()
    agreed_on = fields.Date(allow_none=True)


class PanelMember(Schema):
    """What a member declared and voted is null to those who may not read it; ``voted`` tells that they did."""

    person_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    chair = fields.Boolean()
    sits = fields.Boolean()
    declared = fields.Boolean()
    voted = fields.Boolean()
    conflict = fields.Boolean(allow_none=True)
    conflict_text = fields.String(allow_none=True)
    vote = fields.String(allow_none=True)
    score = fields.Integer(allow_none=True)
    comment = fields.String(allow_none=True)


class Accreditation(AccreditationSummary):
    """``missing_to_submit``: what keeps a draft from being sent, by section; ``possible``: what you may do now."""

    case = fields.String(allow_none=True)
    ofsted_grade = fields.String(allow_none=True)
    partners = fields.List(fields.Nested(PartnerSchool))
    capacity = fields.String(allow_none=True)
    withdrawal_reason = fields.String(allow_none=True)
    members = fields.List(fields.Nested(PanelMember))
    reasons = fields.String(allow_none=True)
    conditions = fields.List(fields.String())
    feedback = fields.String(allow_none=True)
    missing_to_submit = fields.Dict()
    possible = fields.List(fields.String())
