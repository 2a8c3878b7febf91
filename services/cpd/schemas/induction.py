"""Arguments of the calls about induction, appropriate bodies and schools."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from services.cpd.domain.assessments import TermOutcome
from services.cpd.domain.periods import Outcome, RefusalCode, State
from services.cpd.domain.rules import AbsenceKind
from services.cpd.schemas.shapes import (
    CODE,
    LIMIT,
    SHORT,
    TEXT,
    URN,
    Paged,
    PeriodId,
    PersonId,
    choice,
    optional,
)
from shared.fields import Day


class RegisterBody(Schema):
    code = fields.String(required=True, validate=CODE)
    name = fields.String(required=True, validate=SHORT)
    provider_code = optional(fields.String, validate=SHORT)
    own_school_urns = fields.List(fields.String(validate=URN), load_default=list)
    school_urns = fields.List(fields.String(validate=URN), load_default=list, validate=Length(max=1000))


class ChooseBody(Schema):
    school_urn = fields.String(required=True, validate=URN)
    code = fields.String(required=True, validate=CODE)


class SchoolTerm(Schema):
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    name = fields.String(load_default="", validate=Length(max=100))


class SetTerms(Schema):
    school_urn = fields.String(required=True, validate=URN)
    terms = fields.List(fields.Nested(SchoolTerm), required=True, validate=Length(max=100))


class MarkIntervention(Schema):
    school_urn = fields.String(required=True, validate=URN)
    from_on = optional(Day)
    until_on = optional(Day)
    inspectorate_certified = fields.Boolean(load_default=False)


class ListBodies(Schema):
    search = fields.String(load_default="", validate=Length(max=100))
    limit = fields.Integer(load_default=50, strict=True, validate=LIMIT)
    after = optional(fields.String)


# --- arguments: induction


class Propose(PersonId):
    appropriate_body = optional(fields.String, validate=CODE)
    school_urn = optional(fields.String, validate=URN)


class PeriodOrPerson(Schema):
    """A period by its id, or the live one of a person."""

    period_id = optional(fields.UUID)
    person_id = optional(fields.UUID)

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("period_id") is None) == (data.get("person_id") is None):
            raise ValidationError("give one of period_id and person_id", "period_id")


class Agree(PeriodOrPerson):
    starts_on = optional(Day)


class Refuse(PeriodOrPerson):
    code = choice(RefusalCode, required=True)
    why = fields.String(required=True, validate=TEXT)


class AssignMentor(PeriodId):
    mentor_id = fields.UUID(required=True)
    tutor_id = optional(fields.UUID)


class AssessTerm(PeriodId):
    term = fields.Integer(required=True, strict=True, validate=Range(min=1, max=60))
    outcome = choice(TermOutcome, required=True)
    evidence = fields.String(required=True, validate=Length(min=1, max=5000))
    assessed_on = optional(Day)


class TellAtRisk(PeriodId):
    support = fields.String(required=True, validate=Length(min=1, max=5000))
    told_on = optional(Day)


class RecordAbsence(PeriodId):
    absence_id = fields.UUID(required=True)
    kind = choice(AbsenceKind, required=True)
    starts_on = Day(required=True)
    days = fields.Integer(required=True, strict=True, validate=Range(min=1, max=400))
    extends_at_wish = fields.Boolean(load_default=False)


class Reduce(PeriodId):
    terms_required_hundredths = fields.Integer(required=True, strict=True, validate=Range(min=1, max=6000))
    part_time = fields.Boolean(load_default=False)
    teacher_consents = fields.Boolean(required=True)
    why = fields.String(required=True, validate=TEXT)


class Recommend(PeriodId):
    recommendation = choice(Outcome, required=True)
    recommended_on = optional(Day)


class Represent(PeriodId):
    text = fields.String(required=True, validate=Length(min=1, max=5000))


class Decide(PeriodId):
    decision = choice(Outcome, required=True)
    decided_on = optional(Day)
    notice_sent_on = optional(Day)
    extension_hundredths = fields.Integer(load_default=0, strict=True, validate=Range(min=0, max=1200))
    why = optional(fields.String, validate=TEXT)


class DecideAppeal(PeriodId):
    decision = choice(Outcome, required=True)
    extension_hundredths = fields.Integer(load_default=0, strict=True, validate=Range(min=0, max=1200))
    why = fields.String(required=True, validate=TEXT)


class Exempt(PersonId):
    exempt_from = Day(required=True)
    why = fields.String(required=True, validate=TEXT)


class EndExemption(PersonId):
    ended_on = Day(required=True)
    why = fields.String(required=True, validate=TEXT)


class FailureInWales(PersonId):
    failed_on = Day(required=True)
    why = fields.String(required=True, validate=TEXT)


class ListPeriods(Paged):
    appropriate_body = optional(fields.String, validate=CODE)
    school_urn = optional(fields.String, validate=URN)
    state = optional(fields.String, validate=OneOf([s.value for s in State]))
    search = fields.String(load_default="", validate=Length(max=100))
    sort = fields.String(load_default="starts_on", validate=OneOf(["starts_on", "proposed_on", "school_urn"]))
