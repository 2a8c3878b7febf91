"""Days in schools and absence: recorded, set against the course, corrected and removed with a reason."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy import update
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import school_days
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.training import AbsenceCorrected, SchoolDaysCorrected
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal, published
from tests.service.itt.applications_kit import a_course, ready, sent
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.courses_kit import load_schools, register_providers
from tests.service.itt.kit import (
    MENTOR,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    arranged,
    checked,
    last,
    recommended,
    register,
    types,
    with_trn,
)

WEEK = {"first_on": "2026-09-14", "last_on": "2026-09-18"}
NEXT_WEEK = {"first_on": "2026-09-21", "last_on": "2026-09-25"}
AWAY = {"kind": "sickness", "starts_on": "2026-10-05", "ends_on": "2026-10-09", "note": "Flu"}


@pytest.fixture
def trainee_id(session: Session) -> UUID:
    return checked(session, with_trn(session))


@pytest.fixture
def placement_id(session: Session, trainee_id: UUID) -> UUID:
    return UUID(str(arranged(session, trainee_id, 1, "123456")["placements"][0]["placement_id"]))


def test_days_add_up_towards_those_of_the_route(itt: Itt, placement_id: UUID) -> None:
    itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, **WEEK)
    shown = itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, **NEXT_WEEK, days=4)
    assert (shown["school_days"], shown["school_days_needed"], shown["school_days_left"]) == (9, 120, 111)
    assert [entry["days"] for entry in shown["school_day_entries"]] == [5, 4]
    assert "111 of 120 days in schools are left" in shown["warnings"]


def test_the_course_that_was_applied_for_sets_the_days(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    option_id = a_course(session)
    application_id = sent(session, ready(session), option_id)
    trainee_id = register(session, application_id=str(application_id))
    assert itt.shown(PROVIDER, trainee_id)["school_days_needed"] == 120
    session.execute(update(models.Course).values(school_days=90))
    assert itt.shown(PROVIDER, trainee_id)["school_days_needed"] == 90


@pytest.mark.parametrize(("route", "needed"), [("16", None), ("19", None), ("11", None), ("12", 120)])
def test_a_route_without_a_number_has_nothing_left(
    itt: Itt, session: Session, route: str, needed: int | None
) -> None:
    shown = itt.shown(PROVIDER, register(session, training_route=route))
    assert (shown["school_days_needed"], shown["school_days_left"]) == (needed, needed)


def test_the_same_entry_again_changes_nothing(itt: Itt, session: Session, placement_id: UUID) -> None:
    ask = {"placement_id": placement_id, "entry_id": new_id(), **WEEK}
    first = itt.asked(PROVIDER, "record_school_days", **ask)
    assert itt.asked(PROVIDER, "record_school_days", **ask) == first
    assert types(session).count("itt.school_days.recorded.v1") == 1
    with pytest.raises(Conflict, match="something else"):
        itt.asked(PROVIDER, "record_school_days", **ask | {"days": 3})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (WEEK | {"last_on": "2026-09-13"}, "last_on"),
        (WEEK | {"first_on": "2026-09-01"}, "first_on"),
        (WEEK | {"days": 6}, "days"),
        (WEEK | {"days": 0}, "days"),
        (WEEK | {"first_on": "0026-09-14"}, "first_on"),
        ({"first_on": "2026-09-14"}, "last_on"),
    ],
)
def test_days_that_cannot_be_are_refused_by_field(
    itt: Itt, session: Session, placement_id: UUID, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, **given)
    assert list(raised.value.fields) == [field]
    assert "itt.school_days.recorded.v1" not in types(session)


def test_an_entry_is_corrected_and_removed_with_a_reason(
    itt: Itt, session: Session, trainee_id: UUID, placement_id: UUID
) -> None:
    id_ = new_id()
    itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, entry_id=id_, **WEEK)
    ask = {"entry_id": id_, "days": 3, "reason": "Two days at the university"}
    shown = itt.asked(PROVIDER, "correct_school_days", **ask)
    assert shown["school_days"] == 3
    assert itt.asked(PROVIDER, "correct_school_days", **ask) == shown
    assert types(session).count("itt.school_days.corrected.v1") == 1
    assert audit_trail(session, f"trainee/{trainee_id}")[-1].why == "Two days at the university"
    for _ in range(2):
        shown = itt.asked(PROVIDER, "remove_school_days", entry_id=id_, reason="Somebody else's")
    assert (shown["school_days"], shown["school_day_entries"]) == (0, [])
    event = last(session)
    assert isinstance(event, SchoolDaysCorrected)
    assert (event.removed, types(session).count("itt.school_days.corrected.v1")) == (True, 2)
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "correct_school_days", entry_id=id_, days=2, reason="x")
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, entry_id=id_, **WEEK)
    history = itt.asked(PROVIDER, "trainee_history", trainee_id=trainee_id)["items"]
    assert {"trainee.correct_days", "trainee.remove_days"} <= {item["what"] for item in history}


def test_a_placement_is_completed_with_the_days_that_are_recorded(itt: Itt, placement_id: UUID) -> None:
    id_ = new_id()
    itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, entry_id=id_, **WEEK)
    over = {"placement_id": placement_id, "completed_on": "2026-11-20"}
    with pytest.raises(Invalid, match="5 are recorded"):
        itt.asked(PROVIDER, "complete_placement", **over, days=55)
    assert itt.asked(PROVIDER, "complete_placement", **over)["placements"][0]["days"] == 5
    with pytest.raises(Conflict, match="was completed"):
        itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, **NEXT_WEEK)
    shown = itt.asked(PROVIDER, "correct_school_days", entry_id=id_, days=4, reason="A strike")
    assert (shown["placements"][0]["days"], shown["school_days"]) == (4, 4)


def test_days_never_stand_in_the_way_of_a_recommendation(itt: Itt, session: Session) -> None:
    shown = itt.shown(PROVIDER, recommended(session))
    assert (shown["state"], shown["school_days_left"]) == ("recommended_for_award", 120)


def test_what_is_recommended_is_not_corrected(itt: Itt, session: Session) -> None:
    trainee_id = recommended(session)
    with pytest.raises(Conflict, match="cannot be changed"):
        itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, **AWAY)


def test_a_mentor_records_days_and_corrects_only_their_own(
    itt: Itt, session: Session, placement_id: UUID, trainee_id: UUID
) -> None:
    mentor_id = itt.shown(PROVIDER, trainee_id)["placements"][0]["mentor"]["person_id"]
    mentor, own, theirs = principal(Role.MENTOR, id=mentor_id), new_id(), new_id()
    itt.asked(mentor, "record_school_days", placement_id=placement_id, entry_id=own, **WEEK)
    itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, entry_id=theirs, **NEXT_WEEK)
    assert itt.asked(mentor, "correct_school_days", entry_id=own, days=4, reason="x")["school_days"] == 9
    with pytest.raises(NotAllowed):
        itt.asked(mentor, "remove_school_days", entry_id=theirs, reason="x")
    assert itt.asked(PROVIDER, "remove_school_days", entry_id=own, reason="x")["school_days"] == 5


def test_two_calls_at_once_do_not_count_a_day_twice(kept: Kept) -> None:
    trainee_id = kept(lambda session: checked(session, with_trn(session)))
    placed = kept(lambda session: arranged(session, trainee_id, 1, "123456"))
    asked: dict[str, Any] = {
        "placement_id": placed["placements"][0]["placement_id"],
        "first_on": date(2026, 9, 14),
        "last_on": date(2026, 9, 18),
    }

    def client(_: int) -> str:
        try:
            kept(lambda session: school_days.record_school_days(session, NOW, PROVIDER, **asked))
        except Conflict:
            return "refused"
        return "recorded"

    assert sorted(GreenPool(8).imap(client, range(8))) == ["recorded"] + ["refused"] * 7


# --- absence


def test_an_absence_is_shown_with_the_days_that_were_missed(
    itt: Itt, session: Session, trainee_id: UUID
) -> None:
    ask = {"trainee_id": trainee_id, "absence_id": new_id(), **AWAY}
    shown = itt.asked(PROVIDER, "record_absence", **ask)
    assert (shown["absences"][0]["kind"], shown["absence_days"]) == ("sickness", 5)
    assert itt.asked(PROVIDER, "record_absence", **ask) == shown
    assert types(session).count("itt.absence.recorded.v1") == 1
    assert "sickness" not in repr(published(session))
    noted = audit_trail(session, f"trainee/{trainee_id}")[-1]
    assert ("sickness" in str(noted.changes), "sickness" in str(noted.personal)) == (False, True)
    with pytest.raises(Conflict, match="something else"):
        itt.asked(PROVIDER, "record_absence", **ask | {"kind": "authorised"})


def test_absences_do_not_overlap_and_one_without_an_end_is_ended(
    itt: Itt, session: Session, trainee_id: UUID
) -> None:
    id_ = new_id()
    running = {"kind": "parental", "starts_on": "2026-11-02", "absence_id": id_}
    itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, **running)
    with pytest.raises(Conflict, match="without an end"):
        itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, kind="sickness", starts_on="2026-11-20")
    ask = {"absence_id": id_, "ends_on": "2026-11-06", "reason": "Back again"}
    shown = itt.asked(PROVIDER, "correct_absence", **ask)
    assert shown["absence_days"] == 5
    assert itt.asked(PROVIDER, "correct_absence", **ask) == shown
    assert types(session).count("itt.absence.corrected.v1") == 1


def test_an_absence_is_removed_with_a_reason(itt: Itt, session: Session, trainee_id: UUID) -> None:
    id_ = new_id()
    itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, absence_id=id_, **AWAY)
    for _ in range(2):
        shown = itt.asked(PROVIDER, "remove_absence", absence_id=id_, reason="Was there")
    assert (shown["absences"], shown["absence_days"]) == ([], 0)
    event = last(session)
    assert isinstance(event, AbsenceCorrected)
    assert event.removed
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "correct_absence", absence_id=id_, kind="sickness", reason="x")
    again = {"trainee_id": trainee_id, "absence_id": id_} | AWAY
    with pytest.raises(Conflict, match="removed"):
        itt.asked(PROVIDER, "record_absence", **again)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"ends_on": "2026-10-01"}, "ends_on"),
        ({"starts_on": "2026-08-01"}, "starts_on"),
        ({"note": "\0"}, "note"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_by_field(
    itt: Itt, trainee_id: UUID, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, **AWAY | given)
    assert list(raised.value.fields) == [field]


def test_why_somebody_is_away_is_not_for_the_mentor(itt: Itt, session: Session, trainee_id: UUID) -> None:
    placed = arranged(session, trainee_id, 1, "123456", mentor=MENTOR)
    itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, **AWAY)
    mentor = principal(Role.MENTOR, id=str(placed["placements"][0]["mentor"]["person_id"]))
    (seen,) = itt.shown(mentor, trainee_id)["absences"]
    assert (seen["starts_on"], seen["kind"], seen["note"]) == ("2026-10-05", None, None)


def test_a_stranger_does_not_know_of_an_entry(itt: Itt, trainee_id: UUID, placement_id: UUID) -> None:
    entry_id, absence_id = new_id(), new_id()
    itt.asked(PROVIDER, "record_school_days", placement_id=placement_id, entry_id=entry_id, **WEEK)
    itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, absence_id=absence_id, **AWAY)
    for method, ids in [
        ("remove_school_days", {"entry_id": entry_id}),
        ("remove_absence", {"absence_id": absence_id}),
    ]:
        for by, asked in ((OTHER_PROVIDER, ids), (PROVIDER, {name: new_id() for name in ids})):
            with pytest.raises(NotFound):
                itt.asked(by, method, **asked, reason="x")
