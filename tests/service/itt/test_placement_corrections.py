"""Placements that were recorded wrongly: corrected and removed, alone and by several at once."""

from collections import Counter
from datetime import date
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import placement_corrections, school_days
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotFound
from shared.events.training import PlacementCorrected, PlacementRemoved
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal, published
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.kit import (
    MENTOR,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    TODAY,
    View,
    arranged,
    checked,
    last,
    ready,
    recommended,
    register,
    text_of,
    types,
    with_trn,
)

WEEK = {"first_on": "2026-09-14", "last_on": "2026-09-18"}
ANN = {"first_names": "Ann", "last_name": "O'Neill", "email": "ann@example.sch.uk"}


@pytest.fixture
def trainee_id(session: Session) -> UUID:
    return checked(session, with_trn(session))


@pytest.fixture
def placed(session: Session, trainee_id: UUID) -> View:
    """A placement at school 123456 with Ruth Hall."""
    shown: View = arranged(session, trainee_id, 1, "123456")["placements"][0]
    return shown


def _history(itt: Itt, trainee_id: UUID, what: str) -> Any:
    items = itt.asked(PROVIDER, "trainee_history", trainee_id=trainee_id)["items"]
    (found,) = [item for item in items if item["what"] == what]
    return found


def test_what_is_given_is_corrected_and_the_history_says_why(
    itt: Itt, session: Session, trainee_id: UUID, placed: View
) -> None:
    ask = {"placement_id": placed["placement_id"], "school_urn": "345678", "reason": "The sister school"}
    shown = itt.asked(PROVIDER, "correct_placement", **ask)
    assert shown["placements"] == [itt.shown(PROVIDER, trainee_id)["placements"][0]]
    assert (shown["placements"][0]["school_urn"], shown["placements"][0]["starts_on"]) == (
        "345678",
        "2026-09-07",
    )
    event = last(session)
    assert isinstance(event, PlacementCorrected)
    assert (event.from_school_urn, event.from_mentor_id) == ("123456", None)
    known = _history(itt, trainee_id, "trainee.correct_placement")
    assert (known["why"], known["details"]["school_urn"]) == ("The sister school", ["123456", "345678"])
    assert itt.asked(PROVIDER, "correct_placement", **ask) == shown
    assert types(session).count("itt.placement.corrected.v1") == 1


def test_another_mentor_reads_the_trainee_and_who_was_named_by_mistake_does_not(
    itt: Itt, session: Session, trainee_id: UUID, placed: View
) -> None:
    ruth = principal(Role.MENTOR, id=str(placed["mentor"]["person_id"]))
    assert itt.shown(ruth, trainee_id)
    ask = {"placement_id": placed["placement_id"], "mentor": ANN, "reason": "Ruth is the tutor"}
    mentor = itt.asked(PROVIDER, "correct_placement", **ask)["placements"][0]["mentor"]
    assert itt.shown(principal(Role.MENTOR, id=mentor["person_id"]), trainee_id)
    with pytest.raises(NotFound):
        itt.shown(ruth, trainee_id)
    event = last(session)
    assert isinstance(event, PlacementCorrected)
    assert (str(event.from_mentor_id), event.person and event.person.email) == (ruth.id, ANN["email"])
    personal = audit_trail(session, f"trainee/{trainee_id}")[-1].personal or {}
    assert personal["mentor_email"] == [MENTOR["email"], ANN["email"]]


@pytest.mark.parametrize(
    "written",
    [{"email": "ruth.hill@example.sch.uk"}, {"last_name": "Hill"}, {"email": "RUTH.HALL@example.sch.uk"}],
    ids=["address", "name", "case"],
)
def test_a_mistyped_name_or_address_makes_nobody_else_of_the_mentor(
    itt: Itt, session: Session, placed: View, written: dict[str, str]
) -> None:
    ask = {"placement_id": placed["placement_id"], "mentor": MENTOR | written, "reason": "Mistyped"}
    mentor = itt.asked(PROVIDER, "correct_placement", **ask)["placements"][0]["mentor"]
    assert mentor["person_id"] == str(placed["mentor"]["person_id"])
    told = [event for event in published(session) if isinstance(event, PlacementCorrected)]
    assert [event.from_mentor_id for event in told] == ([] if "RUTH" in str(written) else [None])


def test_the_mentor_is_another_when_the_address_is_somebody_elses_or_the_id_says_so(
    itt: Itt, session: Session, trainee_id: UUID, placed: View
) -> None:
    namesake = MENTOR | {"email": "ruth@other.sch.uk", "person_id": new_id()}
    arranged(session, trainee_id, 2, "234567", mentor=namesake)
    id_ = placed["placement_id"]
    corrected = itt.asked(
        PROVIDER,
        "correct_placement",
        placement_id=id_,
        mentor=MENTOR | {"email": "ruth@other.sch.uk"},
        reason="The other Ruth",
    )["placements"][0]
    assert corrected["mentor"]["person_id"] == str(namesake["person_id"])
    other = str(new_id())
    again = itt.asked(
        PROVIDER, "correct_placement", placement_id=id_, mentor=MENTOR | {"person_id": other}, reason="x"
    )
    assert again["placements"][0]["mentor"]["person_id"] == other


def test_who_shares_an_address_stays_who_they_are_when_the_name_is_corrected(
    itt: Itt, session: Session, trainee_id: UUID
) -> None:
    for number, urn, id_ in ((1, "123456", UUID(int=1)), (2, "234567", UUID(int=2))):
        shown = arranged(session, trainee_id, number, urn, mentor=MENTOR | {"person_id": id_})
    ask = {"placement_id": shown["placements"][1]["placement_id"], "reason": "x"}
    corrected = itt.asked(PROVIDER, "correct_placement", mentor=MENTOR | {"last_name": "Hill"}, **ask)
    assert corrected["placements"][1]["mentor"]["person_id"] == str(UUID(int=2))


def test_a_placement_that_is_over_is_corrected_too(itt: Itt, session: Session, placed: View) -> None:
    id_ = placed["placement_id"]
    itt.asked(PROVIDER, "complete_placement", placement_id=id_, completed_on="2026-11-20", days=50)
    shown = itt.asked(PROVIDER, "correct_placement", placement_id=id_, starts_on="2026-09-14", reason="x")
    (one,) = shown["placements"]
    assert (one["starts_on"], one["completed_on"], one["days"]) == ("2026-09-14", "2026-11-20", 50)
    event = last(session)
    assert isinstance(event, PlacementCorrected)
    assert (event.completed_on, event.days) == (date(2026, 11, 20), 50)
    with pytest.raises(Invalid, match="too late for the 50 days"):
        itt.asked(PROVIDER, "correct_placement", placement_id=id_, starts_on="2026-10-05", reason="x")


def test_when_it_was_completed_and_the_days_are_corrected(
    itt: Itt, session: Session, trainee_id: UUID, placed: View
) -> None:
    id_ = placed["placement_id"]
    with pytest.raises(Conflict, match="not completed yet"):
        itt.asked(PROVIDER, "correct_placement", placement_id=id_, days=40, reason="x")
    itt.asked(PROVIDER, "complete_placement", placement_id=id_, completed_on="2026-11-20", days=50)
    ask = {"placement_id": id_, "completed_on": "2026-11-13", "days": 45, "reason": "A week too late"}
    (one,) = itt.asked(PROVIDER, "correct_placement", **ask)["placements"]
    assert (one["completed_on"], one["days"]) == ("2026-11-13", 45)
    event = last(session)
    assert isinstance(event, PlacementCorrected)
    assert (event.completed_on, event.days) == (date(2026, 11, 13), 45)
    told = _history(itt, trainee_id, "trainee.correct_placement")["details"]
    assert (told["completed_on"], told["days"]) == (["2026-11-20", "2026-11-13"], [50, 45])
    for wrong in ({"completed_on": "2026-11-24"}, {"completed_on": "2026-09-06"}, {"days": 51}):
        with pytest.raises(Invalid, match=next(iter(wrong))):
            itt.asked(PROVIDER, "correct_placement", placement_id=id_, reason="x", **wrong)


def test_days_that_are_recorded_win_over_a_correction(itt: Itt, placed: View) -> None:
    id_ = placed["placement_id"]
    itt.asked(PROVIDER, "record_school_days", placement_id=id_, **WEEK)
    itt.asked(PROVIDER, "complete_placement", placement_id=id_, completed_on="2026-11-20")
    with pytest.raises(Invalid, match="5 are recorded"):
        itt.asked(PROVIDER, "correct_placement", placement_id=id_, days=6, reason="x")
    shown = itt.asked(PROVIDER, "correct_placement", placement_id=id_, completed_on="2026-11-13", reason="x")
    assert [(one["completed_on"], one["days"]) for one in shown["placements"]] == [("2026-11-13", 5)]


@pytest.mark.parametrize("method", ["correct_placement", "arrange_placement"])
def test_other_dates_leave_no_recorded_days_out(
    itt: Itt, session: Session, trainee_id: UUID, placed: View, method: str
) -> None:
    id_ = placed["placement_id"]
    itt.asked(PROVIDER, "record_school_days", placement_id=id_, **WEEK)
    new = {"starts_on": "2026-09-21", "ends_on": "2026-12-18", "school_urn": "123456"}
    asked: dict[str, dict[str, Any]] = {
        "correct_placement": {"placement_id": id_, "reason": "x"} | new,
        "arrange_placement": {"trainee_id": trainee_id, "number": 1, "mentor": MENTOR} | new,
    }
    with pytest.raises(Conflict, match="would lie outside it"):
        itt.asked(PROVIDER, method, **asked[method])


def test_a_removed_placement_counts_no_more_and_the_audit_keeps_it(itt: Itt, session: Session) -> None:
    trainee_id = ready(session)
    first, second = itt.shown(PROVIDER, trainee_id)["placements"]
    ask = {"placement_id": second["placement_id"], "reason": "Another trainee's"}
    shown = itt.asked(PROVIDER, "remove_placement", **ask)
    assert shown["placements"] == [first]
    assert shown["missing_for_recommendation"] == ["There are 1 of 2 placements in different schools"]
    event = last(session)
    assert isinstance(event, PlacementRemoved)
    assert (str(event.placement_id), event.school_urn, event.number) == (second["placement_id"], "234567", 2)
    known = _history(itt, trainee_id, "trainee.remove_placement")
    assert (known["why"], known["details"]["school_urn"]) == ("Another trainee's", ["234567", None])
    assert known["details"]["mentor_email"] == [MENTOR["email"], None]
    assert itt.asked(PROVIDER, "remove_placement", **ask) == shown
    assert types(session).count("itt.placement.removed.v1") == 1
    with pytest.raises(Conflict, match="1 of 2 placements"):
        itt.asked(PROVIDER, "recommend", trainee_id=trainee_id, standards_met_on=TODAY)


def test_a_removed_placement_is_nobodys_to_work_with_and_its_id_is_not_given_again(
    itt: Itt, session: Session, trainee_id: UUID, placed: View
) -> None:
    id_ = placed["placement_id"]
    ruth = principal(Role.MENTOR, id=str(placed["mentor"]["person_id"]))
    itt.asked(PROVIDER, "remove_placement", placement_id=id_, reason="x")
    for method, more in (
        ("correct_placement", {"school_urn": "345678", "reason": "x"}),
        ("complete_placement", {"completed_on": "2026-11-20"}),
        ("record_school_days", WEEK),
    ):
        with pytest.raises(Conflict, match="was removed"):
            itt.asked(PROVIDER, method, placement_id=id_, **more)
    with pytest.raises(Conflict, match="was removed"):
        arranged(session, trainee_id, 1, "123456", placement_id=UUID(str(id_)))
    with pytest.raises(NotFound):
        itt.shown(ruth, trainee_id)
    assert itt.asked(ruth, "list_trainees")["items"] == []
    again = arranged(session, trainee_id, 1, "345678")["placements"]
    assert [(one["number"], one["school_urn"]) for one in again] == [(1, "345678")]
    assert again[0]["placement_id"] != id_


def test_days_in_school_keep_a_placement_until_they_are_removed(
    itt: Itt, session: Session, placed: View
) -> None:
    id_, entry_id = placed["placement_id"], new_id()
    itt.asked(PROVIDER, "record_school_days", placement_id=id_, entry_id=entry_id, **WEEK)
    with pytest.raises(Conflict, match="5 days in school") as raised:
        itt.asked(PROVIDER, "remove_placement", placement_id=id_, reason="x")
    assert raised.value.details["entry_ids"] == [str(entry_id)]
    itt.asked(PROVIDER, "remove_school_days", entry_id=entry_id, reason="x")
    shown = itt.asked(PROVIDER, "remove_placement", placement_id=id_, reason="x")
    assert (shown["placements"], shown["school_days"]) == ([], 0)


def test_an_absence_is_the_trainees_own_and_stays(itt: Itt, trainee_id: UUID, placed: View) -> None:
    itt.asked(PROVIDER, "record_absence", trainee_id=trainee_id, kind="sickness", starts_on="2026-10-05")
    shown = itt.asked(PROVIDER, "remove_placement", placement_id=placed["placement_id"], reason="x")
    assert [one["starts_on"] for one in shown["absences"]] == ["2026-10-05"]


def test_a_school_that_came_with_the_file_is_removed_in_silence(itt: Itt, session: Session) -> None:
    trainee_id = register(session, placement_1_urn="654321")
    (named,) = itt.shown(PROVIDER, trainee_id)["placements"]
    id_ = named["placement_id"]
    with pytest.raises(Conflict, match="arrange it"):
        itt.asked(PROVIDER, "correct_placement", placement_id=id_, school_urn="345678", reason="x")
    shown = itt.asked(PROVIDER, "remove_placement", placement_id=id_, reason="Not agreed")
    assert shown["placements"] == []
    assert "itt.placement.removed.v1" not in types(session)
    assert _history(itt, trainee_id, "trainee.remove_placement")["why"] == "Not agreed"


def test_the_sheets_and_the_export_know_nothing_of_a_removed_placement(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, with_trn(session, placement_1_urn="654321"))
    (named,) = itt.shown(PROVIDER, trainee_id)["placements"]
    itt.asked(PROVIDER, "remove_placement", placement_id=named["placement_id"], reason="x")
    for method in ("placement_sheet", "export_trainees"):
        assert "654321" not in text_of(itt.asked(PROVIDER, method, provider_code="2A5"))


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("correct_placement", {"reason": "x"}),
        ("correct_placement", {"reason": "", "ends_on": "2026-12-11"}),
        ("correct_placement", {"reason": " ", "ends_on": "2026-12-11"}),
        ("correct_placement", {"reason": "\0", "ends_on": "2026-12-11"}),
        ("correct_placement", {"ends_on": "2026-12-11"}),
        ("correct_placement", {"reason": "x", "ends_on": "2026-09-01"}),
        ("correct_placement", {"reason": "x", "ends_on": None}),
        ("correct_placement", {"reason": "x", "starts_on": "1026-09-07"}),
        ("correct_placement", {"reason": "x", "starts_on": "2025-09-08"}),
        ("correct_placement", {"reason": "x", "school_urn": "12"}),
        ("correct_placement", {"reason": "x", "mentor": {"first_names": "Ann"}}),
        ("correct_placement", {"reason": "x", "mentor": ANN | {"email": "ann"}}),
        ("correct_placement", {"reason": "x", "number": 2}),
        ("correct_placement", {"reason": "x", "completed_on": None}),
        ("correct_placement", {"reason": "x", "days": -1}),
        ("correct_placement", {"reason": "x", "days": "5"}),
        ("remove_placement", {}),
        ("remove_placement", {"reason": " "}),
        ("remove_placement", {"reason": "x" * 10_001}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    itt: Itt, trainee_id: UUID, placed: View, method: str, given: dict[str, Any]
) -> None:
    before = itt.shown(PROVIDER, trainee_id)
    with pytest.raises(Invalid):
        itt.asked(PROVIDER, method, placement_id=placed["placement_id"], **given)
    assert itt.shown(PROVIDER, trainee_id) == before


@pytest.mark.parametrize("method", ["correct_placement", "remove_placement"])
def test_placements_of_who_is_recommended_stay_and_strangers_know_of_none(
    itt: Itt, session: Session, method: str
) -> None:
    more = {"reason": "x"} | ({"school_urn": "345678"} if method == "correct_placement" else {})
    id_ = itt.shown(PROVIDER, recommended(session))["placements"][0]["placement_id"]
    with pytest.raises(Conflict, match="recommended"):
        itt.asked(PROVIDER, method, placement_id=id_, **more)
    for by, which in ((PROVIDER, new_id()), (OTHER_PROVIDER, id_)):
        with pytest.raises(NotFound) as answer:
            itt.asked(by, method, placement_id=which, **more)
        assert answer.value.message == f"There is no placement {which}"


# --- at once


def _made(session: Session) -> tuple[UUID, UUID]:
    trainee_id = checked(session, with_trn(session))
    return trainee_id, UUID(str(arranged(session, trainee_id, 1, "123456")["placements"][0]["placement_id"]))


def _tried(kept: Kept, work: Any) -> str:
    """A refusal is how somebody is told that another was faster; anything else is a fault."""
    try:
        kept(work)
    except (Conflict, Invalid):
        return "refused"
    return "done"


@pytest.mark.parametrize("seed", range(3))
def test_who_removes_and_who_records_days_at_once_leave_no_days_without_a_placement(
    kept: Kept, seed: int
) -> None:
    _, id_ = kept(_made)
    given: dict[str, Any] = {"now": NOW, "by": PROVIDER, "placement_id": id_}
    week: dict[str, Any] = {"first_on": date(2026, 9, 14), "last_on": date(2026, 9, 18)}
    work = [
        partial(school_days.record_school_days, **given, **week),
        partial(placement_corrections.remove_placement, **given, reason="x"),
        partial(placement_corrections.correct_placement, **given, reason="x", ends_on=date(2026, 9, 17)),
    ] * 3
    Random(seed).shuffle(work)
    told = Counter(GreenPool(9).imap(partial(_tried, kept), work))
    removed, ends_on, days = kept(partial(_left, placement_id=id_))
    assert told["done"] > 0
    assert not (days and removed)
    assert not (days and ends_on == date(2026, 9, 17))


def _left(session: Session, placement_id: UUID) -> tuple[bool, date | None, int]:
    placed = session.get_one(models.Placement, placement_id)
    return placed.removed_at is not None, placed.ends_on, session.query(models.training.SchoolDays).count()


def test_two_who_arrange_a_number_that_was_removed_make_one_placement(kept: Kept) -> None:
    trainee_id, id_ = kept(_made)
    kept(partial(placement_corrections.remove_placement, now=NOW, by=PROVIDER, placement_id=id_, reason="x"))
    again = partial(arranged, trainee_id=trainee_id, number=1, urn="345678")
    assert set(GreenPool(8).imap(partial(_tried, kept), [again] * 6)) == {"done"}
    assert kept(lambda session: session.query(models.Placement).filter_by(removed_at=None).count()) == 1
