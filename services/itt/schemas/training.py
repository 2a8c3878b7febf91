"""Training beside the trainee's own record: days in school, absence, concerns, and corrections of entries."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.itt.domain.absences import Kind as AbsenceKind
from services.itt.schemas.commands import Judgement, MentorIn
from services.itt.schemas.shapes import MAX_TEXT, NO_NUL, Paged, TraineeId, a_year, an_id, text

MOST_ACTIONS = 20
NAME = 200


def a_day(*, required: bool = True) -> fields.Date:
    """A day of this time."""
    if required:
        return fields.Date(required=True, validate=a_year)
    return fields.Date(load_default=None, allow_none=True, validate=a_year)


def a_reason() -> fields.String:
    """Why something is corrected."""
    return fields.String(required=True, validate=[validate.Length(1, MAX_TEXT), NO_NUL])


class Correcting(Schema):
    """Of a correction: what it is about, the reason, and those fields that are to change, at least one."""

    @post_load
    def something(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Raises ValidationError when nothing is to change."""
        changing = [name for name, field in self.fields.items() if not field.required]
        if not data.keys() & set(changing):
            raise ValidationError(f"nothing is given to change; give one of {', '.join(changing)}")
        return data


# --- days in school


class RecordSchoolDays(Schema):
    placement_id = fields.UUID(required=True)
    entry_id = an_id()
    first_on = a_day()
    last_on = a_day()
    days = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(1, 1000))


class CorrectSchoolDays(Correcting):
    entry_id = fields.UUID(required=True)
    reason = a_reason()
    first_on = fields.Date(validate=a_year)
    last_on = fields.Date(validate=a_year)
    days = fields.Integer(strict=True, validate=validate.Range(1, 1000))


class RemoveSchoolDays(Schema):
    entry_id = fields.UUID(required=True)
    reason = a_reason()


class SchoolDayEntry(Schema):
    entry_id = fields.UUID()
    placement_id = fields.UUID()
    first_on = fields.Date()
    last_on = fields.Date()
    days = fields.Integer()


# --- absence


class RecordAbsence(TraineeId):
    absence_id = an_id()
    kind = fields.Enum(AbsenceKind, by_value=True, required=True)
    starts_on = a_day()
    ends_on = a_day(required=False)
    note = text(required=False)


class CorrectAbsence(Correcting):
    absence_id = fields.UUID(required=True)
    reason = a_reason()
    starts_on = fields.Date(validate=a_year)
    ends_on = fields.Date(allow_none=True, validate=a_year)
    note = fields.String(allow_none=True, validate=[validate.Length(max=MAX_TEXT), NO_NUL])
    kind = fields.Enum(AbsenceKind, by_value=True)


class RemoveAbsence(Schema):
    absence_id = fields.UUID(required=True)
    reason = a_reason()


class Absence(Schema):
    absence_id = fields.UUID()
    kind = fields.String(allow_none=True)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)


# --- concerns


class RaiseConcern(TraineeId):
    concern_id = an_id()
    standards = fields.List(fields.String(), required=True, validate=validate.Length(1, 20))
    description = text()
    raised_on = a_day(required=False)


class ConcernId(Schema):
    concern_id = fields.UUID(required=True)


class ActionIn(Schema):
    what = text(most=2000)
    who = text(most=NAME)
    due_on = a_day()


class AgreePlan(ConcernId):
    actions = fields.List(fields.Nested(ActionIn), required=True, validate=validate.Length(1, MOST_ACTIONS))
    review_on = a_day()


class ReviewPlan(ConcernId):
    note = text()
    review_on = a_day()
    reviewed_on = a_day(required=False)


class EscalateConcern(ConcernId):
    escalation = text()


class CloseConcern(ConcernId):
    outcome = text()


class Action(Schema):
    what = fields.String()
    who = fields.String()
    due_on = fields.Date()


class PlanReview(Schema):
    reviewed_on = fields.Date()
    note = fields.String()


class Concern(Schema):
    concern_id = fields.UUID()
    state = fields.String()
    possible = fields.List(fields.String())
    raised_on = fields.Date()
    standards = fields.List(fields.String())
    description = fields.String()
    agreed_on = fields.Date(allow_none=True)
    review_on = fields.Date(allow_none=True)
    actions = fields.List(fields.Nested(Action))
    reviews = fields.List(fields.Nested(PlanReview))
    escalated_on = fields.Date(allow_none=True)
    escalation = fields.String(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    outcome = fields.String(allow_none=True)


# --- placements


def another_urn() -> fields.String:
    """A school's URN, where it is to change."""
    return fields.String(validate=validate.Regexp(r"[0-9]{6}\Z", error="must be a URN, six digits"))


class CorrectPlacement(Correcting):
    placement_id = fields.UUID(required=True)
    reason = a_reason()
    school_urn = another_urn()
    starts_on = fields.Date(validate=a_year)
    ends_on = fields.Date(validate=a_year)
    completed_on = fields.Date(validate=a_year)
    days = fields.Integer(strict=True, validate=validate.Range(0, 1000))
    mentor = fields.Nested(MentorIn)


class RemovePlacement(Schema):
    placement_id = fields.UUID(required=True)
    reason = a_reason()


# --- observations and reviews


class ListObservations(TraineeId, Paged):
    descending = fields.Boolean(load_default=False)


class CorrectObservation(Correcting):
    observation_id = fields.UUID(required=True)
    reason = a_reason()
    observed_on = fields.Date(validate=a_year)
    school_urn = another_urn()
    observer = fields.String(validate=[validate.Length(1, NAME), NO_NUL])
    notes = fields.String(validate=[validate.Length(1, MAX_TEXT), NO_NUL])


class RemoveObservation(Schema):
    observation_id = fields.UUID(required=True)
    reason = a_reason()


class CorrectReview(Correcting):
    review_id = fields.UUID(required=True)
    reason = a_reason()
    reviewed_on = fields.Date(validate=a_year)
    standards = fields.Dict(keys=fields.String(), values=fields.Nested(Judgement))


class RemoveReview(Schema):
    review_id = fields.UUID(required=True)
    reason = a_reason()
