"""One call is one transaction: all of it or nothing, within the caller's time."""

from collections.abc import Callable
from io import StringIO
from time import monotonic

import eventlet
import pytest
from nameko.containers import ServiceContainer

from shared.database import engine
from shared.errors import Conflict, ContinuumError, DeadlineExceeded, Fault, TooLarge, Unavailable
from tests.service.rpc.conftest import Caller, eventually
from tests.service.rpc.probe import NAME, Probe

Entries = Callable[[], dict[int, str]]


def test_what_a_method_wrote_is_committed_before_it_is_answered(call: Caller, entries: Entries) -> None:
    assert call("write", id=1, note="first") == {"id": 1, "note": "first"}
    assert entries() == {1: "first"}


@pytest.mark.parametrize(
    ("method", "error"),
    [("write_and_refuse", Conflict), ("write_too_much", TooLarge), ("write_what_cannot_be_told", Fault)],
)
def test_what_cannot_be_answered_was_not_done(
    call: Caller, entries: Entries, method: str, error: type[ContinuumError]
) -> None:
    with pytest.raises(error):
        call(method, id=1, note="first")
    assert entries() == {}


def test_a_method_that_needs_no_database_opens_no_session(call: Caller) -> None:
    used = engine(NAME).pool.checkedout()  # type: ignore[attr-defined]
    call("echo", n=1)
    assert engine(NAME).pool.checkedout() == used  # type: ignore[attr-defined]


def test_two_at_once_that_write_the_same_get_the_same_answer(call: Caller, entries: Entries) -> None:
    both = [eventlet.spawn(call, "find_or_write", id=1, note="ours") for _ in range(2)]
    told = [thread.wait() for thread in both]
    assert [each["note"] for each in told] == ["ours", "ours"]
    assert entries() == {1: "ours"}


def test_the_same_written_twice_is_a_conflict_in_the_end(call: Caller) -> None:
    call("write", id=1, note="first")
    with pytest.raises(Conflict, match="there already"):
        call("write", id=1, note="second")


def test_a_deadlock_is_run_again_and_nobody_notices(call: Caller, entries: Entries) -> None:
    for id_ in (1, 2):
        call("write", id=id_, note="")
    Probe.runs.clear()
    orders = [(1, 2), (2, 1)]
    both = [eventlet.spawn(call, "change_in_order", first=a, second=b) for a, b in orders]
    for thread in both:
        thread.wait()
    assert entries() == {1: "++", 2: "++"}
    assert len(Probe.runs) > 2


def test_the_callers_time_is_the_limit_of_every_statement(call: Caller) -> None:
    left = call.ask(NAME, "statement_timeout", timeout=5)
    assert left.endswith("ms")
    assert 3000 < int(left.removesuffix("ms")) <= 5000


def test_the_database_stops_with_the_callers_patience(call: Caller) -> None:
    began = monotonic()
    with pytest.raises(DeadlineExceeded):
        call.ask(NAME, "sleep_in_the_database", arguments={"seconds": 10}, timeout=0.5)
    eventually(lambda: engine(NAME).pool.checkedout() == 0)  # type: ignore[attr-defined]
    assert monotonic() - began < 3


def test_a_later_statement_has_only_the_time_that_the_earlier_ones_left(call: Caller) -> None:
    long = {"first": 1.5, "second": 600}
    with pytest.raises(DeadlineExceeded):
        call.ask(NAME, "sleep_twice_in_the_database", arguments=long, timeout=3)
    eventually(lambda: engine(NAME).pool.checkedout() == 0)  # type: ignore[attr-defined]


def test_late_work_is_not_committed(call: Caller, entries: Entries, probe: ServiceContainer) -> None:
    with pytest.raises(DeadlineExceeded):
        call.ask(NAME, "write_late", arguments={"id": 1, "seconds": 0.6}, timeout=0.3)
    eventlet.sleep(0.6)
    assert entries() == {}


def test_a_lost_database_connection_means_that_nothing_was_done(call: Caller, entries: Entries) -> None:
    with pytest.raises(Unavailable, match="database of the service is away"):
        call("lose_the_connection")
    assert call("write", id=1, note="afterwards")["id"] == 1
    assert entries() == {1: "afterwards"}


def test_running_calls_finish_when_the_service_stops(
    call: Caller, entries: Entries, probe: ServiceContainer
) -> None:
    running = eventlet.spawn(call, "write_late", id=1, seconds=0.5)
    eventlet.sleep(0.2)
    probe.stop()
    assert running.wait() is None
    assert entries() == {1: "late"}


def test_what_the_database_said_is_in_the_log_by_its_name_alone(logged: StringIO, call: Caller) -> None:
    call("write", id=1, note="of somebody")
    with pytest.raises(Conflict):
        call("write", id=1, note="of somebody")
    eventually(lambda: "UniqueViolation" in logged.getvalue())
    assert "somebody" not in logged.getvalue()
