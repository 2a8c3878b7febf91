"""Without a broker: who waits for whom in one process."""

from collections.abc import Callable

import eventlet
import pytest

from shared.errors import DeadlineExceeded, OutcomeUnknown, Unavailable
from tests.service.rpc.conftest import caller, eventually, server, serving
from tests.service.rpc.probe import NAME, Probe


def test_a_caller_of_a_killed_service_does_not_know_the_outcome(settled: Callable[..., None]) -> None:
    with serving() as container, caller() as call:
        running = eventlet.spawn(call, "command", seconds=30, mark="killed")
        eventually(lambda: "killed" in Probe.runs)
        container.kill()
        with pytest.raises(OutcomeUnknown):
            running.wait()


def test_a_service_that_has_stopped_is_away_at_once(settled: Callable[..., None]) -> None:
    with serving() as container, caller() as call:
        container.stop()
        # It is told long before the timeout of the call.
        with eventlet.Timeout(30), pytest.raises(Unavailable, match="does not run in this process"):
            call.ask(NAME, "echo", arguments={"n": 1}, timeout=60)


def test_who_waits_for_a_free_worker_past_the_deadline_is_not_served_late(
    settled: Callable[..., None],
) -> None:
    settled(RPC_MAX_WORKERS="1")
    with serving(), caller() as call:
        first = eventlet.spawn(call, "command", seconds=0.5, mark="first")
        eventually(lambda: "first" in Probe.runs)
        with pytest.raises(DeadlineExceeded):
            call.ask(NAME, "command", arguments={"mark": "late"}, timeout=0.1)
        assert first.wait() == "done first"
        assert call("echo", n=1) == {"n": 1}
        assert Probe.runs == ["first"]


def test_the_newer_of_two_takes_the_calls_and_the_older_may_leave(settled: Callable[..., None]) -> None:
    with caller() as call, serving() as older, serving() as newer:
        assert not server(older).ready
        older.stop()
        assert server(newer).ready
        assert call("echo", n=1) == {"n": 1}
