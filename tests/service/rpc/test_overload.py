"""Far more calls than a service can take: each is answered or refused with a time to come again, none is lost."""

from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import eventlet
import pytest
from prometheus_client import REGISTRY

from shared.config import settings
from shared.errors import Busy, DeadlineExceeded
from shared.policy import Role
from shared.rpc.limits import RETRY_AFTER_S
from shared.rpc.places import most_deliveries
from shared.testing import principal
from tests.service.rpc.conftest import Caller, caller, eventually, server, serving
from tests.service.rpc.probe import NAME, Probe

WORKERS, WAITING, CALLS = 3, 5, 400
PATIENCE_S = 120.0


@pytest.fixture
def held(transport: str, settled: Callable[..., None], logged: StringIO) -> Iterator[Caller]:
    """A client of a probe with few places, whose method ``hold`` ends when the test says so."""
    settled(RPC_MAX_WORKERS=str(WORKERS), RPC_MAX_WAITING=str(WAITING), SHUTDOWN_GRACE_S="2")
    Probe.close()
    with serving(), caller() as call:
        try:
            yield call
        finally:
            Probe.open()


def outcome(call: Caller, timeout: float = PATIENCE_S, **more: Any) -> str:
    """The answer of one call, or the name of the error."""
    try:
        return str(call.ask(NAME, "hold", timeout=timeout, **more))
    except (Busy, DeadlineExceeded) as error:
        assert isinstance(error, DeadlineExceeded) or error.details == {"retry_after_s": RETRY_AFTER_S}
        return type(error).__name__


def metric(name: str, **labels: str) -> float:
    """A metric of the probe's."""
    return REGISTRY.get_sample_value(f"continuum_rpc_{name}", {"service": NAME, **labels}) or 0


def refused() -> float:
    return metric("requests_total", method="hold", outcome="Busy")


def test_every_call_is_answered_or_refused_and_no_more_are_taken_than_there_are_places(held: Caller) -> None:
    before, ended = refused(), list[str]()
    calls = [eventlet.spawn(lambda: ended.append(outcome(held))) for _ in range(CALLS)]
    eventually(lambda: len(ended) == CALLS - WORKERS - WAITING, within_s=PATIENCE_S)
    assert set(ended) == {"Busy"}
    assert (metric("in_progress"), metric("waiting")) == (WORKERS, WAITING)
    Probe.open()
    for each in calls:
        each.wait()
    assert Counter(ended) == {"held": WORKERS + WAITING, "Busy": CALLS - WORKERS - WAITING}
    assert (Probe.most_held, Probe.times_held) == (WORKERS, WORKERS + WAITING)
    eventually(lambda: refused() - before == CALLS - WORKERS - WAITING)
    assert (metric("in_progress"), metric("waiting")) == (0, 0)


def test_an_operator_gets_through_to_a_service_that_is_full(held: Caller) -> None:
    calls = [eventlet.spawn(outcome, held) for _ in range(WORKERS + WAITING)]
    eventually(lambda: metric("waiting") == WAITING, within_s=60)
    assert held.ask(NAME, "who", by=principal(Role.OPERATOR), timeout=PATIENCE_S)["roles"] == ["operator"]
    assert outcome(held) == "Busy"
    Probe.open()
    assert [each.wait() for each in calls] == ["held"] * (WORKERS + WAITING)


def test_a_call_whose_time_passes_in_line_makes_room_and_is_never_begun(held: Caller) -> None:
    calls = [eventlet.spawn(outcome, held) for _ in range(WORKERS)]
    eventually(lambda: metric("in_progress") == WORKERS, within_s=60)
    assert outcome(held, timeout=0.2) == "DeadlineExceeded"
    eventually(lambda: metric("waiting") == 0, within_s=60)
    Probe.open()
    assert [each.wait() for each in calls] == ["held"] * WORKERS
    assert Probe.times_held == WORKERS


def test_the_broker_hands_over_no_more_calls_than_are_taken_or_being_refused(
    at_the_broker: str, settled: Callable[..., None], logged: StringIO
) -> None:
    """What is refused leaves at once, so that the memory of a service does not grow with those who ask."""
    settled(RPC_MAX_WORKERS=str(WORKERS), RPC_MAX_WAITING=str(WAITING))
    most = most_deliveries(settings())
    Probe.close()
    with serving() as container, caller() as call:
        unacknowledged = watched(server(container).front)
        calls = [eventlet.spawn(outcome, call) for _ in range(CALLS)]
        eventually(lambda: len(unacknowledged) == CALLS, within_s=PATIENCE_S)
        Probe.open()
        assert Counter(each.wait() for each in calls)["held"] == WORKERS + WAITING
    assert WORKERS + WAITING < max(unacknowledged) <= most < CALLS


def watched(front: Any) -> list[int]:
    """With each delivery, how many are not acknowledged."""
    seen, acknowledged = list[int](), list[Any]()
    run, acknowledge = front.workers.run, front.link.channel.basic_ack

    def delivered(*work: Any) -> None:
        run(*work)
        seen.append(len(seen) + 1 - len(acknowledged))

    def counted(tag: Any) -> None:
        acknowledge(tag)
        acknowledged.append(tag)

    front.workers.run, front.link.channel.basic_ack = delivered, counted
    return seen
