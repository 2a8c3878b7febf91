"""Results of the calls about induction. What a period has not come to yet is null or left out."""

from marshmallow import Schema, fields


class Body(Schema):
    code = fields.String()
    name = fields.String()
    provider_code = fields.String()
    own_school_urns = fields.List(fields.String())


class BodyPage(Schema):
    items = fields.List(fields.Nested(Body))
    next = fields.String()


class School(Schema):
    urn = fields.String()
    appropriate_body = fields.String()
    intervention_from = fields.Date()
    intervention_until = fields.Date()
    inspectorate_certified = fields.Boolean()


class TermDates(Schema):
    starts_on = fields.Date()
    ends_on = fields.Date()
    name = fields.String()


class Assessment(Schema):
    period_id = fields.UUID()
    term = fields.Integer()
    kind = fields.String()
    outcome = fields.String()
    evidence = fields.String()
    assessed_on = fields.Date()
    served_hundredths = fields.Integer()


class Absence(Schema):
    id = fields.UUID()
    kind = fields.String()
    starts_on = fields.Date()
    days = fields.Integer()
    part = fields.Integer()
    extends_at_wish = fields.Boolean()


class Period(Schema):
    """A period as it was changed."""

    id = fields.UUID()
    person_id = fields.UUID()
    role_period_id = fields.UUID()
    school_urn = fields.String()
    appropriate_body = fields.String()
    state = fields.String()
    proposed_on = fields.Date()
    starts_on = fields.Date()
    opened_on = fields.Date()
    rule_set = fields.String()
    fte_percent = fields.Integer()
    terms_required_hundredths = fields.Integer()
    absence_hundredths = fields.Integer()
    refusal_code = fields.String()
    mentor_id = fields.UUID()
    tutor_id = fields.UUID()
    at_risk_told_on = fields.Date()
    released_on = fields.Date()
    interim_due = fields.Boolean()
    recommendation = fields.String()
    recommended_on = fields.Date()
    representations_until = fields.Date()
    represented_on = fields.Date()
    decision_due_on = fields.Date()
    decision = fields.String()
    decided_on = fields.Date()
    notice_due_on = fields.Date()
    notice_sent_on = fields.Date()
    appeal_until = fields.Date()
    appealed_on = fields.Date()
    result_on = fields.Date()
    dismissal_due_on = fields.Date()


class PeriodListed(Period):
    first_names = fields.String()
    last_name = fields.String()
    trn = fields.String()


class PeriodShown(PeriodListed):
    """A period with its progress and what was recorded in it."""

    total_hundredths = fields.Integer()
    served_hundredths = fields.Integer()
    current_term = fields.Integer()
    last_term = fields.Integer()
    timetable_max_percent = fields.Integer()
    completes_on = fields.Date()
    recommendation_due_on = fields.Date()
    recommended_late = fields.Boolean()
    assessments = fields.List(fields.Nested(Assessment))
    absences = fields.List(fields.Nested(Absence))


class PeriodPage(Schema):
    items = fields.List(fields.Nested(PeriodListed))
    next = fields.String()


class Post(Schema):
    role_period_id = fields.UUID()
    school_urn = fields.String()
    role = fields.String()
    begins_on = fields.Date()
    ended_on = fields.Date()
    fte_percent = fields.Integer()
    relevant = fields.Boolean()
    obstacle = fields.String()


class Induction(Schema):
    person_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    trn = fields.String()
    status = fields.String()
    qts_awarded_on = fields.Date()
    qts_removal_refused_on = fields.Date()
    rule_set = fields.String()
    exempt_from = fields.Date()
    exempt_until = fields.Date()
    short_supply_until = fields.Date()
    posts = fields.List(fields.Nested(Post))
    periods = fields.List(fields.Nested(PeriodShown))


class Standing(Schema):
    person_id = fields.UUID(attribute="standing.person_id")
    exempt_from = fields.Date(attribute="standing.exempt_from")
    exempt_until = fields.Date(attribute="standing.exempt_until")
    failed_in_wales_on = fields.Date(attribute="standing.failed_in_wales_on")
