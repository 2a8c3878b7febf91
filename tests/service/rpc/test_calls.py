"""A call and its answer, the same in this process and over RabbitMQ."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from time import monotonic
from typing import Any

import eventlet
import pytest
from prometheus_client import REGISTRY

from shared.context import Context, bound
from shared.errors import (
    DeadlineExceeded,
    Fault,
    Invalid,
    NotAllowed,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    error_types,
)
from shared.policy import Principal, Role
from shared.rpc.limits import MAX_MESSAGE_BYTES
from shared.testing import principal
from tests.service.rpc.conftest import LEADER, Caller, eventually
from tests.service.rpc.probe import NAME, Probe

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ERRORS = sorted(error_types())


def test_the_answer_is_plain_json(call: Caller) -> None:
    assert call("echo", n="7") == {"n": 7}
    assert call("sum", first=1, second=2) == 3


def test_the_method_knows_who_asks(call: Caller) -> None:
    told = call("who")
    assert (told["id"], told["roles"]) == (LEADER.id, ["school_leader"])
    assert told["now"].startswith(str(datetime.now(UTC).date()))


def test_nobody_is_answered_but_by_what_is_public(call: Caller) -> None:
    assert call("hello", by=None) == "anonymous"
    assert call("hello") == LEADER.id
    with pytest.raises(Unauthenticated, match="names no principal"):
        call("echo", by=None, n=1)


def test_a_method_that_is_not_there_is_refused_by_name(call: Caller) -> None:
    with pytest.raises(NotFound, match=f"{NAME} has no method 'dance'; it has ask,"):
        call("dance")


def test_a_service_that_is_not_there_is_told_at_once(call: Caller) -> None:
    began = monotonic()
    with pytest.raises(Unavailable, match="nobody answers for nowhere"):
        call.ask("nowhere", "echo")
    assert monotonic() - began < 2


def test_wrong_arguments_come_back_with_their_fields(call: Caller) -> None:
    with pytest.raises(Invalid) as refused:
        call("echo", n="many", m=1)
    assert set(refused.value.fields) == {"n", "m"}


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_arrives_as_the_class_that_was_raised(call: Caller, name: str) -> None:
    with pytest.raises(error_types()[name]) as raised:
        call("refuse", error=name)
    assert type(raised.value).__name__ == name
    assert raised.value.message == "no, because"
    assert raised.value.details["places"] == [3]


def test_a_fault_of_ours_says_where_to_look_and_nothing_else(logged: StringIO, call: Caller) -> None:
    with bound(Context("look-here")), pytest.raises(Fault) as raised:
        call("fault", text="secret of somebody")
    assert raised.value.details == {"correlation_id": "look-here"}
    assert "secret" not in raised.value.message
    eventually(logged.getvalue)
    line = json.loads(logged.getvalue())
    assert (line["correlation_id"], line["method"], line["actor"]) == ("look-here", "fault", LEADER.id)
    assert line["exception"]["type"] == "builtins.RuntimeError"
    assert "secret" not in logged.getvalue()


def test_a_request_above_a_mebibyte_does_not_leave(call: Caller) -> None:
    with pytest.raises(TooLarge, match="the request has"):
        call("echo", n="1" * MAX_MESSAGE_BYTES)


def test_what_was_found_is_the_callers_trace(call: Caller) -> None:
    with bound(Context("c-1", traceparent=TRACE, call_ids=("web.get.1",))):
        told = call("who")
    assert (told["correlation_id"], told["same"]) == ("c-1", True)
    assert told["call_ids"][0] == "web.get.1"
    assert told["call_ids"][1].startswith(f"{NAME}.who.")


def test_calls_at_the_same_time_do_not_mix(call: Caller) -> None:
    def one(n: int) -> tuple[Any, Any]:
        by = principal(Role.TEACHER, id=f"teacher-{n}")
        with bound(Context(f"correlation-{n}")):
            told = call("who", by=by)
        return told["id"], told["correlation_id"]

    threads = [eventlet.spawn(one, n) for n in range(100)]
    assert [thread.wait() for thread in threads] == [(f"teacher-{n}", f"correlation-{n}") for n in range(100)]


def test_a_service_asks_another_as_itself_on_behalf_of_the_actor(call: Caller) -> None:
    told = call("ask", service=NAME, method="who", arguments={})
    assert (told["id"], told["roles"], told["on_behalf_of"]) == (NAME, ["service"], LEADER.id)
    assert [each.split(".")[1] for each in told["call_ids"][-2:]] == ["ask", "who"]


def test_no_other_service_is_asked_inside_a_transaction(call: Caller) -> None:
    with pytest.raises(Fault):
        call("ask_inside")


def test_whoever_is_asked_has_no_more_time_than_whoever_asks(call: Caller) -> None:
    began = monotonic()
    with pytest.raises(DeadlineExceeded):
        call.ask(
            NAME,
            "ask",
            arguments={"service": NAME, "method": "command", "arguments": {"seconds": 1}, "timeout": 30},
            timeout=0.5,
        )
    assert monotonic() - began < 2


def test_nobody_waits_longer_than_the_timeout(call: Caller) -> None:
    Probe.close()
    try:
        with eventlet.Timeout(30), pytest.raises(DeadlineExceeded, match="did not answer within 0.3 s"):
            call.ask(NAME, "hold", timeout=0.3)
        assert Probe.held == 1
    finally:
        Probe.open()


ACTING = replace(LEADER, sets_clock=True)
THEN = datetime(2028, 7, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("by", [ACTING, principal(Role.OPERATOR)])
def test_a_demonstration_says_when_it_happens(call: Caller, by: Principal) -> None:
    assert call.ask(NAME, "who", by=by, now=THEN)["now"] == "2028-07-01T09:00:00+00:00"


def test_nobody_else_says_when_it_happens(call: Caller) -> None:
    with pytest.raises(NotAllowed):
        call.ask(NAME, "who", now=THEN)
    with pytest.raises(Invalid, match="offset"):
        call.ask(NAME, "who", by=ACTING, now=THEN.replace(tzinfo=None))


def test_calls_are_counted_by_outcome(call: Caller) -> None:
    def count(method: str, outcome: str) -> float:
        labels = {"service": NAME, "method": method, "outcome": outcome}
        return REGISTRY.get_sample_value("continuum_rpc_requests_total", labels) or 0

    before = count("echo", "ok"), count("echo", "Invalid"), count("?", "NotFound")
    call("echo", n=1)
    for method, wrong in (("echo", Invalid), ("dance", NotFound)):
        with pytest.raises(wrong):
            call(method)
    eventually(
        lambda: (
            (count("echo", "ok"), count("echo", "Invalid"), count("?", "NotFound"))
            == tuple(value + 1 for value in before)
        )
    )
