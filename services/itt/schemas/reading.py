"""Trainees as readers see them."""

from marshmallow import Schema, fields, validate

from services.itt.domain.routes import Route
from services.itt.domain.trainees import State
from services.itt.handlers.reading import SORTS
from services.itt.schemas.checks import Check
from services.itt.schemas.shapes import NO_NUL, Paged, an_id
from services.itt.schemas.training import Absence, Concern, SchoolDayEntry


class ListTrainees(Paged):
    search = fields.String(load_default=None, allow_none=True, validate=[validate.Length(max=200), NO_NUL])
    sort = fields.String(load_default="name", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)
    provider_code = fields.String(load_default=None, allow_none=True)
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(State)))
    route = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(Route)))
    academic_year = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1990, 2200)
    )
    import_id = an_id()
    trn_still_missing = fields.Boolean(load_default=None, allow_none=True)
    from_application = fields.Boolean(load_default=None, allow_none=True)
    has_matches = fields.Boolean(load_default=None, allow_none=True)


class TraineeSummary(Schema):
    trainee_id = fields.UUID()
    person_id = fields.UUID()
    provider_code = fields.String()
    state = fields.String()
    first_names = fields.String()
    last_name = fields.String()
    email = fields.String()
    hesa_id = fields.String(allow_none=True)
    provider_trainee_id = fields.String(allow_none=True)
    trn = fields.String(allow_none=True)
    trn_still_missing = fields.Boolean()
    route = fields.String()
    qualification = fields.String()
    subjects = fields.List(fields.String())
    academic_year = fields.Integer()
    itt_start_date = fields.Date()
    itt_end_date = fields.Date()
    started_on = fields.Date(allow_none=True)
    awarded_on = fields.Date(allow_none=True)


class TraineePage(Schema):
    items = fields.List(fields.Nested(TraineeSummary))
    next = fields.String(allow_none=True)


class Mentor(Schema):
    person_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    email = fields.String(allow_none=True)


class Placement(Schema):
    placement_id = fields.UUID()
    number = fields.Integer()
    school_urn = fields.String()
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    mentor = fields.Nested(Mentor, allow_none=True)
    completed_on = fields.Date(allow_none=True)
    days = fields.Integer(allow_none=True)


class Review(Schema):
    review_id = fields.UUID()
    reviewed_on = fields.Date()
    standards = fields.Dict()


class Observation(Schema):
    observation_id = fields.UUID()
    observed_on = fields.Date()
    school_urn = fields.String()
    observer = fields.String()
    notes = fields.String()


class ObservationPage(Schema):
    items = fields.List(fields.Nested(Observation))
    next = fields.String(allow_none=True)


class LikeTrainee(Schema):
    """Another trainee of the provider who may be the same one."""

    trainee_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    state = fields.String()


class Trainee(TraineeSummary):
    """Codes are those of the national record; ``possible`` are the moves that a person may make now."""

    import_id = fields.UUID(allow_none=True)
    application_id = fields.String(allow_none=True)
    previous_last_name = fields.String(allow_none=True)
    date_of_birth = fields.Date()
    sex = fields.String(allow_none=True)
    nationality = fields.String(allow_none=True)
    itt_aim = fields.String()
    training_route = fields.String()
    route_label = fields.String()
    itt_qualification_aim = fields.String(allow_none=True)
    course_subject_1 = fields.String()
    course_subject_2 = fields.String(allow_none=True)
    course_subject_3 = fields.String(allow_none=True)
    study_mode = fields.String(allow_none=True)
    course_age_range = fields.String()
    course_year = fields.String()
    training_partner_urn = fields.String(allow_none=True)
    employing_school_urn = fields.String(allow_none=True)
    trainee_start_date = fields.Date(allow_none=True)
    pg_apprenticeship_start_date = fields.Date(allow_none=True)
    fund_code = fields.String(allow_none=True)
    funding_method = fields.String(allow_none=True)
    training_initiative = fields.String(allow_none=True)
    additional_training_initiative = fields.String(allow_none=True)
    uk_degree = fields.String(allow_none=True)
    non_uk_degree = fields.String(allow_none=True)
    degree_subject = fields.String(allow_none=True)
    degree_grade = fields.String(allow_none=True)
    degree_graduation_year = fields.String(allow_none=True)
    awarding_institution = fields.String(allow_none=True)
    degree_country = fields.String(allow_none=True)
    iqts_country = fields.String(allow_none=True)
    submitted_on = fields.Date(allow_none=True)
    deferred_on = fields.Date(allow_none=True)
    defer_reason = fields.String(allow_none=True)
    reinstated_on = fields.Date(allow_none=True)
    withdrawn_on = fields.Date(allow_none=True)
    withdrawn_by = fields.String(allow_none=True)
    withdrawal_reasons = fields.List(fields.String(), allow_none=True)
    withdrawal_text = fields.String(allow_none=True)
    future_interest = fields.String(allow_none=True)
    assessed_on = fields.Date(allow_none=True)
    assessment_passed = fields.Boolean(allow_none=True)
    standards_met_on = fields.Date(allow_none=True)
    discard_code = fields.String(allow_none=True)
    recommended_on = fields.Date(allow_none=True)
    possible = fields.List(fields.String())
    placements = fields.List(fields.Nested(Placement))
    placements_needed = fields.Integer()
    school_days = fields.Integer()
    school_days_needed = fields.Integer(allow_none=True)
    school_days_left = fields.Integer(allow_none=True)
    school_day_entries = fields.List(fields.Nested(SchoolDayEntry))
    absences = fields.List(fields.Nested(Absence))
    absence_days = fields.Integer()
    concerns = fields.List(fields.Nested(Concern))
    checks = fields.List(fields.Nested(Check), allow_none=True)
    checks_missing = fields.List(fields.String(), allow_none=True)
    warnings = fields.List(fields.String())
    missing_for_recommendation = fields.List(fields.String())
    missing_for_trn = fields.Dict()
    from_application_id = fields.UUID(allow_none=True)
    matches = fields.List(fields.Nested(LikeTrainee))
    open_corrections = fields.Integer()
    reviews = fields.List(fields.Nested(Review))
    final_assessments = fields.List(fields.Nested(Review))
    standards = fields.Dict()
    observations = fields.List(fields.Nested(Observation))


class HistoryItem(Schema):
    at = fields.AwareDateTime()
    kind = fields.String()
    what = fields.String()
    who = fields.String(allow_none=True)
    why = fields.String(allow_none=True)
    details = fields.Dict()


class History(Schema):
    trainee_id = fields.UUID()
    items = fields.List(fields.Nested(HistoryItem))


class Equality(Schema):
    trainee_id = fields.UUID()
    ethnicity = fields.String(allow_none=True)
    disabilities = fields.List(fields.String())


class Counts(Schema):
    provider_code = fields.String()
    states = fields.Dict()
