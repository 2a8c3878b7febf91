"""A candidate's account and form: drafts, complete sections, referees, equality data, the next cycle."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.form import NEEDED
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.applications import CandidateDetailsChanged, CandidateRegistered, FormCarriedOver
from shared.testing import kit as testing
from tests.service.itt.applications_kit import (
    chosen,
    fill_in,
    ready,
    registered,
    sent,
    somebody,
)
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import ACCREDITED, LEAD, NOW, load_schools, register_providers
from tests.unit.itt.test_form import COMPLETE, DEGREE

WHO = {"email": "amina@example.com", "first_names": "Amina", "last_name": "Okafor"}
REFEREE = {
    "name": "Julia Wild",
    "email": "julia@example.com",
    "relationship": "My head teacher",
    "referee_type": "professional",
}


@pytest.fixture(autouse=True)
def known(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _section(form: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [section for section in form["sections"] if section["section"] == name]
    return dict(found)


def test_an_account_is_opened_once_for_a_person(itt: Itt, session: Session) -> None:
    by = somebody()
    first = itt.asked(by, "register_candidate", **WHO)
    assert itt.asked(by, "register_candidate", **WHO | {"email": "other@example.com"}) == first
    assert itt.asked(by, "get_candidate")["person_id"] == by.id
    (fact,) = testing.published(session)
    assert isinstance(fact, CandidateRegistered)
    assert fact.person is not None and fact.person.email == "amina@example.com"


def test_only_a_candidate_opens_an_account_and_sees_their_own_alone(itt: Itt) -> None:
    with pytest.raises(NotAllowed):
        itt.asked(LEAD, "register_candidate", **WHO)
    by = somebody()
    with pytest.raises(NotFound):
        itt.asked(by, "get_form")
    mine = itt.asked(by, "register_candidate", **WHO)
    with pytest.raises(NotFound):
        itt.asked(somebody(), "get_candidate", candidate_id=mine["candidate_id"])


def test_a_draft_holds_what_was_said_so_far_and_tells_what_it_lacks(itt: Itt, session: Session) -> None:
    by = registered(session)
    form = itt.asked(by, "save_section", section="contact", content={"phone_number": "07700 900000"})
    contact = _section(form, "contact")
    assert (contact["completed"], contact["lacks"]) == (
        False,
        ["address_line1 is missing", "country is missing"],
    )
    assert set(form["unfinished"]) == {*NEEDED, "references"}


def test_a_form_is_complete_section_by_section(itt: Itt, session: Session) -> None:
    by = registered(session)
    for section, content in COMPLETE.items():
        given = {"section": section.value, "content": content, "completed": True}
        saved = _section(itt.asked(by, "save_section", **given), section.value)
        assert (saved["completed"], saved["lacks"]) == (True, [])
    for number in (1, 2):
        form = itt.asked(by, "add_reference", **REFEREE | {"email": f"r{number}@example.com"})
    assert form["unfinished"] == {}


def test_a_section_that_lacks_something_is_not_complete(itt: Itt, session: Session) -> None:
    by = registered(session)
    with pytest.raises(Invalid) as raised:
        itt.asked(by, "save_section", section="languages", content={}, completed=True)
    assert raised.value.fields == {"languages": ["english_main_language is missing"]}


@pytest.mark.parametrize(
    ("section", "content", "field"),
    [
        ("contact", {"country": "Britain"}, "country"),
        ("contact", {"phone": "07700"}, "phone"),
        ("nationality", {"nationalities": ["ZZ"]}, "nationalities"),
        ("nationality", {"nationalities": ["GB", "FR", "DE", "IT", "ES", "PT"]}, "nationalities"),
        ("personal_details", {"first_names": "x" * 61}, "first_names"),
        ("degrees", {"degrees": [{"award_year": "24"}]}, "degrees"),
        ("personal_statement", {"text": "x" * 10_241}, "text"),
    ],
)
def test_what_is_wrong_in_a_section_is_told_by_its_field(
    itt: Itt, session: Session, section: str, content: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        itt.asked(registered(session), "save_section", section=section, content=content)
    assert {path.split(".")[1] for path in raised.value.fields} == {field}


def test_entries_of_a_list_get_ids_that_stay(itt: Itt, session: Session) -> None:
    by = registered(session)
    form = itt.asked(by, "save_section", section="degrees", content={"degrees": [DEGREE]})
    (entry,) = _section(form, "degrees")["content"]["degrees"]
    again = itt.asked(by, "save_section", section="degrees", content={"degrees": [entry, DEGREE]})
    kept, new = _section(again, "degrees")["content"]["degrees"]
    assert kept == entry
    assert new["id"] != entry["id"]


def test_the_names_of_the_account_follow_the_form(itt: Itt, session: Session) -> None:
    by = registered(session)
    itt.asked(by, "save_section", section="personal_details", content=COMPLETE_NAMES)
    assert itt.asked(by, "get_candidate")["last_name"] == "Bello"


COMPLETE_NAMES = {"first_names": "Amina", "last_name": "Bello", "date_of_birth": "2002-05-14"}


def test_providers_are_told_what_changed_in_a_form_that_they_can_read_and_nothing_else(
    itt: Itt, session: Session
) -> None:
    by = ready(session)
    application_id = sent(session, by)
    itt.asked(by, "save_section", section="personal_details", content=COMPLETE_NAMES, completed=True)
    itt.asked(by, "save_section", section="personal_details", content=COMPLETE_NAMES, completed=True)
    itt.asked(by, "save_section", section="personal_statement", content={"text": "Other"}, completed=True)
    (fact,) = [f for f in testing.published(session) if isinstance(f, CandidateDetailsChanged)]
    assert (fact.sections, fact.application_ids) == (("personal_details",), (application_id,))
    (listed,) = itt.asked(LEAD, "list_applications", search="bello")["items"]
    assert listed["last_name"] == "Bello"


def test_the_statement_stays_as_it_was_when_the_application_was_sent(itt: Itt, session: Session) -> None:
    by = ready(session)
    first = sent(session, by)
    itt.asked(by, "save_section", section="personal_statement", content={"text": "Another"}, completed=True)
    second = sent(session, by)
    statements = [
        itt.asked(LEAD, "get_application", application_id=id_)["personal_statement"]
        for id_ in (first, second)
    ]
    assert statements == ["I want to teach", "Another"]


# --- referees


def test_ten_referees_are_named_and_no_eleventh(itt: Itt, session: Session) -> None:
    by = registered(session)
    for number in range(10):
        itt.asked(by, "add_reference", **REFEREE | {"email": f"r{number}@example.com"})
    with pytest.raises(Conflict, match="10"):
        itt.asked(by, "add_reference", **REFEREE | {"email": "r10@example.com"})


def test_a_referee_who_was_not_asked_is_corrected_and_removed(itt: Itt, session: Session) -> None:
    by = registered(session)
    made = itt.asked(by, "add_reference", reference_id=uuid4(), **REFEREE)["references"][0]
    changed = itt.asked(by, "change_reference", reference_id=made["reference_id"], email="j.wild@example.com")
    assert changed["references"][0]["email"] == "j.wild@example.com"
    with pytest.raises(NotFound):
        itt.asked(registered(session), "remove_reference", reference_id=made["reference_id"])
    assert itt.asked(by, "remove_reference", reference_id=made["reference_id"])["references"] == []


def test_the_id_of_a_reference_is_never_the_callers_and_the_same_for_the_same_call(
    itt: Itt, session: Session
) -> None:
    by, other, victim = registered(session), registered(session), uuid4()
    made = [itt.asked(by, "add_reference", reference_id=victim, **REFEREE)["references"] for _ in range(2)]
    assert made[0] == made[1] and len(made[0]) == 1
    theirs = itt.asked(other, "add_reference", reference_id=victim, **REFEREE)["references"]
    assert len({str(victim), str(made[0][0]["reference_id"]), str(theirs[0]["reference_id"])}) == 3


# --- equality


def test_equality_data_is_the_candidates_own_and_stands_in_no_form(itt: Itt, session: Session) -> None:
    by = ready(session)
    said = {"sex": "10", "ethnicity": "103", "disabilities": ["51"]}
    assert itt.asked(by, "save_equality", **said) | said == itt.asked(by, "candidate_equality")
    with pytest.raises(Invalid) as raised:
        itt.asked(by, "save_equality", sex="00")
    assert list(raised.value.fields) == ["sex"]
    application_id = sent(session, by)
    seen = itt.asked(LEAD, "get_application", application_id=application_id)
    assert "103" not in str(seen["form"]) and "ethnicity" not in str(seen)
    with pytest.raises(Conflict):
        itt.asked(ACCREDITED, "application_equality", application_id=application_id)
    with pytest.raises(NotAllowed):
        itt.asked(LEAD, "application_equality", application_id=application_id)
    with pytest.raises(NotAllowed):
        itt.asked(LEAD, "candidate_equality")


# --- the next cycle


NEXT = datetime(2027, 10, 5, 12, tzinfo=UTC)


def _form_of_2026(session: Session) -> Any:
    by = registered(session)
    row = session.query(models.Candidate).filter_by(person_id=UUID(by.id)).one()
    session.add(models.CandidateForm(candidate_id=row.id, cycle=2026, created_at=NOW))
    session.flush()
    for section, content in COMPLETE.items():
        session.add(
            models.FormSection(
                candidate_id=row.id,
                cycle=2026,
                section=section.value,
                content=content,
                completed=True,
                updated_at=NOW,
            )
        )
    given = {**REFEREE, "state": "provided", "feedback": "Committed", "chasers": 0}
    session.add(models.Reference(id=uuid4(), candidate_id=row.id, cycle=2026, **given))
    asked = {**REFEREE, "email": "b@example.com", "state": "requested", "requested_at": NOW, "chasers": 2}
    session.add(models.Reference(id=uuid4(), candidate_id=row.id, cycle=2026, **asked))
    session.flush()
    return by


def test_what_was_written_is_carried_over_and_referees_are_asked_anew(itt: Itt, session: Session) -> None:
    by = _form_of_2026(session)
    form = itt.asked(by, "carry_form_over", from_cycle=2026)
    assert (form["cycle"], form["carried_from"], form["unfinished"]) == (2027, 2026, {})
    assert sorted(r["state"] for r in form["references"]) == ["not_requested", "provided"]
    assert isinstance(testing.published(session)[-1], FormCarriedOver)
    with pytest.raises(Conflict, match="begun already"):
        itt.asked(by, "carry_form_over", from_cycle=2026)


def test_a_form_is_not_carried_over_while_an_application_of_it_goes_on(itt: Itt, session: Session) -> None:
    by = _form_of_2026(session)
    fill_in(session, by)
    application_id = chosen(session, by)
    row = session.get_one(models.Application, application_id)
    row.cycle, row.state = 2026, "offer"
    session.flush()
    with pytest.raises(Conflict, match="offer"):
        itt.asked(by, "carry_form_over", from_cycle=2026, cycle=2027)


def test_a_form_of_a_cycle_that_is_over_is_closed(itt: Itt, session: Session) -> None:
    by = registered(session)
    with pytest.raises(Conflict, match="2026 is over"):
        itt.asked(by, "save_section", section="languages", content={}, cycle=2026)
    with pytest.raises(NotFound):
        itt.asked(by, "carry_form_over", from_cycle=2025)


@pytest.mark.parametrize(
    ("job", "field", "said"),
    [
        ({"start_month": "2020-01"}, "start_month", 'an object such as {"year": "2020", "month": "01"}'),
        ({"start_month": {"year": 2020, "month": "01"}}, "start_month.year", 'as text, "2014"'),
        ({"start_month": {"year": "2020"}}, "start_month.month", "is missing"),
        ({"role": 7}, "role", "is not text"),
    ],
)
def test_the_shape_of_what_a_form_says_is_told_with_an_example(
    itt: Itt, session: Session, job: dict[str, Any], field: str, said: str
) -> None:
    ask = {"section": "work_history", "content": {"status": "has_worked", "jobs": [job]}}
    with pytest.raises(Invalid) as raised:
        itt.asked(registered(session), "save_section", **ask)
    ((path, (message,)),) = raised.value.fields.items()
    assert path == f"content.jobs.0.{field}"
    assert said in message


@pytest.mark.parametrize("state", ["pending_conditions", "recruited", "offer_deferred"])
def test_who_is_expected_may_change_the_form_after_the_cycle(itt: Itt, session: Session, state: str) -> None:
    by = ready(session)
    application_id = chosen(session, by)
    row = session.get_one(models.Application, application_id)
    after = datetime(2027, 11, 1, tzinfo=UTC)
    another = REFEREE | {"email": "late@example.com", "cycle": 2027}
    with pytest.raises(Conflict, match="2027 is over"):
        itt.asked(by, "add_reference", after, **another)
    row.state = state
    session.flush()
    shown = itt.asked(by, "add_reference", after, **another)
    assert "late@example.com" in [each["email"] for each in shown["references"]]
    content = {"other_languages": "Igbo"}
    with pytest.raises(Conflict, match="not over"):
        itt.asked(by, "carry_form_over", after, from_cycle=2027, cycle=2028)
    assert itt.asked(by, "save_section", after, section="languages", content=content, cycle=2027)
