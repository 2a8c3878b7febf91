"""Connections get lost, processes die, brokers go away: nothing runs twice, and everybody learns how it stands."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any

import eventlet
import pytest
from amqp.exceptions import NotFound as NoSuchQueue
from nameko.containers import ServiceContainer
from prometheus_client import REGISTRY

from shared.config import PROJECT_ROOT
from shared.errors import Busy, ContinuumError, DeadlineExceeded, OutcomeUnknown, Unavailable
from shared.rpc import amqp
from shared.rpc.front import AmqpFront
from shared.rpc.limits import QUEUE
from shared.testing.servers import PrivateRabbit
from tests.service.rpc.conftest import Caller, broker, caller, eventually, server, serving
from tests.service.rpc.probe import NAME, Probe

# Who is told at once does not wait for this: far less than the timeout, far more than any machine takes.
HANGS_S = 30.0


@pytest.fixture
def probe(at_the_broker: str) -> Iterator[ServiceContainer]:
    with serving() as container:
        yield container


@pytest.fixture
def call(probe: ServiceContainer) -> Iterator[Caller]:
    with caller() as made:
        yield made


def front(container: ServiceContainer) -> AmqpFront:
    found = server(container).front
    assert isinstance(found, AmqpFront)
    return found


def cut(container: ServiceContainer) -> None:
    """Cut the connection of the service's server."""
    link = front(container).link
    assert link is not None
    link.cut()


def outcome(ask: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The answer, or the class of the error."""
    try:
        return ask(*args, **kwargs)
    except ContinuumError as error:
        return type(error)


def begun(mark: str) -> None:
    eventually(lambda: mark in Probe.runs)


# --- the service's connection


def test_work_goes_on_when_the_connection_is_lost_and_is_answered_by_the_next(
    call: Caller, probe: ServiceContainer
) -> None:
    running = eventlet.spawn(call, "command", seconds=0.5, mark="once")
    begun("once")
    cut(probe)
    assert running.wait() == "done once"
    assert Probe.runs.count("once") == 1


def test_work_that_outlasts_the_next_connection_is_answered_by_it(
    call: Caller, probe: ServiceContainer
) -> None:
    running = eventlet.spawn(call, "command", seconds=1.5, mark="long")
    begun("long")
    cut(probe)
    eventually(lambda: not server(probe).ready)
    eventually(lambda: server(probe).ready)
    assert running.wait() == "done long"
    assert Probe.runs.count("long") == 1


def test_a_reply_that_was_lost_with_the_connection_is_sent_again(
    call: Caller, probe: ServiceContainer
) -> None:
    link = front(probe).link
    assert link is not None
    running = eventlet.spawn(call, "command", seconds=0.2, mark="unheard")
    begun("unheard")
    link.transport._write = lambda frames: None
    eventlet.sleep(0.4)
    link.cut()
    assert running.wait() == "done unheard"
    assert Probe.runs.count("unheard") == 1


def test_many_calls_survive_a_lost_connection(call: Caller, probe: ServiceContainer) -> None:
    marks = [f"m{n}" for n in range(60)]
    threads = [eventlet.spawn(outcome, call, "command", seconds=0.05, mark=mark) for mark in marks]
    begun("m25")
    cut(probe)
    told = [thread.wait() for thread in threads]
    assert all(Probe.runs.count(mark) <= 1 for mark in marks)
    for mark, answer in zip(marks, told, strict=True):
        assert answer == f"done {mark}" or (answer is OutcomeUnknown and mark not in Probe.runs)


def test_a_queue_that_was_deleted_is_declared_again(
    call: Caller, probe: ServiceContainer, at_the_broker: str
) -> None:
    with broker(at_the_broker) as connection:
        connection.channel().queue_delete(QUEUE.format(NAME))
    eventually(lambda: outcome(call, "echo", n=1) == {"n": 1})


# --- the process


@contextmanager
def another_process() -> Iterator["subprocess.Popen[bytes]"]:
    """The probe in a process of its own."""
    program = PROJECT_ROOT / "tests" / "service" / "rpc" / "probe.py"
    start = (
        "import eventlet; eventlet.monkey_patch(); import runpy, sys; "
        "runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    command = [sys.executable, "-W", "ignore", "-c", start, str(program)]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def consumers(uri: str) -> int:
    with broker(uri) as connection:
        try:
            return int(connection.channel().queue_declare(QUEUE.format(NAME), passive=True).consumer_count)
        except NoSuchQueue:
            return 0


@pytest.mark.parametrize(("method", "told"), [("command", OutcomeUnknown), ("query", "done again")])
def test_what_a_killed_process_was_at_runs_again_only_where_that_does_no_harm(
    at_the_broker: str, method: str, told: object
) -> None:
    with ExitStack() as stack:
        process = stack.enter_context(another_process())
        eventually(lambda: consumers(at_the_broker) == 1, within_s=30)
        call = stack.enter_context(caller())
        running = eventlet.spawn(outcome, call, method, seconds=1, mark="again")
        eventlet.sleep(0.3)
        stack.enter_context(serving())
        os.kill(process.pid, signal.SIGKILL)
        assert running.wait() == told
        assert Probe.runs == ([] if method == "command" else ["again"])


# --- stopping


def test_a_service_that_stops_answers_all_that_it_took(probe: ServiceContainer, call: Caller) -> None:
    with serving():
        marks = [f"m{n}" for n in range(80)]
        threads = [eventlet.spawn(outcome, call, "command", seconds=0.05, mark=mark) for mark in marks]
        begun("m10")
        probe.stop()
        assert [thread.wait() for thread in threads] == [f"done {mark}" for mark in marks]
        assert sorted(Probe.runs) == sorted(marks)


def test_a_service_that_is_killed_leaves_its_work_to_others(probe: ServiceContainer, call: Caller) -> None:
    with serving():
        threads = [eventlet.spawn(outcome, call, "query", seconds=0.3, mark=f"q{n}") for n in range(4)]
        for n in range(4):
            begun(f"q{n}")
        probe.kill()
        assert [thread.wait() for thread in threads] == [f"done q{n}" for n in range(4)]


def test_work_gets_no_more_than_its_grace(
    settled: Callable[..., None], probe: ServiceContainer, call: Caller
) -> None:
    settled(SHUTDOWN_GRACE_S="1.5")
    running = eventlet.spawn(
        outcome, call.ask, NAME, "command", arguments={"seconds": 30, "mark": "endless"}, timeout=3
    )
    begun("endless")
    began = monotonic()
    probe.stop()
    assert monotonic() - began < 2
    assert running.wait() is DeadlineExceeded


def test_no_more_is_worked_on_at_a_time_than_there_are_workers(
    settled: Callable[..., None], at_the_broker: str
) -> None:
    settled(RPC_MAX_WORKERS="2")
    most = []

    def watch() -> None:
        while True:
            most.append(REGISTRY.get_sample_value("continuum_rpc_in_progress", {"service": NAME}) or 0)
            eventlet.sleep(0.01)

    with serving(), caller() as call:
        watching = eventlet.spawn(watch)
        threads = [eventlet.spawn(call, "command", seconds=0.1) for _ in range(6)]
        assert [thread.wait() for thread in threads] == ["done command"] * 6
        watching.kill()
    assert max(most) == 2


# --- the caller


def test_a_caller_that_leaves_does_not_know_the_outcome(call: Caller, at_the_broker: str) -> None:
    running = eventlet.spawn(outcome, call, "command", seconds=1, mark="left")
    begun("left")
    call.client.close()
    assert running.wait() is OutcomeUnknown
    assert call("echo", n=1) == {"n": 1}


def test_a_stopped_service_is_waited_for_no_longer_than_the_timeout_and_never_works_late(
    at_the_broker: str,
) -> None:
    with serving():
        pass
    with caller() as call:
        assert outcome(call.ask, NAME, "command", arguments={"mark": "late"}, timeout=0.3) is DeadlineExceeded
        with serving():
            assert call("echo", n=1) == {"n": 1}
            assert "late" not in Probe.runs


def test_a_broker_that_is_not_there_is_told_at_once(settled: Callable[..., None], database: None) -> None:
    settled(AMQP_URI="amqp://guest:guest@127.0.0.1:1//")
    began = monotonic()
    with caller() as call:
        assert outcome(call, "echo", n=1) is Unavailable
    assert monotonic() - began < 2


# --- a broker of our own, to be stopped


@pytest.fixture
def rabbit(
    private_rabbit: PrivateRabbit, settled: Callable[..., None], database: None
) -> Iterator[PrivateRabbit]:
    private_rabbit.start()
    settled(AMQP_URI=private_rabbit.uri)
    yield private_rabbit
    private_rabbit.start()


def test_a_broker_that_is_killed_comes_back_to_a_service_that_goes_on(rabbit: PrivateRabbit) -> None:
    with serving() as container, caller() as call:
        running = eventlet.spawn(outcome, call, "command", seconds=1, mark="broker")
        begun("broker")
        rabbit.kill()
        assert running.wait() is OutcomeUnknown
        eventually(lambda: outcome(call, "echo", n=1) is Unavailable)
        eventually(lambda: not server(container).ready)
        rabbit.start()
        eventually(lambda: outcome(call, "echo", n=1) == {"n": 1}, within_s=30)


def test_a_service_may_start_before_its_broker(rabbit: PrivateRabbit) -> None:
    rabbit.stop()
    container = ServiceContainer(Probe, {})
    container.start()
    try:
        assert not server(container).ready
        rabbit.start()
        eventually(lambda: server(container).ready, within_s=30)
    finally:
        container.stop()


def test_a_broker_that_takes_nothing_is_told_at_once(rabbit: PrivateRabbit) -> None:
    with serving(), caller() as call:
        assert call("echo", n=1) == {"n": 1}
        rabbit.memory_alarm(on=True)
        try:
            outcome(
                call.ask, NAME, "echo", arguments={"n": 1}, timeout=0.5
            )  # The broker tells it after a first try.
            with eventlet.Timeout(HANGS_S):
                assert outcome(call.ask, NAME, "echo", arguments={"n": 1}, timeout=2 * HANGS_S) is Busy
        finally:
            rabbit.memory_alarm(on=False)
        eventually(lambda: outcome(call, "echo", n=1) == {"n": 1})


def test_a_frozen_broker_holds_nobody_longer_than_the_timeout(rabbit: PrivateRabbit) -> None:
    with serving(), caller() as call:
        call("echo", n=1)
        rabbit.pause()
        try:
            began = monotonic()
            threads = [
                eventlet.spawn(outcome, call.ask, NAME, "echo", arguments={"n": 1}, timeout=0.5)
                for _ in range(20)
            ]
            assert {thread.wait() for thread in threads} == {DeadlineExceeded}
            assert monotonic() - began < 2
        finally:
            rabbit.resume()
        eventually(lambda: outcome(call, "echo", n=1) == {"n": 1})


def test_a_dead_line_is_noticed_by_its_missing_heartbeats(
    rabbit: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amqp, "HEARTBEAT_S", 2)
    with serving() as container, caller() as call:
        running = eventlet.spawn(outcome, call.ask, NAME, "command", arguments={"seconds": 60}, timeout=60)
        begun("command")
        rabbit.pause()
        try:
            assert running.wait() is OutcomeUnknown
            eventually(lambda: not server(container).ready)
        finally:
            rabbit.resume()
        eventually(lambda: outcome(call, "echo", n=1) == {"n": 1}, within_s=20)
        front(container).workers.kill()


def test_who_may_not_declare_the_exchange_uses_the_one_that_is_there(
    rabbit: PrivateRabbit, settled: Callable[..., None]
) -> None:
    with serving():  # It declares what is missing.
        pass
    own = rf"^(rpc-{NAME}|rpc\.reply-.*)$"
    rabbit.control("add_user", "narrow", "narrow")
    rabbit.control("set_permissions", "narrow", own, rf"{own[:-1]}|^nameko-rpc$", rf"{own[:-1]}|^nameko-rpc$")
    settled(AMQP_URI=rabbit.uri.replace("guest:guest", "narrow:narrow"))
    with serving(), caller() as call:
        assert call("echo", n=1) == {"n": 1}
