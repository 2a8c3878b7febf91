"""What a form or a course says after the draft was made is offered as a correction: accepted, dismissed, never lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.form import Section
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events.itt import TraineeChanged, TraineeRegistered
from shared.events.recruits import CorrectionOffered
from shared.policy import Principal
from shared.testing.kit import published as events
from tests.service.itt.applications_kit import a_course, accepted, ready
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    LEAD,
    NOW,
    OTHER_ACCREDITED,
    load_schools,
    register_providers,
)
from tests.service.itt.recruits_kit import (
    DEGREE,
    STARTED,
    in_training,
    physics_alone,
    recruited,
    trainee_of,
)
from tests.unit.itt.test_form import COMPLETE

LATER = NOW + timedelta(days=3)
View = dict[str, Any]


@pytest.fixture(autouse=True)
def providers(session: Session) -> None:
    register_providers(session)
    load_schools(session)


def _named(itt: Itt, by: Principal, last_name: str, now: Any = LATER) -> None:
    said = COMPLETE[Section.PERSONAL_DETAILS] | {"last_name": last_name}
    itt.asked(by, "save_section", now, section="personal_details", content=said, completed=True, cycle=2027)


def _open(itt: Itt, trainee_id: UUID, **filters: Any) -> list[View]:
    given = {"trainee_id": trainee_id, **filters}
    items: list[View] = itt.asked(ACCREDITED, "list_offered_corrections", LATER, **given)["items"]
    return items


def _values(listed: list[View]) -> dict[str, tuple[str, str]]:
    return {one["column"]: (one["old_value"], one["new_value"]) for one in listed}


def _accept(itt: Itt, row: models.Trainee, listed: list[View], now: Any = LATER) -> View:
    ids = [one["correction_id"] for one in listed]
    answer: View = itt.asked(ACCREDITED, "accept_corrections", now, trainee_id=row.id, correction_ids=ids)
    return answer


def test_another_name_in_the_form_is_offered_and_the_record_stays(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    _named(itt, by, "'t Hooft-Łuczak")
    (one,) = _open(itt, row.id)
    assert (one["column"], one["source"], one["state"]) == ("last_name", "form", "offered")
    assert (one["old_value"], one["new_value"]) == ("Okafor", "'t Hooft-Łuczak")
    assert (row.last_name, itt.shown(ACCREDITED, row.id)["open_corrections"]) == ("Okafor", 1)
    (told,) = [event for event in events(session) if isinstance(event, CorrectionOffered)]
    assert (told.trainee_id, told.provider_code, told.columns) == (row.id, "2A5", ("last_name",))


def test_a_correction_that_is_accepted_changes_the_record_as_an_edit_does(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    _named(itt, by, "'t Hooft-Łuczak")
    answer = _accept(itt, row, listed := _open(itt, row.id))
    assert [(one["state"], one["decided_by"]) for one in answer["items"]] == [("accepted", ACCREDITED.id)]
    session.refresh(row)
    assert (row.last_name, row.sort_name) == ("'t Hooft-Łuczak", "'t hooft-łuczak amina")
    assert isinstance(told := events(session)[-1], TraineeChanged)
    assert told.changed == ("last_name",)
    note = audit_trail(session, f"trainee/{row.id}")[-1]
    assert (note.action, note.personal) == (
        "trainee.accept_corrections",
        {"last_name": ["Okafor", "'t Hooft-Łuczak"]},
    )
    count = len(events(session))
    _accept(itt, row, listed)
    assert len(events(session)) == count


def test_a_correction_is_dismissed_with_the_reason(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    _named(itt, by, "Okafor-Hall")
    (one,) = _open(itt, row.id)
    given = {"trainee_id": row.id, "correction_ids": [one["correction_id"]]}
    why = {"why": "The passport says Okafor"}
    for _ in range(2):
        (after,) = itt.asked(ACCREDITED, "dismiss_corrections", LATER, **given, **why)["items"]
        assert (after["state"], after["why"]) == ("dismissed", "The passport says Okafor")
    assert (row.last_name, _open(itt, row.id)) == ("Okafor", [])
    assert len(_open(itt, row.id, state="dismissed")) == 1
    with pytest.raises(TransitionNotAllowed):
        itt.asked(ACCREDITED, "accept_corrections", LATER, **given)


def test_what_was_dismissed_is_not_offered_again_by_another_change(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    _named(itt, by, "Okafor-Hall")
    (one,) = _open(itt, row.id)
    given = {"trainee_id": row.id, "correction_ids": [one["correction_id"]], "why": "No"}
    itt.asked(ACCREDITED, "dismiss_corrections", LATER, **given)
    itt.asked(by, "change_candidate_email", LATER, email="new@example.com")
    assert _values(_open(itt, row.id)) == {"email": ("amina.okafor@example.com", "new@example.com")}


def test_a_newer_change_replaces_the_open_one_and_a_change_back_takes_it_away(
    itt: Itt, session: Session
) -> None:
    by, _, row = recruited(session)
    _named(itt, by, "Hall")
    _named(itt, by, "Hull")
    assert _values(_open(itt, row.id)) == {"last_name": ("Okafor", "Hull")}
    _named(itt, by, "Okafor")
    assert _open(itt, row.id) == []
    assert [one["state"] for one in _open(itt, row.id, state=None)] == ["superseded", "superseded"]


def test_what_changes_nothing_offers_nothing(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    count = len(events(session))
    itt.asked(by, "save_section", LATER, section="languages", content={}, cycle=2027)
    _named(itt, by, "Okafor")
    assert not [event for event in events(session)[count:] if isinstance(event, CorrectionOffered)]
    assert _open(itt, row.id) == []


def test_what_the_provider_typed_is_not_offered_back(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes={"first_names": "Amina Grace"})
    itt.asked(by, "change_candidate_email", LATER, email="new@example.com")
    assert set(_values(_open(itt, row.id))) == {"email"}


@pytest.mark.parametrize("typed", [{}, {"funding_method": "D"}])
def test_a_table_of_funding_that_came_after_the_draft_is_no_word_of_the_application(
    itt: Itt, session: Session, typed: dict[str, str]
) -> None:
    by, _, row = recruited(session)
    if typed:
        itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes=typed)
    physics_alone(session)
    _named(itt, by, "Hall")
    assert set(_values(_open(itt, row.id))) == {"last_name"}


def test_what_the_record_holds_already_is_not_offered(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes={"last_name": "Hall"})
    _named(itt, by, "Hall")
    assert _open(itt, row.id) == []


def test_what_was_typed_meanwhile_is_accepted_and_changes_nothing(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    _named(itt, by, "Hall")
    itt.asked(ACCREDITED, "change_trainee", trainee_id=row.id, changes={"last_name": "Hall"})
    count = len(events(session))
    _accept(itt, row, _open(itt, row.id))
    assert (len(events(session)), _open(itt, row.id)) == (count, [])
    assert audit_trail(session, f"trainee/{row.id}")[-1].action == "trainee.accept_corrections"


def test_the_columns_of_a_degree_are_accepted_together(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    abroad = DEGREE | {"hesa_degctry": "FR", "hesa_degest": None, "award_year": "2025"}
    itt.asked(by, "save_section", LATER, section="degrees", content={"degrees": [abroad]}, cycle=2027)
    listed = _open(itt, row.id)
    changed = {
        "uk_degree",
        "non_uk_degree",
        "degree_graduation_year",
        "awarding_institution",
        "degree_country",
    }
    assert set(_values(listed)) == changed
    alone = [one for one in listed if one["column"] == "uk_degree"]
    with pytest.raises(Invalid) as refused:
        _accept(itt, row, alone)
    assert "uk_degree" in refused.value.fields
    _accept(itt, row, listed)
    session.refresh(row)
    assert (row.uk_degree, row.non_uk_degree, row.degree_country) == (None, "051", "FR")


def test_the_sex_that_a_candidate_says_later_is_their_own_and_not_offered(itt: Itt, session: Session) -> None:
    by, _, row = recruited(session)
    itt.asked(by, "save_equality", LATER, sex="11", ethnicity="120", disabilities=[])
    assert _open(itt, row.id) == []
    assert not [event for event in events(session) if isinstance(event, CorrectionOffered)]


def test_the_sex_of_the_equality_form_stands_in_the_record_and_in_no_fact(itt: Itt, session: Session) -> None:
    by = ready(session)
    itt.asked(by, "save_equality", sex="12", ethnicity="120", disabilities=[])
    row = trainee_of(session, accepted(session, by))
    assert row.sex == "12"
    itt.asked(ACCREDITED, "change_trainee", LATER, trainee_id=row.id, changes={"email": "amina@example.org"})
    people = [
        event.person for event in events(session) if isinstance(event, TraineeRegistered | TraineeChanged)
    ]
    assert [person.sex for person in people if person] == [None, None]
    moved = {"trainee_id": row.id, "changes": {"provider_trainee_id": "1", "application_id": ""}}
    itt.asked(ACCREDITED, "change_trainee", LATER, **moved)
    assert events(session)[-1].person.sex is None  # type: ignore[attr-defined]


def test_a_course_that_changes_is_offered_to_all_its_trainees(itt: Itt, session: Session) -> None:
    option_id = a_course(session)
    rows = [recruited(session, name, option_id)[2] for name in ("Amina Okafor", "Ben Hall")]
    course_id = session.get_one(models.CourseOption, option_id).course_id
    changes = {"starts_on": "2027-09-06", "ends_on": "2028-07-21", "age_range": "13919"}
    itt.asked(LEAD, "change_course", LATER, course_id=course_id, changes=changes)
    for row in rows:
        itt.fires("offer_corrections", row.id, LATER)
        assert _values(listed := _open(itt, row.id)) == {
            "itt_start_date": ("2027-09-01", "2027-09-06"),
            "itt_end_date": ("2028-07-14", "2028-07-21"),
            "course_age_range": ("13918", "13919"),
        }
        assert {one["source"] for one in listed} == {"course"}
    _accept(itt, rows[0], _open(itt, rows[0].id))
    told = [event.TYPE for event in events(session)[-2:]]
    assert told == ["itt.course.corrected.v1", "itt.trainee.changed.v1"]
    assert (rows[0].course_age_range, rows[1].course_age_range) == ("13919", "13918")


@pytest.mark.parametrize("state", ["recommended_for_award", "awarded"])
def test_a_trainee_who_is_closed_to_edits_is_not_corrected(itt: Itt, session: Session, state: str) -> None:
    by, _, row = in_training(session)
    row.state = state
    _named(itt, by, "Hall")
    (one,) = _open(itt, row.id)
    with pytest.raises(Conflict, match=f"{state} cannot be changed"):
        _accept(itt, row, [one])
    assert _open(itt, row.id)[0]["state"] == "offered"


def test_who_has_withdrawn_or_was_discarded_is_offered_nothing(itt: Itt, session: Session) -> None:
    gone, left = recruited(session), in_training(session, "Ben Hall")
    why = {"reasons": ["do_not_want_to_train_anymore"]}
    itt.asked(gone[0], "withdraw_application", application_id=gone[1], **why)
    itt.asked(left[0], "withdraw_application", STARTED, application_id=left[1], **why)
    for by, _, _ in (gone, left):
        itt.asked(by, "change_candidate_email", LATER, email=f"{by.id}@example.com")
    itt.fires("offer_corrections", gone[2].id)
    assert not [event for event in events(session) if isinstance(event, CorrectionOffered)]


def test_corrections_are_listed_in_pages_for_a_provider(itt: Itt, session: Session) -> None:
    for number, name in enumerate(("Amina Okafor", "Ben Hall", "Cara Ítalo")):
        by, _, _ = recruited(session, name)
        itt.asked(
            by, "change_candidate_email", LATER + timedelta(hours=number), email=f"{number}@example.com"
        )
    seen, after = [], None
    while True:
        given = {"provider_code": "2A5", "limit": 2, "after": after}
        answer = itt.asked(ACCREDITED, "list_offered_corrections", LATER, **given)
        seen += [one["new_value"] for one in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert seen == ["0@example.com", "1@example.com", "2@example.com"]
    backwards = itt.asked(ADMIN, "list_offered_corrections", LATER, descending=True)
    assert [one["new_value"] for one in backwards["items"]] == seen[::-1]
    by_column = itt.asked(ADMIN, "list_offered_corrections", LATER, sort="column")
    assert [one["new_value"] for one in by_column["items"]] == seen
    (hall,) = itt.asked(ADMIN, "list_offered_corrections", LATER, search="BEN hall")["items"]
    assert hall["new_value"] == "1@example.com"
    assert len(itt.asked(ACCREDITED, "list_offered_corrections")["items"]) == 3
    assert itt.asked(OTHER_ACCREDITED, "list_offered_corrections")["items"] == []
    with pytest.raises(NotAllowed):
        itt.asked(OTHER_ACCREDITED, "list_offered_corrections", provider_code="2A5")


@pytest.mark.parametrize(
    ("call", "given", "field"),
    [
        ("accept_corrections", {"correction_ids": []}, "correction_ids"),
        ("accept_corrections", {"correction_ids": ["x"]}, "correction_ids.0"),
        ("accept_corrections", {"correction_ids": [str(uuid4())]}, "correction_ids"),
        ("dismiss_corrections", {"correction_ids": [str(uuid4())], "why": "No"}, "correction_ids"),
        ("dismiss_corrections", {"correction_ids": [str(uuid4())], "why": "  "}, "why"),
        ("dismiss_corrections", {"correction_ids": [str(uuid4())], "why": "x" * 501}, "why"),
        ("dismiss_corrections", {"correction_ids": [str(uuid4())], "why": "a\0b"}, "why"),
        ("settle_match", {"other_trainee_id": str(uuid4()), "same": True, "why": "x"}, "other_trainee_id"),
        ("settle_match", {"other_trainee_id": "y", "same": True, "why": "x"}, "other_trainee_id"),
        ("settle_match", {"other_trainee_id": str(uuid4()), "same": "so", "why": "x"}, "same"),
    ],
)
def test_bad_input_is_refused_by_field(
    itt: Itt, session: Session, call: str, given: View, field: str
) -> None:
    _, _, row = recruited(session)
    with pytest.raises(Invalid) as refused:
        itt.asked(ACCREDITED, call, trainee_id=row.id, **given)
    assert field in refused.value.fields


def test_a_cursor_that_is_made_up_is_refused(itt: Itt) -> None:
    with pytest.raises(Invalid, match="no.? ?.*cursor"):
        itt.asked(ACCREDITED, "list_offered_corrections", after="x")


def test_there_is_no_list_of_a_trainee_who_is_not_there(itt: Itt) -> None:
    with pytest.raises(NotFound):
        itt.asked(ACCREDITED, "list_offered_corrections", trainee_id=uuid4())
