"""Candidates and applications: what goes out."""

from marshmallow import Schema, fields


class Candidate(Schema):
    candidate_id = fields.UUID()
    person_id = fields.UUID()
    email = fields.String()
    first_names = fields.String()
    last_name = fields.String()
    in_progress = fields.Integer()
    created_at = fields.AwareDateTime()


class ApplicationSummary(Schema):
    application_id = fields.UUID()
    candidate_id = fields.UUID()
    state = fields.String()
    cycle = fields.Integer()
    current_cycle = fields.Integer()
    first_names = fields.String()
    last_name = fields.String()
    course_id = fields.UUID()
    course_option_id = fields.UUID()
    course_code = fields.String()
    course_name = fields.String()
    provider_code = fields.String()
    accredited_code = fields.String(allow_none=True)
    site_code = fields.String()
    site_urn = fields.String()
    study_mode = fields.String()
    start_month = fields.Date(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    inactive_due_at = fields.AwareDateTime(allow_none=True)
    is_inactive = fields.Boolean()


class ListedApplication(ApplicationSummary):
    """``changed_at`` is the wall clock of the last change."""

    changed_at = fields.AwareDateTime()


class ApplicationPage(Schema):
    items = fields.List(fields.Nested(ListedApplication))
    next = fields.String(allow_none=True)


class OwnApplications(Schema):
    items = fields.List(fields.Nested(ListedApplication))


class Changes(Schema):
    items = fields.List(fields.Nested(ListedApplication))
    next = fields.Integer()
    total = fields.Integer(allow_none=True)
    looked_at = fields.AwareDateTime()


class Condition(Schema):
    condition_id = fields.UUID()
    text = fields.String()
    state = fields.String()


class RejectionReasonOut(Schema):
    code = fields.String()
    label = fields.String()
    details = fields.String()


class InterviewOut(Schema):
    interview_id = fields.UUID()
    provider_code = fields.String()
    at = fields.AwareDateTime()
    location = fields.String()
    additional_details = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()
    cancelled_at = fields.AwareDateTime(allow_none=True)
    cancellation_reason = fields.String(allow_none=True)


class Note(Schema):
    note_id = fields.UUID()
    author = fields.String()
    organisation = fields.String(allow_none=True)
    message = fields.String()
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()


class ReceivedReference(Schema):
    reference_id = fields.UUID()
    name = fields.String()
    email = fields.String()
    relationship = fields.String()
    referee_type = fields.String()
    state = fields.String()
    requested_at = fields.AwareDateTime(allow_none=True)
    provided_at = fields.AwareDateTime(allow_none=True)
    feedback = fields.String(allow_none=True)
    safeguarding_concerns = fields.Boolean(allow_none=True)
    confidential = fields.Boolean(allow_none=True)


class Application(ApplicationSummary):
    """``form`` holds the sections as they stand now; the statement is as it was when the application was sent."""

    person_id = fields.UUID()
    email = fields.String()
    date_of_birth = fields.Date(allow_none=True)
    chosen_course_id = fields.UUID()
    chosen_option_id = fields.UUID()
    personal_statement = fields.String(allow_none=True)
    form = fields.Dict()
    missing_gcses_explanation = fields.String(allow_none=True)
    safeguarding_issues_status = fields.String()
    inactive_at = fields.AwareDateTime(allow_none=True)
    reject_by_default_at = fields.AwareDateTime(allow_none=True)
    decline_by_default_at = fields.AwareDateTime(allow_none=True)
    conditions = fields.List(fields.Nested(Condition))
    offered_at = fields.AwareDateTime(allow_none=True)
    offer_changed_at = fields.AwareDateTime(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)
    declined_at = fields.AwareDateTime(allow_none=True)
    offer_withdrawn_at = fields.AwareDateTime(allow_none=True)
    offer_withdrawal_reason = fields.String(allow_none=True)
    rejected_at = fields.AwareDateTime(allow_none=True)
    rejection_reasons = fields.List(fields.Nested(RejectionReasonOut))
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    withdrawal_reasons = fields.List(fields.String())
    withdrawal_text = fields.String(allow_none=True)
    ended_because = fields.String(allow_none=True)
    withdrawn_or_declined_for_candidate = fields.Boolean()
    recruited_at = fields.AwareDateTime(allow_none=True)
    conditions_not_met_at = fields.AwareDateTime(allow_none=True)
    deferred_at = fields.AwareDateTime(allow_none=True)
    state_before_deferral = fields.String(allow_none=True)
    deferred_to = fields.Integer(allow_none=True)
    interviews = fields.List(fields.Nested(InterviewOut))
    notes = fields.List(fields.Nested(Note))
    references = fields.List(fields.Nested(ReceivedReference))
    possible = fields.List(fields.String())


class TimelineItem(Schema):
    at = fields.AwareDateTime()
    kind = fields.String()
    what = fields.String()
    who = fields.String(allow_none=True)
    why = fields.String(allow_none=True)
    details = fields.Dict()


class Timeline(Schema):
    application_id = fields.UUID()
    items = fields.List(fields.Nested(TimelineItem))


class DuplicateCandidate(Schema):
    candidate_id = fields.UUID()
    person_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    date_of_birth = fields.Date(allow_none=True)
    email = fields.String()


class Duplicate(Schema):
    duplicate_id = fields.UUID()
    cycle = fields.Integer()
    found_at = fields.AwareDateTime()
    decision = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    candidates = fields.List(fields.Nested(DuplicateCandidate))


class DuplicatePage(Schema):
    items = fields.List(fields.Nested(Duplicate))
    next = fields.String(allow_none=True)
