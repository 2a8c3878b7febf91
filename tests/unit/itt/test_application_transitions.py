"""The machine of applications is exactly the published table: 15 states, 38 transitions, and their flags."""

import json
from typing import Any

import pytest

from services.itt.domain import applications
from services.itt.domain.applications import TRANSITIONS, State
from shared.config import PROJECT_ROOT
from shared.errors import TransitionNotAllowed

TABLE = PROJECT_ROOT.parent / "shared" / "data" / "itt" / "application_transitions.json"
FLAGS = {
    "not_visible_to_provider": applications.HIDDEN_FROM_PROVIDERS,
    "interviewable": applications.INTERVIEWABLE,
    "accepted": applications.ACCEPTED,
    "unsuccessful": applications.UNSUCCESSFUL,
    "successful": applications.SUCCESSFUL,
    "decision_pending": applications.DECISION_PENDING,
    "reapply": applications.REAPPLY,
    "carry_over": applications.CARRY_OVER,
    "in_progress": applications.IN_PROGRESS,
}


def _published() -> dict[str, Any]:
    if not TABLE.exists():
        pytest.skip("the published table is not beside the project")
    told: dict[str, Any] = json.loads(TABLE.read_text())
    return told


def test_the_states_and_the_transitions_are_those_of_the_published_table() -> None:
    told = _published()
    assert sorted(state.value for state in State) == told["states"]
    ours = {(source.value, event, target.value) for source, event, target in TRANSITIONS}
    assert ours == {tuple(move) for move in told["transitions"]}
    assert (len(State), len(TRANSITIONS.moves)) == (15, 38)


def test_every_other_pair_of_state_and_event_is_refused() -> None:
    expected = {(source, event) for source, event, _ in _published()["transitions"]}
    events = {event for _, event in expected}
    refused = 0
    for state in State:
        for event in events:
            if (state.value, event) not in expected:
                with pytest.raises(TransitionNotAllowed, match=event.replace("_", " ")):
                    TRANSITIONS.next(state, event)
                refused += 1
    assert refused == 15 * len(events) - 38


@pytest.mark.parametrize("name", list(FLAGS))
def test_the_flags_of_the_states_are_those_of_the_published_table(name: str) -> None:
    assert sorted(state.value for state in FLAGS[name]) == sorted(_published()["flags"][name])


def test_all_published_flags_are_known_and_the_final_states_have_no_way_out() -> None:
    told = _published()
    assert told["flags"].keys() == FLAGS.keys()
    assert sorted(s.value for s in State if not TRANSITIONS.allowed(s)) == sorted(told["no_outgoing"])
