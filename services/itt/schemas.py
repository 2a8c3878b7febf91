"""What comes in and goes out of the service."""

from marshmallow import Schema, fields, validate

from services.itt.domain.corrections import DiscardCode
from services.itt.domain.routes import Route
from services.itt.domain.trainees import State
from services.itt.domain.withdrawals import FutureInterest, Trigger
from services.itt.handlers.reading import SORTS
from shared.paging import MAX_LIMIT

MAX_TEXT = 10_000
_NO_NUL = validate.ContainsNoneOf("\0")


def _text(*, most: int = MAX_TEXT, required: bool = True) -> fields.String:
    """Text of a person: not blank when required, and nothing that a database cannot hold."""
    checks = [validate.Length(1 if required else 0, most), _NO_NUL]
    if required:
        return fields.String(required=True, validate=checks)
    return fields.String(load_default=None, allow_none=True, validate=checks)


def _provider() -> fields.String:
    return fields.String(
        required=True, validate=validate.Regexp(r"[0-9A-Z]{3}\Z", error="must be a provider code")
    )


def _urn(*, required: bool = True) -> fields.String:
    six = validate.Regexp(r"[0-9]{6}\Z", error="must be a URN, six digits")
    if required:
        return fields.String(required=True, validate=six)
    return fields.String(load_default=None, allow_none=True, validate=six)


def _cells() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(), values=fields.String(validate=validate.Length(max=MAX_TEXT)), required=True
    )


def _id(name: str | None = None) -> fields.UUID:
    return fields.UUID(load_default=None, allow_none=True)


def _later() -> fields.Date:
    return fields.Date(load_default=None, allow_none=True)


class _Paged(Schema):
    limit = fields.Integer(strict=True, load_default=50, validate=validate.Range(1, MAX_LIMIT))
    after = fields.String(load_default=None, allow_none=True)


class TraineeId(Schema):
    trainee_id = fields.UUID(required=True)


class ProviderCode(Schema):
    provider_code = _provider()


class ImportId(Schema):
    import_id = fields.UUID(required=True)


# --- files


class ImportTrainees(ProviderCode):
    """``content``: base64 of the file, or of its gzip; ``confirmed_rows`` are known to be no duplicates."""

    content = fields.String(required=True)
    file_name = _text(most=255)
    dry_run = fields.Boolean(load_default=False)
    import_id = _id()
    confirmed_rows = fields.List(fields.Integer(strict=True), load_default=list)


class ImportErrors(ImportId):
    after = fields.Integer(strict=True, load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(strict=True, load_default=MAX_LIMIT, validate=validate.Range(1, MAX_LIMIT))


class ListImports(ProviderCode, _Paged):
    pass


class Sheet(ProviderCode):
    content = fields.String(required=True)
    dry_run = fields.Boolean(load_default=False)


class Export(ProviderCode):
    academic_year = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1990, 2200)
    )


class RowError(Schema):
    row = fields.Integer()
    column = fields.String()
    value = fields.String()
    message = fields.String()


class RowErrors(Schema):
    items = fields.List(fields.Nested(RowError))
    next = fields.Integer(allow_none=True)


class Match(Schema):
    row = fields.Integer()
    trainee_id = fields.UUID()
    person_id = fields.UUID()
    first_names = fields.String()
    last_name = fields.String()
    state = fields.String()


class Imported(Schema):
    row = fields.Integer()
    trainee_id = fields.UUID()
    person_id = fields.UUID()


class ImportSummary(Schema):
    import_id = fields.UUID()
    state = fields.String()
    provider_code = fields.String()
    file_name = fields.String()
    uploaded_at = fields.AwareDateTime()
    rows = fields.Integer()
    blank_rows = fields.Integer()
    error_count = fields.Integer()
    duplicate_count = fields.Integer()
    undone_at = fields.AwareDateTime(allow_none=True)


class Import(ImportSummary):
    created = fields.Integer()
    errors = fields.List(fields.Nested(RowError))
    duplicates = fields.List(fields.Nested(Match))
    trainees = fields.List(fields.Nested(Imported))


class ImportPage(Schema):
    items = fields.List(fields.Nested(ImportSummary))
    next = fields.String(allow_none=True)


class File(Schema):
    """``content``: base64 of the gzip of the CSV text (UTF-8)."""

    file_name = fields.String()
    rows = fields.Integer()
    content = fields.String()


class SheetResult(Schema):
    rows = fields.Integer()
    error_count = fields.Integer()
    errors = fields.List(fields.Nested(RowError))
    trainee_ids = fields.List(fields.UUID())


# --- commands on one trainee


class RegisterTrainee(ProviderCode):
    details = _cells()
    trainee_id = _id()
    submit = fields.Boolean(load_default=True)
    confirmed = fields.Boolean(load_default=False)


class ChangeTrainee(TraineeId):
    changes = _cells()


class ReceiveTrn(TraineeId):
    trn = fields.String(required=True, validate=validate.Length(7, 7))


class MentorIn(Schema):
    person_id = _id()
    first_names = _text(most=60)
    last_name = _text(most=60)
    email = fields.Email(load_default=None, allow_none=True)


class ArrangePlacement(TraineeId):
    placement_id = _id()
    number = fields.Integer(strict=True, required=True, validate=validate.Range(1, 5))
    school_urn = _urn()
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    mentor = fields.Nested(MentorIn, required=True)


class CompletePlacement(Schema):
    placement_id = fields.UUID(required=True)
    completed_on = fields.Date(required=True)
    days = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(0, 1000))


class RecordObservation(TraineeId):
    observation_id = _id()
    observed_on = fields.Date(required=True)
    school_urn = _urn()
    observer = _text(most=200)
    notes = _text()


class Judgement(Schema):
    met = fields.Boolean(required=True)
    evidence = _text()


def _judgements() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.Nested(Judgement), required=True)


class RecordReview(TraineeId):
    review_id = _id()
    reviewed_on = fields.Date(required=True)
    standards = _judgements()


class RecordFinalAssessment(TraineeId):
    assessment_id = _id()
    assessed_on = fields.Date(required=True)
    standards = _judgements()


class Recommend(TraineeId):
    standards_met_on = fields.Date(required=True)
    employing_school_urn = _urn(required=False)


class Award(TraineeId):
    awarded_on = _later()


class Defer(TraineeId):
    reason = fields.String(required=True, validate=_NO_NUL)
    deferred_on = _later()


class Reinstate(TraineeId):
    reinstated_on = _later()
    itt_end_date = _later()


class Withdraw(TraineeId):
    withdrawn_on = fields.Date(required=True)
    withdrawn_by = fields.Enum(Trigger, by_value=True, required=True)
    reasons = fields.List(fields.String(), required=True)
    future_interest = fields.Enum(FutureInterest, by_value=True, required=True)
    text = _text(required=False)


# --- corrections


class Correction(TraineeId):
    reason = fields.String(required=True, validate=[validate.Length(max=MAX_TEXT), _NO_NUL])


class CorrectCourse(Correction):
    changes = _cells()


class MoveTrainee(Correction):
    provider_code = _provider()


class DiscardTrainee(Correction):
    code = fields.Enum(DiscardCode, by_value=True, required=True)


# --- reading


class ListTrainees(_Paged):
    search = fields.String(load_default=None, allow_none=True, validate=[validate.Length(max=200), _NO_NUL])
    sort = fields.String(load_default="name", validate=validate.OneOf(list(SORTS)))
    descending = fields.Boolean(load_default=False)
    provider_code = fields.String(load_default=None, allow_none=True)
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(State)))
    route = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(Route)))
    academic_year = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1990, 2200)
    )
    import_id = _id()
    trn_still_missing = fields.Boolean(load_default=None, allow_none=True)


class TraineeSummary(Schema):
    trainee_id = fields.UUID()
    person_id = fields.UUID()
    provider_code = fields.String()
    state = fields.String()
    first_names = fields.String()
    last_name = fields.String()
    email = fields.String()
    hesa_id = fields.String()
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


class Trainee(TraineeSummary):
    """Codes are those of the national record; ``possible`` are the moves that a person may make now."""

    import_id = fields.UUID(allow_none=True)
    application_id = fields.String(allow_none=True)
    previous_last_name = fields.String(allow_none=True)
    date_of_birth = fields.Date()
    sex = fields.String()
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
    fund_code = fields.String()
    funding_method = fields.String()
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
    withdrawal_reasons = fields.List(fields.String())
    withdrawal_text = fields.String(allow_none=True)
    future_interest = fields.String(allow_none=True)
    assessed_on = fields.Date(allow_none=True)
    assessment_passed = fields.Boolean(allow_none=True)
    standards_met_on = fields.Date(allow_none=True)
    recommended_on = fields.Date(allow_none=True)
    possible = fields.List(fields.String())
    placements = fields.List(fields.Nested(Placement))
    placements_needed = fields.Integer()
    school_days = fields.Integer()
    school_days_needed = fields.Integer(allow_none=True)
    missing_for_recommendation = fields.List(fields.String())
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
