"""Trainees by single calls: registering, editing, the TRN, and the first day."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers.trn import request_trn
from services.itt.register import EmbeddedRegister
from shared.audit import audit_trail
from shared.database.equality import equality_role
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.itt import TraineeChanged, TrnReceived
from shared.ids import new_id
from shared.testing.kit import published
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    checked,
    due,
    last,
    nth,
    recommended,
    register,
    types,
    with_trn,
)


def test_one_trainee_is_registered_and_submitted(itt: Itt, session: Session) -> None:
    made = itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1))
    assert (made["state"], made["route"], made["subjects"]) == (
        "submitted_for_trn",
        "school_direct_salaried",
        ["Mathematics"],
    )
    assert types(session) == ["itt.trainee.registered.v1", "itt.trainee.submitted_for_trn.v1"]
    assert "ni_number" not in made


def test_the_same_trainee_id_again_gives_the_same_trainee(itt: Itt, session: Session) -> None:
    given = {"provider_code": "2A5", "details": nth(1), "trainee_id": new_id()}
    first = itt.asked(PROVIDER, "register_trainee", **given)
    again = itt.asked(PROVIDER, "register_trainee", **given)
    assert first == again
    assert len(types(session)) == 2


def test_a_call_for_a_trainee_who_may_be_there_is_answered_with_the_matches(itt: Itt) -> None:
    first = itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1))
    with pytest.raises(Conflict) as raised:
        itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1))
    (match,) = raised.value.details["matches"]
    assert str(match["trainee_id"]) == first["trainee_id"]
    assert itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1), confirmed=True)


def test_a_wrong_record_is_refused_by_column(itt: Itt) -> None:
    with pytest.raises(Invalid) as raised:
        itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1, sex="7", hesa_id=""))
    assert set(raised.value.fields) == {"sex", "hesa_id"}
    with pytest.raises(Invalid, match="shoe_size"):
        itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1) | {"shoe_size": "9"})


def test_a_draft_waits_until_it_is_submitted(itt: Itt, session: Session) -> None:
    made = itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1), submit=False)
    assert (made["state"], due(session, "request_trn")) == ("draft", {})
    sent = itt.asked(PROVIDER, "submit_for_trn", trainee_id=made["trainee_id"])
    assert (sent["state"], len(due(session, "request_trn"))) == ("submitted_for_trn", 1)


def test_a_draft_that_has_become_wrong_is_not_submitted(itt: Itt) -> None:
    made = itt.asked(PROVIDER, "register_trainee", provider_code="2A5", details=nth(1), submit=False)
    with pytest.raises(Invalid, match="10 years"):
        later = NOW + timedelta(days=365 * 11)
        itt.asked(PROVIDER, "submit_for_trn", later, trainee_id=made["trainee_id"])


def test_the_register_gives_a_trn_of_seven_digits(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    shown = itt.shown(PROVIDER, trainee_id)
    assert (shown["state"], len(shown["trn"]), shown["trn"].isdigit()) == ("trn_received", 7, True)
    assert isinstance(last(session), TrnReceived)


def test_a_trn_is_asked_for_twice_without_harm(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    before = itt.shown(PROVIDER, trainee_id)["trn"]
    itt.fires("request_trn", trainee_id)
    assert itt.shown(PROVIDER, trainee_id)["trn"] == before
    assert types(session).count("itt.trainee.trn_received.v1") == 1


class Undecided:
    """A register that needs a person to decide."""

    def request(self, person_ids: Collection[UUID], now: datetime) -> str | None:
        return None


def test_a_register_that_has_no_answer_yet_is_asked_again_in_an_hour(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    request_trn(session, NOW, f"trainee/{trainee_id}", Undecided())
    assert due(session, "request_trn") == {f"trainee/{trainee_id}": NOW + timedelta(hours=1)}
    assert itt.shown(PROVIDER, trainee_id)["state"] == "submitted_for_trn"


def test_a_trn_for_nobody_is_not_asked_for(itt: Itt, session: Session) -> None:
    itt.fires("request_trn", new_id())
    itt.fires("training_starts", new_id())
    itt.fires("award", new_id())
    assert types(session) == []


def test_two_people_never_share_a_trn_and_one_person_never_has_two(session: Session) -> None:
    register_ = EmbeddedRegister(session)
    one, other = new_id(), new_id()
    assert register_.request({one}, NOW) == register_.request({one, new_id()}, NOW)
    assert register_.request({one}, NOW) != register_.request({other}, NOW)


def test_a_trn_that_came_by_another_way_is_noted_and_never_issued_again(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    following = int(EmbeddedRegister(session).request({new_id()}, NOW) or 0) + 1
    shown = itt.asked(ADMIN, "receive_trn", trainee_id=trainee_id, trn=str(following))
    assert (shown["trn"], shown["state"]) == (str(following), "trn_received")
    assert EmbeddedRegister(session).request({new_id()}, NOW) == str(following + 1)


def test_the_same_trn_noted_again_changes_nothing(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    known, count = itt.shown(PROVIDER, trainee_id), len(types(session))
    itt.asked(ADMIN, "receive_trn", trainee_id=trainee_id, trn=known["trn"])
    assert itt.shown(PROVIDER, trainee_id) == known
    assert len(types(session)) == count


def test_somebody_elses_trn_is_refused(itt: Itt, session: Session) -> None:
    known = EmbeddedRegister(session).request({new_id()}, NOW)
    with pytest.raises(Conflict, match="somebody else"):
        itt.asked(ADMIN, "receive_trn", trainee_id=register(session), trn=known)


def test_a_trn_that_is_missing_too_long_is_shown_and_can_be_listed(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    for days, missing in [(3, False), (4, True)]:
        now = NOW + timedelta(days=days)
        assert itt.shown(PROVIDER, trainee_id, now)["trn_still_missing"] is missing
        for wanted in (True, False):
            found = itt.asked(PROVIDER, "list_trainees", now, trn_still_missing=wanted)
            assert len(found["items"]) == (wanted is missing)


def test_in_october_a_missing_trn_is_shown_after_ten_days(itt: Itt, session: Session) -> None:
    asked = NOW.replace(month=10, day=1)
    trainee_id = register(session, asked)
    for days, missing in [(9, False), (10, True)]:
        now = asked + timedelta(days=days)
        assert itt.shown(PROVIDER, trainee_id, now)["trn_still_missing"] is missing
        found = itt.asked(PROVIDER, "list_trainees", now, trn_still_missing=True)
        assert bool(found["items"]) is missing


def test_training_starts_at_midnight_in_london(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, register(session, itt_start_date="2027-06-01", itt_end_date="2028-07-01"))
    (at,) = due(session, "training_starts").values()
    assert at.isoformat() == "2027-05-31T23:00:00+00:00"
    itt.fires("training_starts", trainee_id, at)
    itt.fires("training_starts", trainee_id, at)
    assert itt.shown(PROVIDER, trainee_id)["started_on"] == "2027-06-01"
    assert types(session).count("itt.training.started.v1") == 1


def test_an_edit_is_published_with_the_names_of_what_changed(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    shown = itt.asked(
        PROVIDER,
        "change_trainee",
        trainee_id=trainee_id,
        changes={"last_name": "O'Brien", "ni_number": "QQ123456C", "ethnicity": "120"},
    )
    event = last(session)
    assert isinstance(event, TraineeChanged)
    assert event.changed == ("last_name", "ni_number")
    assert event.person is not None
    assert (shown["last_name"], event.person.last_name) == ("O'Brien", "O'Brien")
    assert "QQ123456C" not in repr(event)


def test_an_edit_of_equality_data_is_audited_and_not_published(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    count = len(types(session))
    itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes={"ethnicity": "120"})
    assert len(types(session)) == count
    noted = audit_trail(session, f"trainee/{trainee_id}")[-1]
    assert (noted.changes, noted.personal) == ({"equality": "changed"}, None)


def test_an_edit_keeps_personal_values_in_the_part_of_the_audit_that_can_be_blanked(
    itt: Itt, session: Session
) -> None:
    trainee_id = register(session)
    changes = {"last_name": "Jones", "course_year": "2"}
    itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes=changes)
    entry = audit_trail(session, f"trainee/{trainee_id}")[-1]
    assert entry.changes == {"course_year": ["1", "2"]}
    assert entry.personal == {"last_name": ["Okafor", "Jones"]}


def test_an_edit_that_changes_nothing_publishes_nothing(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    before = len(types(session))
    itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes={"last_name": "Okafor"})
    assert len(types(session)) == before
    assert len(audit_trail(session, f"trainee/{trainee_id}")) == 1


def test_a_blank_clears_and_a_wrong_value_is_refused(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    shown = itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes={"nationality": ""})
    assert shown["nationality"] is None
    with pytest.raises(Invalid, match="is missing"):
        itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes={"email": ""})


@pytest.mark.parametrize("column", ["training_route", "course_subject_1", "placement_1_urn", "shoe_size"])
def test_route_course_and_placements_are_not_edited_here(itt: Itt, session: Session, column: str) -> None:
    with pytest.raises(Invalid, match="cannot be edited here"):
        itt.asked(PROVIDER, "change_trainee", trainee_id=register(session), changes={column: "12"})


def test_a_training_partner_may_be_named_on_nine_routes(itt: Itt, session: Session) -> None:
    changes = {"training_partner_urn": "123456"}
    assert itt.asked(PROVIDER, "change_trainee", trainee_id=register(session), changes=changes)
    with pytest.raises(Invalid, match="no training partner"):
        high_potential = register(session, training_route="21")
        itt.asked(PROVIDER, "change_trainee", trainee_id=high_potential, changes=changes)


def test_what_was_right_when_it_came_does_not_hinder_an_edit_years_later(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    late = NOW + timedelta(days=365 * 11)
    shown = itt.asked(PROVIDER, "change_trainee", late, trainee_id=trainee_id, changes={"course_year": "3"})
    assert shown["course_year"] == "3"


def test_an_earlier_start_moves_the_first_day(itt: Itt, session: Session) -> None:
    trainee_id = register(session, itt_start_date="2027-06-01", itt_end_date="2028-07-01")
    itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes={"trainee_start_date": "2027-01-11"})
    (at,) = due(session, "training_starts").values()
    assert at.date() == date(2027, 1, 11)


@pytest.mark.parametrize("made", [register, with_trn])
def test_a_start_that_is_moved_into_the_past_starts_the_training_at_once(
    itt: Itt, session: Session, made: Callable[..., UUID]
) -> None:
    trainee_id = checked(session, made(session, itt_start_date="2027-06-01", itt_end_date="2028-07-01"))
    changes = {"itt_start_date": "2026-09-01", "itt_end_date": "2027-07-16"}
    shown = itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes=changes)
    assert shown["started_on"] == "2026-09-01"
    assert types(session)[-1] == "itt.training.started.v1"


def test_edits_are_refused_when_recommended(itt: Itt, session: Session) -> None:
    with pytest.raises(Conflict, match="cannot be changed"):
        itt.asked(PROVIDER, "change_trainee", trainee_id=recommended(session), changes={"course_year": "3"})


def test_another_provider_does_not_know_the_trainee(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    for method, arguments in [
        ("get_trainee", {}),
        ("change_trainee", {"changes": {"email": "a@example.com"}}),
    ]:
        with pytest.raises(NotFound):
            itt.asked(OTHER_PROVIDER, method, trainee_id=trainee_id, **arguments)
    with pytest.raises(NotAllowed):
        itt.asked(OTHER_PROVIDER, "register_trainee", provider_code="2A5", details=nth(2))


def test_a_reader_who_may_not_change_is_told_so(itt: Itt, session: Session) -> None:
    with pytest.raises(NotAllowed, match="accredited_provider"):
        itt.asked(ADMIN, "change_trainee", trainee_id=register(session), changes={"course_year": "2"})


def test_equality_data_stands_in_a_table_of_its_own(itt: Itt, session: Session) -> None:
    trainee_id = register(session, ethnicity="120", disability1="58")
    with equality_role(session):
        row = session.get(models.TraineeEquality, trainee_id)
    assert row is not None
    assert (row.ethnicity, row.disability1) == ("120", "58")
    assert not {"ethnicity", "disability1"} & set(models.Trainee.__table__.columns.keys())
    assert "ethnicity" not in itt.shown(PROVIDER, trainee_id)


def test_a_person_has_one_id_in_all_facts(session: Session) -> None:
    with_trn(session)
    ids = {getattr(event, "person_id", None) for event in published(session)}
    assert len(ids) == 1
    assert all(isinstance(id_, UUID) for id_ in ids)
