"""Who is let in, with which time: what the headers of a call say is checked."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.config import Settings
from shared.context import TRACEPARENT
from shared.errors import DeadlineExceeded, Invalid, NotAllowed, Unauthenticated
from shared.keys import CLI, GATEWAY, KeyRing, kept_ring
from shared.policy import ANONYMOUS, Principal, Role
from shared.rpc import limits
from shared.rpc.admission import Admission, context_of
from shared.rpc.wire import Request
from shared.testing import principal

LEADER = principal(Role.SCHOOL_LEADER)
OPERATOR = principal(Role.OPERATOR)
ACTING = replace(LEADER, sets_clock=True)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return kept_ring(tmp_path)


def admission(ring: KeyRing, *, demo: bool = False) -> Admission:
    return Admission(Settings(demo_clock=demo, rpc_timeout_s=10), ring)


def headers(ring: KeyRing, by: Principal = LEADER, issuer: str = CLI, **more: Any) -> dict[str, Any]:
    return {
        limits.PRINCIPAL: ring.token(by, issuer),
        **{f"nameko.{name}": value for name, value in more.items()},
    }


def test_a_principal_is_let_in_at_the_time_of_the_wall(ring: KeyRing) -> None:
    admitted = admission(ring).admit(headers(ring), public=False)
    assert admitted.principal == LEADER
    assert abs((admitted.now - datetime.now(UTC)).total_seconds()) < 1
    assert 9 < admitted.deadline - time.time() <= 10


def test_without_a_principal_only_what_is_public_can_be_asked(ring: KeyRing) -> None:
    assert admission(ring).admit({}, public=True).principal is ANONYMOUS
    with pytest.raises(Unauthenticated):
        admission(ring).admit({}, public=False)


def test_a_wrong_principal_is_refused_even_where_none_is_needed(ring: KeyRing) -> None:
    with pytest.raises(Unauthenticated):
        admission(ring).admit({limits.PRINCIPAL: "junk"}, public=True)


def test_the_callers_deadline_travels(ring: KeyRing) -> None:
    soon = time.time() + 2.5
    assert admission(ring).admit(headers(ring, deadline=soon), public=False).deadline == soon


def test_late_work_is_dropped(ring: KeyRing) -> None:
    with pytest.raises(DeadlineExceeded):
        admission(ring).admit(headers(ring, deadline=time.time() - 0.1), public=False)


@pytest.mark.parametrize("deadline", ["soon", True, float("nan"), [1], float("-inf")])
def test_a_deadline_that_is_none_is_refused(ring: KeyRing, deadline: object) -> None:
    with pytest.raises((Invalid, DeadlineExceeded)):
        admission(ring).admit(headers(ring, deadline=deadline), public=False)


def test_nobody_waits_longer_than_the_longest_timeout(ring: KeyRing) -> None:
    admitted = admission(ring).admit(headers(ring, deadline=float("inf")), public=False)
    assert admitted.deadline <= time.time() + limits.LONGEST_TIMEOUT_S


@pytest.mark.parametrize(
    ("by", "issuer", "demo", "allowed"),
    [
        (LEADER, CLI, True, False),
        (OPERATOR, CLI, True, True),
        (OPERATOR, GATEWAY, True, True),
        (ACTING, CLI, True, True),
        (OPERATOR, CLI, False, False),
        (ACTING, CLI, False, False),
    ],
)
def test_only_an_operator_of_a_demonstration_says_when_it_happens(
    ring: KeyRing, by: Principal, issuer: str, demo: bool, allowed: bool
) -> None:
    told = headers(ring, by, issuer, business_time="2028-07-01T10:00:00+01:00")
    if allowed:
        assert admission(ring, demo=demo).admit(told, public=False).now == datetime(2028, 7, 1, 9, tzinfo=UTC)
    else:
        with pytest.raises(NotAllowed):
            admission(ring, demo=demo).admit(told, public=False)


@pytest.mark.parametrize(
    "moment", ["tomorrow", "2028-07-01T10:00:00", "2028-07-01", 7, "0001-01-01T00:00:00+12:00"]
)
def test_a_business_time_without_its_offset_is_refused(ring: KeyRing, moment: object) -> None:
    with pytest.raises(Invalid, match="business_time"):
        admission(ring, demo=True).admit(headers(ring, OPERATOR, business_time=moment), public=False)


def request(**more: Any) -> Request:
    return Request("echo", b"", {f"nameko.{name}": value for name, value in more.items()}, "key")


def test_the_correlation_of_the_caller_is_kept() -> None:
    context = context_of("itt", request(correlation_id="c1", call_id_stack=["web.get.1"]))
    assert context.correlation_id == "c1"
    assert context.call_ids == ("web.get.1", "itt.echo.key")


def test_a_stock_client_is_followed_by_its_first_call() -> None:
    context = context_of("itt", request(call_id_stack=["standalone.call.1", "cpd.book.2"]))
    assert context.correlation_id == "standalone.call.1"


@pytest.mark.parametrize("junk", [None, "", 7, "x" * 300, "two\nlines", ["a"], b"\xff"])
def test_ids_that_are_none_are_made_afresh(junk: object) -> None:
    context = context_of("itt", request(correlation_id=junk, call_id_stack=junk, traceparent=junk))
    assert len(context.correlation_id) == 36 or junk == ["a"]
    assert TRACEPARENT.fullmatch(context.traceparent or "")


def test_the_stack_of_calls_does_not_grow_without_end() -> None:
    context = context_of("itt", request(call_id_stack=[f"a.b.{n}" for n in range(50)]))
    assert len(context.call_ids) == limits.MAX_DEPTH_OF_CALLS
    assert context.call_ids[-2:] == ("a.b.49", "itt.echo.key")
