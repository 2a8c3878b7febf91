"""Trainees: 7 states, 12 transitions; a file of them: 7 states, 10 transitions (trainee_transitions.json)."""

import json

import pytest

from services.itt.domain import imports, trainees
from services.itt.domain.trainees import State
from shared.errors import TransitionNotAllowed
from tests.unit.itt.builders import published

MOVES = {
    ("draft", "submit_for_trn"): "submitted_for_trn",
    ("deferred", "submit_for_trn"): "submitted_for_trn",
    ("submitted_for_trn", "receive_trn"): "trn_received",
    ("deferred", "receive_trn"): "trn_received",
    ("trn_received", "receive_trn"): "trn_received",
    ("trn_received", "recommend_for_award"): "recommended_for_award",
    ("submitted_for_trn", "withdraw"): "withdrawn",
    ("trn_received", "withdraw"): "withdrawn",
    ("deferred", "withdraw"): "withdrawn",
    ("submitted_for_trn", "defer"): "deferred",
    ("trn_received", "defer"): "deferred",
    ("recommended_for_award", "award"): "awarded",
}
EVENTS = sorted({event for _, event in MOVES})


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", EVENTS)
def test_each_state_and_event_leads_where_the_table_says_or_nowhere(state: State, event: str) -> None:
    expected = MOVES.get((state.value, event))
    if expected is not None:
        assert trainees.TRANSITIONS.next(state, event) == expected
        return
    with pytest.raises(TransitionNotAllowed) as raised:
        trainees.TRANSITIONS.next(state, event)
    assert state.value.replace("_", " ") in raised.value.message
    assert event.replace("_", " ") in raised.value.message


def test_there_are_7_states_and_12_transitions() -> None:
    assert len(State) == 7
    assert len(list(trainees.TRANSITIONS)) == 12


def test_the_table_is_the_published_one() -> None:
    known = json.loads(published("itt/trainee_transitions.json").read_text(encoding="utf-8"))
    assert sorted(known["states"]) == sorted(state.value for state in State)
    assert sorted(map(tuple, known["transitions"])) == sorted(trainees.TRANSITIONS)


def test_corrections_are_listed_by_themselves() -> None:
    assert trainees.TRANSITIONS.corrections == (
        "undo_withdrawal",
        "undo_recommendation",
        "undo_award",
        "correct_course",
        "move_to_provider",
        "discard",
    )


IMPORT_MOVES = {
    ("uploaded", "import", "pending"),
    ("pending", "process", "validated"),
    ("validated", "submit", "in_progress"),
    ("in_progress", "succeed", "succeeded"),
    ("uploaded", "cancel", "cancelled"),
    ("validated", "cancel", "cancelled"),
    ("failed", "cancel", "cancelled"),
    ("pending", "fail", "failed"),
    ("validated", "fail", "failed"),
    ("in_progress", "fail", "failed"),
}


def test_a_file_has_7_states_and_10_transitions_and_can_be_undone() -> None:
    assert len(imports.State) == 7
    assert set(imports.TRANSITIONS) == IMPORT_MOVES
    assert imports.TRANSITIONS.corrections == ("undo",)


def test_the_files_table_is_the_published_one() -> None:
    known = json.loads(published("itt/trainee_transitions.json").read_text(encoding="utf-8"))
    assert sorted(map(tuple, known["bulk_upload_transitions"])) == sorted(imports.TRANSITIONS)
