"""Courses as readers see them."""

from marshmallow import Schema, fields


class SiteShown(Schema):
    option_id = fields.UUID()
    site_code = fields.String()
    site_urn = fields.String()
    site_name = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    study_mode = fields.String()
    has_vacancies = fields.Boolean()


class SiteOut(SiteShown):
    places = fields.Integer()
    accepted = fields.Integer()
    vacancies = fields.Integer()


class CourseSaid(Schema):
    """What a course says, with the words behind its codes."""

    course_id = fields.UUID()
    cycle = fields.Integer()
    code = fields.String()
    state = fields.String()
    provider_code = fields.String()
    provider_name = fields.String()
    accredited_code = fields.String(allow_none=True)
    accredited_name = fields.String(allow_none=True)
    name = fields.String()
    about = fields.String(allow_none=True)
    level = fields.String(allow_none=True)
    subjects = fields.List(fields.String())
    subject_labels = fields.List(fields.String())
    age_range = fields.String(allow_none=True)
    age_range_label = fields.String(allow_none=True)
    study_mode = fields.String(allow_none=True)
    funding = fields.String(allow_none=True)
    route = fields.String(allow_none=True)
    qualification = fields.String(allow_none=True)
    start_month = fields.Date(allow_none=True)
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    school_days = fields.Integer(allow_none=True)
    degree_required = fields.String(allow_none=True)
    gcse = fields.Dict()
    fee_pence = fields.Integer(allow_none=True)
    visa_sponsorship = fields.Boolean(allow_none=True)


class CourseSummary(CourseSaid):
    allocated_places = fields.Integer(allow_none=True)
    places = fields.Integer()
    accepted = fields.Integer()
    vacancies = fields.Integer()


class CoursePage(Schema):
    items = fields.List(fields.Nested(CourseSummary))
    next = fields.String(allow_none=True)


class Course(CourseSummary):
    """``missing_to_publish``: what keeps a draft from being published, by field."""

    sites = fields.List(fields.Nested(SiteOut))
    missing_to_publish = fields.Dict()
    possible = fields.List(fields.String())
    rolled_over_from = fields.UUID(allow_none=True)
    published_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)


class CourseShown(CourseSaid):
    """What candidates see; ``distance_miles`` to the nearest site, when they said from where."""

    sites = fields.List(fields.Nested(SiteShown))
    has_vacancies = fields.Boolean()
    distance_miles = fields.Float(allow_none=True)


class CoursesShown(Schema):
    items = fields.List(fields.Nested(CourseShown))
    next = fields.String(allow_none=True)
    total = fields.Integer()
    cycle = fields.Integer()


class RolledCourse(Schema):
    course_id = fields.UUID()
    code = fields.String()
    rolled_over_from = fields.UUID()


class RolledOver(Schema):
    """``already_there``: codes that the next cycle had."""

    cycle = fields.Integer()
    courses = fields.List(fields.Nested(RolledCourse))
    already_there = fields.List(fields.String())


class RecruitmentCycle(Schema):
    cycle = fields.Integer()
    provisional = fields.Boolean()
    can_find = fields.Boolean()
    can_apply = fields.Boolean()
    find_opens_at = fields.AwareDateTime()
    apply_opens_at = fields.AwareDateTime()
    apply_deadline_at = fields.AwareDateTime()
    reject_by_default_at = fields.AwareDateTime()
    decline_by_default_at = fields.AwareDateTime()
    find_closes_at = fields.AwareDateTime()
