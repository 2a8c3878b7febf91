"""Every field of the national provider API is kept: where each of them stands, held against its document."""

from typing import Any

import pytest
import yaml
from marshmallow import Schema
from marshmallow import fields as ma

from services.itt.schemas import application_views as views
from services.itt.schemas import applications as commands
from services.itt.schemas import form_sections as form
from services.itt.schemas.form import EqualityOut
from shared.config import PROJECT_ROOT
from shared.events.applications import Recruited

DOCUMENT = PROJECT_ROOT.parent / "shared" / "data" / "apis" / "vendor-api-v2.0.yml"
# API field -> where it is kept; fields that the API itself makes of others are told in words.
ATTRIBUTES = {
    "support_reference": "made of candidate_id and cycle",
    "status": (views.Application, "state"),
    "phase": "always apply_1: the second phase is history",
    "submitted_at": (views.Application, "sent_at"),
    "updated_at": (views.ListedApplication, "changed_at"),
    "reject_by_default_at": (views.Application, "reject_by_default_at"),
    "recruited_at": (views.Application, "recruited_at"),
    "personal_statement": (views.Application, "personal_statement"),
    "interview_preferences": (form.InterviewNeeds, "interview_preferences"),
    "candidate": "Candidate",
    "contact_details": "ContactDetails",
    "course": "Course",
    "qualifications": "Qualification",
    "work_experience": "WorkExperience",
    "references": "Reference",
    "offer": "Offer",
    "withdrawal": (views.Application, "withdrawn_at"),
    "rejection": (views.Application, "rejection_reasons"),
    "hesa_itt_data": "the codes of EqualityAndDiversity",
    "further_information": (form.FurtherInformation, "further_information"),
    "safeguarding_issues_status": (views.Application, "safeguarding_issues_status"),
    "safeguarding_issues_details_url": "made of application_id",
    "application_url": "made of application_id",
    "previous_teacher_training": "PreviousTeacherTraining",
    "anonymised": "whether the candidate was erased",
    "interviews": "Interview",
    "notes": "Note",
    "withdrawn_or_declined_for_candidate": (views.Application, "withdrawn_or_declined_for_candidate"),
    "equality_and_diversity": "EqualityAndDiversity",
    "sent_to_provider_at": (views.Application, "sent_at"),
    "inactive": (views.Application, "is_inactive"),
    "possible_undeclared_previous_teacher_training_url": "made of application_id",
}
OBJECTS: dict[str, dict[str, Any]] = {
    "Candidate": {
        "id": (views.Application, "candidate_id"),
        "first_name": (form.PersonalDetails, "first_names"),
        "last_name": (form.PersonalDetails, "last_name"),
        "date_of_birth": (form.PersonalDetails, "date_of_birth"),
        "nationality": (form.Nationality, "nationalities"),
        "domicile": (form.Contact, "domicile"),
        "uk_residency_status": (form.Nationality, "uk_residency_status"),
        "uk_residency_status_code": (form.Nationality, "uk_residency_status_code"),
        "fee_payer": (form.Nationality, "fee_payer"),
        "english_main_language": (form.Languages, "english_main_language"),
        "english_language_qualifications": (form.Languages, "english_language_qualifications"),
        "other_languages": (form.Languages, "other_languages"),
        "disability_disclosure": (form.FurtherInformation, "disability_disclosure"),
        "obtaining_english_language_qualification_details": (
            form.Languages,
            "obtaining_english_language_qualification_details",
        ),
        "visa_expired_at": (form.Nationality, "visa_expires_on"),
        "visa_explanation": (form.Nationality, "visa_explanation"),
        "visa_explanation_details": (form.Nationality, "visa_explanation_details"),
        "country_residency_date_from": (form.Nationality, "country_residency_from"),
        "country_residency_since_birth": (form.Nationality, "country_residency_since_birth"),
    },
    "ContactDetails": {
        **{f"address_line{n}": (form.Contact, f"address_line{n}") for n in range(1, 5)},
        "postcode": (form.Contact, "postcode"),
        "country": (form.Contact, "country"),
        "email": (views.Application, "email"),
        "phone_number": (form.Contact, "phone_number"),
    },
    "Course": {
        "recruitment_cycle_year": (views.Application, "current_cycle"),
        "provider_code": (views.Application, "provider_code"),
        "course_code": (views.Application, "course_code"),
        "site_code": (views.Application, "site_code"),
        "study_mode": (views.Application, "study_mode"),
        "start_date": (views.Application, "start_month"),
    },
    "Offer": {
        "conditions": (views.Application, "conditions"),
        "course": (views.Application, "course_option_id"),
        "offer_made_at": (views.Application, "offered_at"),
        "offer_accepted_at": (views.Application, "accepted_at"),
        "offer_declined_at": (views.Application, "declined_at"),
        "status_before_deferral": (views.Application, "state_before_deferral"),
        "deferred_to_recruitment_cycle_year": (views.Application, "deferred_to"),
        "offer_deferred_at": (views.Application, "deferred_at"),
    },
    "Qualification": {
        name: (form.Qualification, name)
        for name in (
            "id qualification_type non_uk_qualification_type subject subject_code grade start_year award_year"
            " institution_details equivalency_details hesa_degtype hesa_degsbj hesa_degclss hesa_degest"
            " hesa_degctry hesa_degstdt hesa_degenddt missing_explanation other_uk_qualification_type"
        ).split()
    }
    | {
        "awarding_body": "always null, says the document",
        "currently_completing_qualification": (form.Qualification, "currently_completing"),
    },
    "Qualifications": {
        "gcses": (form.Gcses, "maths"),
        "degrees": (form.Degrees, "degrees"),
        "other_qualifications": (form.OtherQualifications, "qualifications"),
        "missing_gcses_explanation": (views.Application, "missing_gcses_explanation"),
    },
    "Reference": {
        "id": (views.ReceivedReference, "reference_id"),
        "name": (views.ReceivedReference, "name"),
        "email": (views.ReceivedReference, "email"),
        "relationship": (views.ReceivedReference, "relationship"),
        "reference": (views.ReceivedReference, "feedback"),
        "safeguarding_concerns": (views.ReceivedReference, "safeguarding_concerns"),
        "referee_type": (views.ReceivedReference, "referee_type"),
        "reference_received": (views.ReceivedReference, "state"),
        "feedback_provided_at": (views.ReceivedReference, "provided_at"),
        "confidential": (views.ReceivedReference, "confidential"),
    },
    "Rejection": {
        "reason": (views.RejectionReasonOut, "details"),
        "date": (views.Application, "rejected_at"),
    },
    "Withdrawal": {
        "reason": (views.Application, "withdrawal_reasons"),
        "date": (views.Application, "withdrawn_at"),
    },
    "WorkExperiences": {
        "jobs": (form.WorkHistory, "jobs"),
        "volunteering": (form.UnpaidExperience, "volunteering"),
        "work_history_break_explanation": (form.WorkHistory, "break_explanation"),
    },
    "WorkExperience": {
        name: (form.WorkExperience, name)
        for name in (
            "id organisation_name role description working_with_children commitment start_month end_month"
            " skills_relevant_to_teaching"
        ).split()
    }
    | {"start_date": "made of start_month", "end_date": "made of end_month"},
    "Month": {name: (form.Month, name) for name in ("year", "month", "estimated")},
    "PreviousTeacherTraining": {
        "started": (form.PreviousTraining, "started"),
        "provider_name": (form.PreviousTraining, "provider_name"),
        "started_at": (form.PreviousTraining, "started_on"),
        "ended_at": (form.PreviousTraining, "ended_on"),
        "details": (form.PreviousTraining, "details"),
    },
    "Interview": {
        "id": (views.InterviewOut, "interview_id"),
        "date_and_time": (views.InterviewOut, "at"),
        **{
            name: (views.InterviewOut, name)
            for name in (
                "provider_code location additional_details cancelled_at cancellation_reason created_at"
                " updated_at"
            ).split()
        },
    },
    "Note": {
        "id": (views.Note, "note_id"),
        **{name: (views.Note, name) for name in ("message", "created_at", "updated_at", "author")},
    },
    "RejectionReason": {
        "code": (commands.RejectionReason, "code"),
        "details": (commands.RejectionReason, "details"),
    },
}
SAID_ELSEWHERE = {
    "EqualityAndDiversity": {
        "sex",
        "disability",
        "ethnicity",
        "other_disability_details",
        "other_ethnicity_details",
    }
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    if not DOCUMENT.exists():
        pytest.skip("the published API document is not beside the project")
    told: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())["components"]["schemas"]
    return told


def test_every_attribute_of_an_application_is_kept(document: dict[str, Any]) -> None:
    assert set(document["ApplicationAttributes"]["properties"]) == ATTRIBUTES.keys()
    _stand(ATTRIBUTES)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_of_the_objects_in_it_is_kept(document: dict[str, Any], name: str) -> None:
    assert set(document[name]["properties"]) == OBJECTS[name].keys()
    _stand(OBJECTS[name])


def _stand(places: dict[str, Any]) -> None:
    for place in places.values():
        if not isinstance(place, str):
            schema, name = place
            assert name in schema().fields, (schema, name)


@pytest.mark.parametrize(
    ("schema", "field", "api", "name"),
    [
        (form.PersonalDetails, "last_name", "Candidate", "last_name"),
        (form.Contact, "address_line1", "ContactDetails", "address_line1"),
        (form.Contact, "postcode", "ContactDetails", "postcode"),
        (form.Contact, "phone_number", "ContactDetails", "phone_number"),
        (form.Qualification, "grade", "Qualification", "grade"),
        (form.WorkExperience, "description", "WorkExperience", "description"),
        (form.Languages, "other_languages", "Candidate", "other_languages"),
    ],
)
def test_a_text_may_be_as_long_as_the_api_allows(
    document: dict[str, Any], schema: type[Schema], field: str, api: str, name: str
) -> None:
    (most,) = [v.max for v in _validators(schema, field) if getattr(v, "max", None)]
    assert most == document[api]["properties"][name]["maxLength"]


def _validators(schema: type[Schema], field: str) -> list[Any]:
    found: ma.Field[Any] = schema().fields[field]
    return list(found.validators)


def test_what_the_equality_table_holds_is_what_the_api_has(document: dict[str, Any]) -> None:
    assert set(document["EqualityAndDiversity"]["properties"]) == SAID_ELSEWHERE["EqualityAndDiversity"]
    kept = {"disability" if name == "disabilities" else name for name in _equality()}
    assert kept == SAID_ELSEWHERE["EqualityAndDiversity"]


def _equality() -> set[str]:
    return set(EqualityOut().fields)


def test_equality_data_never_travels_with_a_fact() -> None:
    assert not {"ethnicity", "disabilities"} & set(Recruited.__dataclass_fields__)
