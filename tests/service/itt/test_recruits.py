"""A recruited candidate is a trainee draft at once, with nothing typed again."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.csv_files import unpack
from services.itt.domain.form import Section
from services.itt.handlers import candidate_equality
from shared.audit import audit_trail
from shared.database.equality import equality_role
from shared.errors import Invalid
from shared.events import itt as facts
from shared.policy import Role
from shared.testing.kit import principal
from shared.testing.kit import published as events
from tests.service.itt import kit
from tests.service.itt.applications_kit import a_course, accepted, ready
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ACCREDITED, ADMIN, LEAD, NOW, load_schools, register_providers
from tests.service.itt.recruits_kit import (
    DEGREE,
    LEAD_URN,
    known,
    physics_alone,
    recruited,
    says,
    trainee_of,
    trainees_of,
)
from tests.unit.itt.funding_builders import PHYSICS

BLANK = dict.fromkeys(
    (
        "provider_trainee_id",
        "hesa_id",
        "previous_last_name",
        "ni_number",
        "course_subject_2",
        "course_subject_3",
        "employing_school_urn",
        "trainee_start_date",
        "pg_apprenticeship_start_date",
        "funding_method",
        "training_initiative",
        "additional_training_initiative",
        "non_uk_degree",
        "degree_country",
        "iqts_country",
    )
)


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)
    known(session)


def test_the_record_is_filled_from_the_form_and_the_course(session: Session) -> None:
    by = ready(session, "Amina O'Kafor-Łuczak")
    says(session, by, Section.DEGREES, degrees=[DEGREE])
    says(session, by, Section.NATIONALITY, fee_payer="02")
    candidate_equality.save_equality(session, NOW, by, sex="10", ethnicity="120", disabilities=["51", "57"])
    row = trainee_of(session, application_id := accepted(session, by))
    expected = BLANK | {
        "application_id": str(application_id),
        "first_names": "Amina",
        "last_name": "O'Kafor-Łuczak",
        "date_of_birth": date(2002, 5, 14),
        "sex": "10",
        "email": "amina.o'kafor-łuczak@example.com",
        "nationality": "GB",
        "itt_aim": "202",
        "training_route": "02",
        "itt_qualification_aim": "020",
        "course_subject_1": "100403",
        "study_mode": "01",
        "itt_start_date": date(2027, 9, 1),
        "itt_end_date": date(2028, 7, 14),
        "course_age_range": "13918",
        "course_year": "2027",
        "training_partner_urn": LEAD_URN,
        "fund_code": "7",
        "uk_degree": "051",
        "degree_subject": "100403",
        "degree_grade": "02",
        "degree_graduation_year": "2024",
        "awarding_institution": "0117",
    }
    assert {name: getattr(row, name) for name in expected} == expected
    assert (row.state, row.provider_code, str(row.person_id)) == ("draft", "2A5", by.id)
    with equality_role(session):
        equality = session.get_one(models.TraineeEquality, row.id)
    assert (equality.ethnicity, equality.disability1, equality.disability2) == ("120", "51", "57")


def test_on_a_salaried_course_the_site_is_the_employing_school(session: Session) -> None:
    salaried: dict[str, Any] = {"route": "school_direct_salaried", "funding": "salary", "fee_pence": None}
    _, _, row = recruited(session, option_id=a_course(session, **salaried))
    assert (row.training_route, row.employing_school_urn, row.fund_code) == ("03", "990101", "2")


def test_where_the_table_of_the_year_has_nothing_for_the_course_no_award_is_filled_in(
    session: Session,
) -> None:
    physics_alone(session)
    _, _, row = recruited(session, option_id=a_course(session, subjects=["100403"]))
    assert row.funding_method == "6"
    _, _, row = recruited(session, "Ben Carter", a_course(session, subjects=[PHYSICS]))
    assert row.funding_method is None


def test_the_draft_is_there_in_the_same_transaction_and_told_once(session: Session) -> None:
    _, application_id, row = recruited(session)
    told = [event for event in events(session) if isinstance(event, facts.TraineeRegistered)]
    assert [(event.trainee_id, event.application_id) for event in told] == [(row.id, application_id)]
    (note,) = audit_trail(session, f"trainee/{row.id}")
    assert (note.action, note.who) == ("trainee.draft", str(row.person_id))


def test_equality_data_is_in_no_fact_and_no_audit(session: Session) -> None:
    by = ready(session)
    candidate_equality.save_equality(session, NOW, by, ethnicity="142", disabilities=["57"])
    row = trainee_of(session, accepted(session, by))
    candidate_equality.save_equality(session, NOW, by, ethnicity="141", disabilities=[])
    with equality_role(session):
        session.refresh(equality := session.get_one(models.TraineeEquality, row.id))
    assert (equality.ethnicity, equality.disability1) == ("141", None)
    for event in events(session):
        assert "ethnicity" not in str(event) and "'142'" not in str(event)
    for note in audit_trail(session, f"trainee/{row.id}"):
        assert "142" not in f"{note.changes} {note.personal}"


@pytest.mark.parametrize("way", ["confirm_conditions_met", "recruit_with_pending_conditions"])
def test_who_meets_the_conditions_is_a_draft_from_then_on(itt: Itt, session: Session, way: str) -> None:
    application_id = accepted(session, ready(session), "Swim")
    assert trainees_of(session, application_id) == []
    itt.asked(LEAD, way, application_id=application_id)
    itt.asked(LEAD, "confirm_conditions_met", application_id=application_id)
    assert [row.state for row in trainees_of(session, application_id)] == ["draft"]


def test_what_is_still_missing_is_told_and_refused_by_column(itt: Itt, session: Session) -> None:
    _, _, row = recruited(session)
    shown = itt.shown(ACCREDITED, row.id)
    missing = {"hesa_id", "sex", "fund_code", "funding_method"}
    assert set(shown["missing_for_trn"]) == missing
    assert shown["missing_for_trn"]["hesa_id"] == ["hesa_id is missing; every trainee has one"]
    with pytest.raises(Invalid) as refused:
        itt.asked(ACCREDITED, "submit_for_trn", trainee_id=row.id)
    assert set(refused.value.fields) == missing
    changes = {"hesa_id": "7572897115906", "sex": "96", "fund_code": "2", "funding_method": "6"}
    shown = itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes=changes)
    assert shown["missing_for_trn"] == {}
    assert itt.asked(ACCREDITED, "submit_for_trn", trainee_id=row.id)["state"] == "submitted_for_trn"


def test_what_was_filled_in_is_not_blanked_again(itt: Itt, session: Session) -> None:
    _, _, row = recruited(session)
    itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes={"sex": "10"})
    with pytest.raises(Invalid, match="sex is missing"):
        itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes={"sex": ""})


def test_lists_and_the_file_take_drafts_with_blanks(itt: Itt, session: Session) -> None:
    _, application_id, row = recruited(session)
    kit.register(session)
    listed = itt.asked(ACCREDITED, "list_trainees", from_application=True, search="okafor")
    assert [(one["trainee_id"], one["hesa_id"]) for one in listed["items"]] == [(str(row.id), None)]
    file = itt.asked(ACCREDITED, "export_trainees", provider_code="2A5")
    text = unpack(file["content"]).decode()
    assert file["rows"] == 2
    assert str(application_id) in text


def test_the_lead_school_reads_the_trainee_as_the_training_partner(itt: Itt, session: Session) -> None:
    _, _, row = recruited(session)
    lead = principal(Role.LEAD_SCHOOL, f"school:{LEAD_URN}", id="lead")
    shown = itt.shown(lead, row.id)
    assert (shown["state"], shown["matches"]) == ("draft", [])


# --- somebody who is registered already


def _alike(session: Session, route: str = "02") -> UUID:
    same = {"first_names": "Amina", "last_name": "OKAFOR", "date_of_birth": "2002-05-14"}
    dates = {"itt_start_date": "2027-09-06", "itt_end_date": "2028-07-14"}
    return kit.register(session, NOW, training_route=route, **same, **dates)


def test_a_draft_of_somebody_who_is_registered_already_is_marked_and_not_lost(
    itt: Itt, session: Session
) -> None:
    other = _alike(session)
    _, _, row = recruited(session)
    (match,) = itt.shown(ACCREDITED, row.id)["matches"]
    assert (match["trainee_id"], match["last_name"]) == (str(other), "OKAFOR")
    listed = itt.asked(ACCREDITED, "list_trainees", has_matches=True)
    assert [one["trainee_id"] for one in listed["items"]] == [str(row.id)]


def _settled(itt: Itt, row: models.Trainee, other: UUID, **given: Any) -> Any:
    asked = {"trainee_id": row.id, "other_trainee_id": other, "why": "The same birth certificate"}
    return itt.asked(ACCREDITED, "settle_match", **(asked | given))


def test_two_trainees_who_look_alike_stay_two(itt: Itt, session: Session) -> None:
    other = _alike(session)
    _, _, row = recruited(session)
    assert _settled(itt, row, other, same=False)["matches"] == []
    assert trainees_of(session, UUID(str(row.from_application_id))) == [row]


def test_one_person_is_one_trainee_and_what_differs_is_offered(itt: Itt, session: Session) -> None:
    other = _alike(session)
    by, application_id, row = recruited(session)
    shown = _settled(itt, row, other, same=True)
    assert (shown["trainee_id"], shown["from_application_id"]) == (str(other), str(application_id))
    session.refresh(row)
    assert row.discard_code == "already_registered"
    listed = itt.asked(ACCREDITED, "list_offered_corrections", trainee_id=other)
    offers = {one["column"]: (one["old_value"], one["new_value"]) for one in listed["items"]}
    assert offers["itt_start_date"] == ("2027-09-06", "2027-09-01")
    assert offers["last_name"] == ("OKAFOR", "Okafor")
    assert "hesa_id" not in offers
    why = {"reasons": ["do_not_want_to_train_anymore"]}
    itt.asked(by, "withdraw_application", application_id=application_id, **why)
    assert (
        session.get_one(models.Trainee, other, populate_existing=True).discard_code == "application_withdrawn"
    )


def test_the_funding_method_of_who_is_registered_already_is_the_providers_word(
    itt: Itt, session: Session
) -> None:
    other = _alike(session)
    session.get_one(models.Trainee, other).funding_method = "D"
    physics_alone(session)
    _, _, row = recruited(session)
    assert row.funding_method == "6"
    _settled(itt, row, other, same=True)
    listed = itt.asked(ACCREDITED, "list_offered_corrections", trainee_id=other)["items"]
    assert "funding_method" not in {one["column"] for one in listed}


def test_only_a_match_is_settled(itt: Itt, session: Session) -> None:
    other = _alike(session, route="12")
    _, _, row = recruited(session)
    with pytest.raises(Invalid, match="is no match"):
        _settled(itt, row, other, same=True)


# --- recruited before drafts were made


def test_applications_that_were_recruited_before_get_their_drafts(itt: Itt, session: Session) -> None:
    _, application_id, row = recruited(session)
    row.from_application_id = None
    session.flush()
    made = itt.asked(ADMIN, "draft_missing_trainees")
    assert [made["left"], made["refused"], len(made["trainee_ids"])] == [0, {}, 1]
    assert trainee_of(session, application_id).state == "draft"
    assert itt.asked(ADMIN, "draft_missing_trainees")["trainee_ids"] == []
