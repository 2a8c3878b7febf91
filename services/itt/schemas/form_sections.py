"""The sections of the candidate's form. Lengths and words are those of the national provider API."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from services.itt.domain.codes import labels
from services.itt.domain.form import MOST_NATIONALITIES, Residency, Section, WorkStatus
from services.itt.schemas.shapes import NO_NUL
from shared.fields import ONE_LINE, Day

LONG, SHORT = 10_240, 256
MOST_ENTRIES = 100
COUNTRY = validate.Regexp(
    r"[A-Z]{2}\Z", error="must be an ISO 3166-1 code of two capital letters, such as GB"
)

A_YEAR = validate.Regexp(r"(19|20)[0-9]{2}\Z", error='must be a year of four digits, such as "2014"')
AS_TEXT: dict[str, Any] = {"invalid": 'is not text; write the year as text, "2014"'}


def said(most: int = SHORT) -> fields.String:
    """A text of the form; a draft may leave it out."""
    return fields.String(allow_none=True, validate=[validate.Length(max=most), NO_NUL])


def a_name() -> fields.String:
    """A name, on one line; a draft may leave it out."""
    return fields.String(allow_none=True, validate=[validate.Length(max=60), ONE_LINE])


def yes_or_no() -> fields.Boolean:
    """Yes, no, or not said yet."""
    return fields.Boolean(allow_none=True)


def year() -> fields.String:
    """A year, as text of four digits."""
    return fields.String(allow_none=True, validate=A_YEAR, error_messages=AS_TEXT)


def many(of: type[Schema]) -> fields.List[Any]:
    """Entries of a list."""
    return fields.List(fields.Nested(of, unknown=RAISE), validate=validate.Length(max=MOST_ENTRIES))


def one_of(values: Any) -> fields.String:
    """One of these words, or not said yet."""
    return fields.String(allow_none=True, validate=validate.OneOf(list(values)))


def a_country() -> fields.String:
    """A country by its code."""
    return fields.String(allow_none=True, validate=COUNTRY)


class PersonalDetails(Schema):
    first_names = a_name()
    last_name = a_name()
    previous_last_name = a_name()
    date_of_birth = Day(allow_none=True)


class Contact(Schema):
    phone_number = said(50)
    address_line1 = said(50)
    address_line2 = said(50)
    address_line3 = said(50)
    address_line4 = said(50)
    postcode = said(25)
    country = a_country()
    domicile = a_country()


def nationality(code: str) -> None:
    """A nationality of the national record. Raises ValidationError."""
    if code not in labels("nationality"):
        raise ValidationError(f"{code} is no code of the nationality list, such as GB")


class Nationality(Schema):
    nationalities = fields.List(
        fields.String(validate=nationality), validate=validate.Length(max=MOST_NATIONALITIES)
    )
    uk_residency_status_code = one_of(Residency)
    uk_residency_status = said()
    fee_payer = one_of(("02", "99"))
    visa_expires_on = Day(allow_none=True)
    visa_explanation = one_of(
        (
            "expires_after_course",
            "renew",
            "leads_to_permanent_visa",
            "switch_to_different_visa",
            "not_sure",
            "other",
        )
    )
    visa_explanation_details = said()
    country_residency_from = Day(allow_none=True)
    country_residency_since_birth = yes_or_no()


class Languages(Schema):
    english_main_language = yes_or_no()
    english_language_qualifications = said(LONG)
    other_languages = said(LONG)
    obtaining_english_language_qualification_details = said()


class Qualification(Schema):
    """A degree, GCSE or other qualification; ``hesa_*`` are codes of the national record."""

    id = fields.UUID(allow_none=True)
    qualification_type = said()
    non_uk_qualification_type = said()
    other_uk_qualification_type = said(100)
    subject = said()
    subject_code = said(20)
    grade = said()
    start_year = year()
    award_year = year()
    institution_details = said()
    equivalency_details = said()
    hesa_degtype = said(20)
    hesa_degsbj = said(20)
    hesa_degclss = said(20)
    hesa_degest = said(20)
    hesa_degctry = a_country()
    hesa_degstdt = Day(allow_none=True)
    hesa_degenddt = Day(allow_none=True)
    currently_completing = yes_or_no()
    missing_explanation = said(LONG)


class Degrees(Schema):
    no_degree = yes_or_no()
    degrees = many(Qualification)


class Gcses(Schema):
    english = fields.Nested(Qualification, allow_none=True)
    maths = fields.Nested(Qualification, allow_none=True)
    science = fields.Nested(Qualification, allow_none=True)


class OtherQualifications(Schema):
    no_other_qualifications = yes_or_no()
    qualifications = many(Qualification)


A_MONTH = {"type": 'is not a month; it is an object such as {"year": "2020", "month": "01"}'}


class Month(Schema):
    """A month as people remember it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.error_messages |= A_MONTH

    year = fields.String(required=True, validate=A_YEAR, error_messages=AS_TEXT)
    month = fields.String(
        required=True,
        validate=validate.Regexp(r"(0[1-9]|1[0-2])\Z", error="must be 01 to 12"),
        error_messages={"invalid": 'is not text; write the month as text, "01"'},
    )
    estimated = fields.Boolean(load_default=False)


class WorkExperience(Schema):
    """A job or unpaid experience."""

    id = fields.UUID(allow_none=True)
    organisation_name = said()
    role = said()
    description = said(LONG)
    commitment = one_of(("full_time", "part_time"))
    start_month = fields.Nested(Month, allow_none=True)
    end_month = fields.Nested(Month, allow_none=True)
    working_with_children = yes_or_no()
    skills_relevant_to_teaching = yes_or_no()


class WorkHistory(Schema):
    status = one_of(WorkStatus)
    jobs = many(WorkExperience)
    break_explanation = said(LONG)


class UnpaidExperience(Schema):
    no_unpaid_experience = yes_or_no()
    volunteering = many(WorkExperience)


class PersonalStatement(Schema):
    text = said(LONG)


class Safeguarding(Schema):
    has_issues = yes_or_no()
    details = said(LONG)


class InterviewNeeds(Schema):
    has_needs = yes_or_no()
    interview_preferences = said(LONG)


class PreviousTraining(Schema):
    started = yes_or_no()
    provider_name = said()
    started_on = Day(allow_none=True)
    ended_on = Day(allow_none=True)
    details = said(LONG)


class FurtherInformation(Schema):
    further_information = said(LONG)
    disability_disclosure = said(LONG)


SECTIONS: dict[Section, type[Schema]] = {
    Section.PERSONAL_DETAILS: PersonalDetails,
    Section.CONTACT: Contact,
    Section.NATIONALITY: Nationality,
    Section.LANGUAGES: Languages,
    Section.DEGREES: Degrees,
    Section.GCSES: Gcses,
    Section.OTHER_QUALIFICATIONS: OtherQualifications,
    Section.WORK_HISTORY: WorkHistory,
    Section.UNPAID_EXPERIENCE: UnpaidExperience,
    Section.PERSONAL_STATEMENT: PersonalStatement,
    Section.SAFEGUARDING: Safeguarding,
    Section.INTERVIEW_NEEDS: InterviewNeeds,
    Section.PREVIOUS_TRAINING: PreviousTraining,
    Section.FURTHER_INFORMATION: FurtherInformation,
}
