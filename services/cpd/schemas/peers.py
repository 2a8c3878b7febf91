"""What comes in and goes out of cpd's calls about development among peers."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from services.cpd.domain.activities import Area, Kind, State
from services.cpd.schemas.shapes import LIMIT, SHORT, TEXT, URN, Paged, choice, optional
from shared.fields import Moment


class ActivityId(Schema):
    activity_id = fields.UUID(required=True)


class OfferActivity(ActivityId):
    kind = choice(Kind, required=True)
    area = choice(Area, required=True)
    title = fields.String(required=True, validate=SHORT)
    pupil_outcome = fields.String(required=True, validate=Length(min=1, max=1000))
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    capacity = fields.Integer(required=True, strict=True, validate=Range(min=1, max=1000))
    school_urn = optional(fields.String, validate=URN)
    specialism = fields.String(load_default="", validate=Length(max=200))
    description = fields.String(load_default="", validate=TEXT)
    evidence = fields.String(load_default="", validate=TEXT)
    cost_pence = fields.Integer(load_default=0, strict=True, validate=Range(min=0, max=1_000_000))
    evaluation_weeks = fields.List(
        fields.Integer(strict=True, validate=Range(min=1, max=156)), load_default=lambda: [6, 12, 26]
    )


class CancelActivity(ActivityId):
    why = fields.String(required=True, validate=Length(min=1, max=5000))


class RecordAttendance(ActivityId):
    attended = fields.List(fields.UUID(), required=True, validate=Length(max=1000))
    hours_hundredths = optional(fields.Integer, strict=True, validate=Range(min=1))


class BookingId(Schema):
    booking_id = fields.UUID(required=True)


class Evaluate(ActivityId):
    level = fields.Integer(required=True, strict=True, validate=Range(min=1, max=5))
    score = fields.Integer(required=True, strict=True, validate=Range(min=1, max=5))
    text = fields.String(load_default="", validate=TEXT)


class ListActivities(Paged):
    kind = optional(fields.String, validate=OneOf([k.value for k in Kind]))
    area = optional(fields.String, validate=OneOf([a.value for a in Area]))
    state = optional(fields.String, validate=OneOf([s.value for s in State]))
    school_urn = optional(fields.String, validate=URN)
    offered_by = optional(fields.UUID)
    online = optional(fields.Boolean)
    starts_from = optional(Moment)
    starts_until = optional(Moment)
    search = fields.String(load_default="", validate=Length(max=100))
    sort = fields.String(load_default="starts_at", validate=OneOf(["starts_at", "title"]))


class OfPerson(Schema):
    person_id = optional(fields.UUID)
    limit = fields.Integer(load_default=50, strict=True, validate=LIMIT)
    after = optional(fields.String)


class ListEvaluations(OfPerson):
    open_only = fields.Boolean(load_default=False)


# --- results


class Activity(Schema):
    id = fields.UUID()
    offered_by = fields.UUID()
    kind = fields.String()
    area = fields.String()
    specialism = fields.String()
    title = fields.String()
    description = fields.String()
    pupil_outcome = fields.String()
    evidence = fields.String()
    school_urn = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    capacity = fields.Integer()
    cost_pence = fields.Integer()
    evaluation_weeks = fields.List(fields.Integer())
    state = fields.String()
    contribution_id = fields.UUID()


class ActivityListed(Activity):
    places_taken = fields.Integer()
    places_free = fields.Integer()
    waiting = fields.Integer()


class ActivityPage(Schema):
    items = fields.List(fields.Nested(ActivityListed))
    next = fields.String()


class Booking(Schema):
    id = fields.UUID()
    activity_id = fields.UUID()
    person_id = fields.UUID()
    number = fields.Integer()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    state = fields.String()
    hours_hundredths = fields.Integer()


class BookingListed(Booking):
    title = fields.String()
    school_urn = fields.String()


class BookingPage(Schema):
    items = fields.List(fields.Nested(BookingListed))
    next = fields.String()


class Level(Schema):
    level = fields.Integer()
    asked = fields.Integer()
    answered = fields.Integer()
    mean_score_hundredths = fields.Integer()


class ActivityShown(ActivityListed):
    """With evaluation by level; the register is for the offerer, null to others."""

    levels = fields.List(fields.Nested(Level))
    register = fields.List(fields.Nested(Booking))


class Evaluation(Schema):
    id = fields.UUID()
    activity_id = fields.UUID()
    person_id = fields.UUID()
    level = fields.Integer()
    due_on = fields.Date()
    requested_at = fields.AwareDateTime()
    score = fields.Integer()
    comment = fields.String()
    recorded_on = fields.Date()


class EvaluationListed(Evaluation):
    title = fields.String()


class EvaluationPage(Schema):
    items = fields.List(fields.Nested(EvaluationListed))
    next = fields.String()
