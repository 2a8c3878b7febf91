"""A state machine is one table: what it allows, what it refuses, and how it says so."""

from collections.abc import Iterator
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Conflict, TransitionNotAllowed
from shared.transitions import Transitions


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"
    GONE = "gone"


MOVES = (
    (Door.OPEN, "shut", Door.SHUT),
    (Door.SHUT, "open", Door.OPEN),
    (Door.SHUT, "lock", Door.LOCKED),
    (Door.LOCKED, "unlock", Door.SHUT),
    (Door.LOCKED, "break", Door.GONE),
)


@pytest.fixture(scope="module")
def door() -> Iterator[Transitions[Door]]:
    yield Transitions("house.door", *MOVES, corrections=["repair"])
    del Transitions.registry["house.door"]


@pytest.mark.parametrize(("state", "event", "after"), MOVES)
def test_a_move_of_the_table_leads_where_the_table_says(
    door: Transitions[Door], state: Door, event: str, after: Door
) -> None:
    assert door.next(state, event) is after


@given(
    state=st.sampled_from(Door), event=st.sampled_from(["shut", "open", "lock", "unlock", "break", "paint"])
)
def test_a_move_that_is_not_in_the_table_is_refused_with_what_would_be_possible(
    door: Transitions[Door], state: Door, event: str
) -> None:
    possible = [move for source, move, _ in MOVES if source == state]
    assert door.allowed(state) == possible
    if event not in possible:
        with pytest.raises(TransitionNotAllowed) as refused:
            door.next(state, event)
        assert refused.value.details == {
            "machine": "house.door",
            "state": state.value,
            "event": event,
            "allowed": possible,
        }


@pytest.mark.parametrize(
    ("state", "event", "says"),
    [
        (
            Door.SHUT,
            "break",
            "The door is in the state “shut”: “break” is not possible; possible here: open or lock",
        ),
        (Door.OPEN, "lock", "The door is in the state “open”: “lock” is not possible; possible here: shut"),
        (
            Door.GONE,
            "open",
            "The door is in the state “gone”: “open” is not possible; nothing is possible here any more",
        ),
    ],
)
def test_the_refusal_names_the_state_and_the_move(
    door: Transitions[Door], state: Door, event: str, says: str
) -> None:
    with pytest.raises(Conflict) as refused:
        door.next(state, event)
    assert refused.value.message == says


def test_one_move_from_one_state_cannot_lead_to_two() -> None:
    with pytest.raises(ValueError, match="leads to two states"):
        Transitions("house.gate", (Door.OPEN, "go", Door.SHUT), (Door.OPEN, "go", Door.GONE))
    assert "house.gate" not in Transitions.registry


def test_a_machine_is_found_by_its_name_with_all_moves_in_order(door: Transitions[Door]) -> None:
    found = Transitions.registry["house.door"]
    assert tuple(found) == MOVES
    assert found.corrections == ("repair",)
