"""The machine of applications is the published table: 15 states, 38 transitions, and their flags.

Domain page, "Applications: 15 states, 38 transitions"; the tables stand here by hand, and are compared with the
published one where it is beside the project.
"""

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
MOVES = {
    ("unsubmitted", "send_to_provider"): "awaiting_provider_decision",
    ("unsubmitted", "reject_at_end_of_cycle"): "application_not_sent",
    ("awaiting_provider_decision", "make_offer"): "offer",
    ("awaiting_provider_decision", "reject"): "rejected",
    ("awaiting_provider_decision", "reject_by_default"): "rejected",
    ("awaiting_provider_decision", "withdraw"): "withdrawn",
    ("awaiting_provider_decision", "interview"): "interviewing",
    ("awaiting_provider_decision", "inactivate"): "inactive",
    ("inactive", "make_offer"): "offer",
    ("inactive", "reject"): "rejected",
    ("inactive", "reject_by_default"): "rejected",
    ("inactive", "withdraw"): "withdrawn",
    ("inactive", "interview"): "interviewing",
    ("interviewing", "make_offer"): "offer",
    ("interviewing", "reject"): "rejected",
    ("interviewing", "reject_by_default"): "rejected",
    ("interviewing", "withdraw"): "withdrawn",
    ("interviewing", "interview"): "interviewing",
    ("interviewing", "cancel_interview"): "awaiting_provider_decision",
    ("rejected", "make_offer"): "offer",
    ("offer", "make_offer"): "offer",
    ("offer", "withdraw_offer"): "offer_withdrawn",
    ("offer", "accept"): "pending_conditions",
    ("offer", "accept_unconditional_offer"): "recruited",
    ("offer", "decline"): "declined",
    ("offer", "decline_by_default"): "declined",
    ("offer_withdrawn", "make_offer"): "offer",
    ("pending_conditions", "confirm_conditions_met"): "recruited",
    ("pending_conditions", "recruit_with_pending_conditions"): "recruited",
    ("pending_conditions", "conditions_not_met"): "conditions_not_met",
    ("pending_conditions", "withdraw"): "withdrawn",
    ("pending_conditions", "defer_offer"): "offer_deferred",
    ("recruited", "withdraw"): "withdrawn",
    ("recruited", "defer_offer"): "offer_deferred",
    ("recruited", "confirm_conditions_met"): "recruited",
    ("offer_deferred", "reinstate_conditions_met"): "recruited",
    ("offer_deferred", "reinstate_pending_conditions"): "pending_conditions",
    ("offer_deferred", "withdraw"): "withdrawn",
}
FLAGGED = {
    "not_visible_to_provider": ["application_not_sent", "cancelled", "unsubmitted"],
    "interviewable": ["awaiting_provider_decision", "inactive", "interviewing"],
    "accepted": ["conditions_not_met", "offer_deferred", "pending_conditions", "recruited"],
    "unsuccessful": [
        "application_not_sent",
        "cancelled",
        "conditions_not_met",
        "declined",
        "inactive",
        "offer_withdrawn",
        "rejected",
        "withdrawn",
    ],
    "successful": ["offer", "offer_deferred", "pending_conditions", "recruited"],
    "decision_pending": ["awaiting_provider_decision", "interviewing"],
    "reapply": ["cancelled", "declined", "offer_withdrawn", "rejected", "withdrawn"],
    "carry_over": [
        "application_not_sent",
        "cancelled",
        "conditions_not_met",
        "declined",
        "offer_withdrawn",
        "rejected",
        "withdrawn",
    ],
    "in_progress": [
        "awaiting_provider_decision",
        "interviewing",
        "offer",
        "offer_deferred",
        "pending_conditions",
        "recruited",
    ],
}
NO_WAY_OUT = ["application_not_sent", "cancelled", "conditions_not_met", "declined", "withdrawn"]


def _published() -> dict[str, Any]:
    if not TABLE.exists():
        pytest.skip("the published table is not beside the project")
    told: dict[str, Any] = json.loads(TABLE.read_text())
    return told


def test_there_are_15_states_and_38_transitions() -> None:
    ours = {(source.value, event): target.value for source, event, target in TRANSITIONS}
    assert ours == MOVES
    assert (len(State), len(TRANSITIONS.moves)) == (15, 38)


def test_every_other_pair_of_state_and_event_is_refused() -> None:
    events = {event for _, event in MOVES}
    refused = 0
    for state in State:
        for event in events:
            if (state.value, event) not in MOVES:
                with pytest.raises(TransitionNotAllowed, match=event.replace("_", " ")):
                    TRANSITIONS.next(state, event)
                refused += 1
    assert refused == 15 * len(events) - 38


@pytest.mark.parametrize("name", list(FLAGS))
def test_each_flag_is_of_these_states(name: str) -> None:
    assert sorted(state.value for state in FLAGS[name]) == FLAGGED[name]


def test_the_final_states_have_no_way_out() -> None:
    assert sorted(s.value for s in State if not TRANSITIONS.allowed(s)) == NO_WAY_OUT


def test_the_tables_are_the_published_ones() -> None:
    told = _published()
    assert sorted(state.value for state in State) == told["states"]
    assert sorted((*pair, target) for pair, target in MOVES.items()) == sorted(
        map(tuple, told["transitions"])
    )
    assert FLAGGED == {name: sorted(states) for name, states in told["flags"].items()}
    assert sorted(told["no_outgoing"]) == NO_WAY_OUT
