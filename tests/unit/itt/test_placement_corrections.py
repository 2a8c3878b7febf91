"""Placements that were recorded wrongly: what a correction or a removal may do, and what stands in its way."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain.placement_corrections import correct, remove
from services.itt.domain.placements import Placement
from services.itt.domain.school_days import Entry
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid
from tests.unit.itt.builders import MENTOR_ID, NOW, placement, trainee

OTHER_MENTOR = UUID(int=9)
CLOSED = (State.RECOMMENDED_FOR_AWARD, State.WITHDRAWN, State.AWARDED)
NAMED: dict[str, Any] = {"starts_on": None, "ends_on": None, "mentor_id": None, "mentor": None}
OVER: dict[str, Any] = {"completed_on": date(2026, 9, 18), "days": 10}


def week(number: int = 1, placement_id: UUID | None = None) -> Entry:
    """Five days from Monday 14 September."""
    return Entry(
        id=UUID(int=200 + number),
        placement_id=placement_id or placement().id,
        first_on=date(2026, 9, 14),
        last_on=date(2026, 9, 18),
        days=5,
    )


def test_a_correction_tells_what_it_is_now_and_who_was_named_by_mistake() -> None:
    after = placement(1, "234567", mentor_id=OTHER_MENTOR)
    event = correct(trainee(), placement(), after, [week()], NOW)
    assert (event.school_urn, event.mentor_id, event.starts_on) == ("234567", OTHER_MENTOR, date(2026, 9, 7))
    assert (event.from_school_urn, event.from_mentor_id) == ("123456", MENTOR_ID)
    assert (event.completed_on, event.days) == (None, None)


def test_a_placement_that_is_over_is_corrected_with_its_days() -> None:
    event = correct(trainee(), placement(**OVER), placement(1, "234567", **OVER), [], NOW)
    assert (event.completed_on, event.days, event.from_mentor_id) == (date(2026, 9, 18), 10, None)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"school_urn": "12345"}, "six digits"),
        ({"ends_on": date(2026, 9, 6)}, "before the first day"),
        ({"ends_on": date(2126, 9, 6)}, "too late for one placement"),
        ({"starts_on": date(2025, 9, 7)}, "before the course"),
        ({"starts_on": date(2026, 9, 21), **OVER}, "when the placement was completed"),
        ({"starts_on": date(2026, 9, 8), **OVER}, "too late for the 10 days"),
    ],
)
def test_what_could_not_be_arranged_or_done_is_no_correction(changes: dict[str, Any], wrong: str) -> None:
    urn = changes.get("school_urn", "123456")
    dates = {name: value for name, value in changes.items() if name != "school_urn"}
    before = placement(**OVER) if "days" in changes else placement()
    with pytest.raises(Invalid, match=wrong):
        correct(trainee(), before, placement(1, urn, **dates), [], NOW)


def test_when_it_was_completed_and_the_days_are_corrected() -> None:
    after = placement(completed_on=date(2026, 9, 25), days=15)
    event = correct(trainee(), placement(**OVER), after, [], NOW)
    assert (event.completed_on, event.days) == (date(2026, 9, 25), 15)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"completed_on": date(2026, 11, 24)}, "future"),
        ({"completed_on": date(2026, 9, 4)}, "completed_on.*before the first day"),
        ({"completed_on": date(2026, 9, 17)}, "days.*0 to 9"),
        ({"days": 11}, "days.*0 to 10"),
    ],
)
def test_a_completion_that_cannot_be_is_no_correction(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        correct(trainee(), placement(**OVER), placement(**(OVER | changes)), [], NOW)


def test_what_is_not_completed_yet_is_completed_and_not_corrected() -> None:
    with pytest.raises(Conflict, match="complete it"):
        correct(trainee(), placement(), placement(**OVER), [], NOW)


@pytest.mark.parametrize("changes", [{"starts_on": date(2026, 9, 15)}, {"ends_on": date(2026, 9, 17)}])
def test_days_that_are_recorded_stay_within_the_placement(changes: dict[str, Any]) -> None:
    with pytest.raises(Conflict, match="would lie outside it") as raised:
        correct(trainee(), placement(), placement(**changes), [week()], NOW)
    assert raised.value.details["entry_id"] == str(week().id)
    elsewhere = week(2, placement_id=UUID(int=1))
    assert correct(trainee(), placement(), placement(**changes), [elsewhere], NOW)


def test_a_school_that_came_with_a_file_is_arranged_and_not_corrected() -> None:
    with pytest.raises(Conflict, match="arrange it"):
        correct(trainee(), placement(**NAMED), placement(1, "234567", **NAMED), [], NOW)


@pytest.mark.parametrize("state", CLOSED)
def test_placements_of_who_is_recommended_withdrawn_or_awarded_stay(state: State) -> None:
    with pytest.raises(Conflict):
        correct(trainee(state), placement(), placement(1, "234567"), [], NOW)
    with pytest.raises(Conflict):
        remove(trainee(state), placement(), [], NOW)


@pytest.mark.parametrize("known", [placement(), placement(**OVER)])
def test_a_removal_tells_what_was_there(known: Placement) -> None:
    event = remove(trainee(), known, [week(1, placement_id=UUID(int=1))], NOW)
    assert event is not None
    assert (event.number, event.school_urn, event.mentor_id) == (1, "123456", MENTOR_ID)
    assert (event.completed_on, event.days) == (known.completed_on, known.days)


def test_days_that_are_recorded_keep_a_placement() -> None:
    with pytest.raises(Conflict, match="10 days in school from 2026-09-14 to 2026-09-18") as raised:
        remove(trainee(), placement(), [week(1), week(2)], NOW)
    assert raised.value.details["entry_ids"] == [str(week(1).id), str(week(2).id)]


def test_of_a_placement_that_was_never_arranged_nobody_was_told() -> None:
    assert remove(trainee(), placement(**NAMED), [], NOW) is None
