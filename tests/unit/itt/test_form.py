"""The form: what each section needs to be complete, and that it holds every field of the provider API."""

from datetime import date
from typing import Any

import pytest

from services.itt.domain.form import NEEDED, OPTIONAL, Section, degree, lacks, recruit, unfinished

ON = date(2026, 11, 23)
JOB = {
    "organisation_name": "A school",
    "role": "Teaching assistant",
    "start_month": {"year": "2020", "month": "09"},
}
GCSE = {"qualification_type": "gcse", "grade": "5", "award_year": "2018"}
DEGREE = {
    "qualification_type": "BSc",
    "subject": "Mathematics",
    "award_year": "2024",
    "institution_details": "Durham University",
    "grade": "2:1",
}
COMPLETE: dict[Section, dict[str, Any]] = {
    Section.PERSONAL_DETAILS: {
        "first_names": "Amina",
        "last_name": "Okafor",
        "date_of_birth": "2002-05-14",
    },
    Section.CONTACT: {
        "phone_number": "07700 900000",
        "address_line1": "1 High Street",
        "postcode": "NE1 4LP",
        "country": "GB",
    },
    Section.NATIONALITY: {"nationalities": ["GB"], "uk_residency_status_code": "A"},
    Section.LANGUAGES: {"english_main_language": False},
    Section.DEGREES: {"degrees": [DEGREE]},
    Section.GCSES: {"english": GCSE, "maths": GCSE, "science": {"missing_explanation": "Not offered"}},
    Section.OTHER_QUALIFICATIONS: {"no_other_qualifications": True},
    Section.WORK_HISTORY: {"status": "has_worked", "jobs": [JOB]},
    Section.UNPAID_EXPERIENCE: {"volunteering": [JOB]},
    Section.PERSONAL_STATEMENT: {"text": "I want to teach"},
    Section.SAFEGUARDING: {"has_issues": False},
    Section.INTERVIEW_NEEDS: {"has_needs": False},
    Section.PREVIOUS_TRAINING: {"started": False},
    Section.FURTHER_INFORMATION: {},
}


@pytest.mark.parametrize("section", list(Section))
def test_a_section_with_all_that_is_needed_lacks_nothing(section: Section) -> None:
    assert lacks(section, COMPLETE[section], ON) == []


@pytest.mark.parametrize("section", list(NEEDED))
def test_an_empty_section_lacks_something(section: Section) -> None:
    assert lacks(section, {}, ON)


@pytest.mark.parametrize(
    ("section", "changes", "told"),
    [
        (Section.PERSONAL_DETAILS, {"date_of_birth": "2026-11-23"}, ["date_of_birth is not in the past"]),
        (Section.CONTACT, {"postcode": ""}, ["postcode is missing"]),
        (Section.CONTACT, {"country": "FR", "postcode": None}, []),
        (
            Section.NATIONALITY,
            {"nationalities": ["GB", "FR", "DE", "IT", "ES", "PT"]},
            ["nationalities has 6; name at most 5"],
        ),
        (Section.NATIONALITY, {"uk_residency_status_code": "D"}, ["uk_residency_status is missing"]),
        (Section.DEGREES, {"degrees": [DEGREE | {"grade": None}]}, ["degrees 1: grade is missing"]),
        (Section.DEGREES, {"degrees": [DEGREE | {"grade": None, "currently_completing": True}]}, []),
        (Section.DEGREES, {"degrees": [], "no_degree": True}, []),
        (
            Section.GCSES,
            {"maths": {}},
            [
                "maths: qualification_type is missing",
                "maths: grade is missing",
                "maths: award_year is missing",
                "maths: or say why it is missing (missing_explanation)",
            ],
        ),
        (
            Section.OTHER_QUALIFICATIONS,
            {"no_other_qualifications": False},
            ["qualifications is missing; or say no_other_qualifications (true) if there is none"],
        ),
        (Section.WORK_HISTORY, {"status": "full_time_education", "jobs": []}, []),
        (Section.WORK_HISTORY, {"jobs": [JOB | {"role": ""}]}, ["jobs 1: role is missing"]),
        (
            Section.WORK_HISTORY,
            {"jobs": []},
            ["jobs is missing; or say status never_worked or full_time_education"],
        ),
        (
            Section.WORK_HISTORY,
            {"status": None},
            ["status is missing; it is has_worked, full_time_education or never_worked"],
        ),
        (
            Section.UNPAID_EXPERIENCE,
            {"volunteering": []},
            ["volunteering is missing; or say no_unpaid_experience (true) if there is none"],
        ),
        (
            Section.DEGREES,
            {"degrees": []},
            ["degrees is missing; or say no_degree (true) if there is none"],
        ),
        (Section.UNPAID_EXPERIENCE, {"no_unpaid_experience": True, "volunteering": []}, []),
        (Section.SAFEGUARDING, {"has_issues": True}, ["details is missing"]),
        (Section.INTERVIEW_NEEDS, {"has_needs": True}, ["interview_preferences is missing"]),
        (
            Section.PREVIOUS_TRAINING,
            {"started": True},
            ["provider_name is missing", "details is missing"],
        ),
    ],
)
def test_what_a_section_lacks_is_told(section: Section, changes: dict[str, Any], told: list[str]) -> None:
    """Domain page, "nationalities": at most 5; the other sections are the provider API's."""
    assert lacks(section, COMPLETE[section] | changes, ON) == told


def test_a_form_is_sent_when_every_section_is_complete_and_two_referees_are_named() -> None:
    whole = {section.value: (content, True) for section, content in COMPLETE.items()}
    assert unfinished(whole, True) == {}
    assert unfinished(whole, False) == {"references": ["two referees are needed"]}
    whole["contact"] = (COMPLETE[Section.CONTACT], False)
    assert unfinished(whole, True) == {"contact": ["is not marked as complete"]}
    assert set(unfinished({}, False)) == {*NEEDED, "references"}
    assert OPTIONAL == {Section.FURTHER_INFORMATION}


def test_a_recruit_has_what_a_trainees_record_needs_and_no_equality_data() -> None:
    content = COMPLETE | {
        Section.DEGREES: {
            "degrees": [DEGREE | {"hesa_degtype": "051", "hesa_degsbj": "100403", "hesa_degclss": "nought"}]
        }
    }
    made = recruit({section.value: (said, True) for section, said in content.items()}, "amina@example.com")
    assert (made.first_names, made.last_name, made.date_of_birth) == ("Amina", "Okafor", date(2002, 5, 14))
    assert (made.nationalities, made.sex, made.email) == (("GB",), None, "amina@example.com")
    (one,) = made.degrees
    assert (one.uk, one.degree_type, one.subject, one.grade, one.graduation_year) == (
        True,
        "051",
        "100403",
        None,
        "2024",
    )


def test_a_degree_from_elsewhere_is_told_from_one_of_the_united_kingdom() -> None:
    assert not degree({"hesa_degctry": "FR"}).uk
    assert degree({"hesa_degctry": "XF"}).uk
