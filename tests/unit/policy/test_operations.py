"""Operations that every service offers: what changes anything is an operator's, what reads is for services too."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from shared.errors import NotAllowed
from shared.operations import handlers
from shared.policy import Principal, Role
from shared.rpc import Call
from shared.rpc.call import Transaction
from shared.service import Service

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ITSELF = Principal("cpd", frozenset({Role.SERVICE}), on_behalf_of="somebody")


class NoDatabase:
    """Whoever asks it for more than a session has gone too far."""

    def session(self) -> None:
        return None


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("advance", {"now": NOW}),
        ("replay_page", {"source": "itt", "after": 0, "since": None}),
        ("mark_verified", {"source": "itt", "types": [], "until": NOW}),
        ("resend", {"event_ids": []}),
        ("parked_retry", {"event_ids": None}),
        ("parked_discard", {"event_ids": [], "reason": "a try"}),
        ("timers_retry", {}),
    ],
)
def test_a_service_changes_nothing_at_another(method: str, arguments: dict[str, Any]) -> None:
    call = Call(ITSELF, NOW, 0, cast(Transaction, NoDatabase()))
    with pytest.raises(NotAllowed, match="for operators"):
        getattr(Service, method)(object.__new__(Service), call, **arguments)


def test_a_service_reads_the_log_of_another_and_a_person_does_not() -> None:
    handlers.require_insider(ITSELF, "event_page")
    with pytest.raises(NotAllowed):
        handlers.require_insider(Principal("somebody", frozenset(Role) - {Role.OPERATOR, Role.SERVICE}), "x")
