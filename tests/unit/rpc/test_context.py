"""The context of work: inherited where it is handed over, and apart for each green thread."""

import eventlet
import pytest

from shared.context import (
    TRACEPARENT,
    Context,
    actor,
    bound,
    causation_id,
    child_of,
    context,
    correlation_id,
    traceparent,
)

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_what_is_bound_is_read_and_the_old_context_returns() -> None:
    with bound(Context("outer", actor="a", causation_id="c", traceparent=TRACE)):
        with bound(actor="b"):
            assert (correlation_id(), actor(), causation_id(), traceparent()) == ("outer", "b", "c", TRACE)
        assert actor() == "a"


def test_the_old_context_returns_after_an_error() -> None:
    with bound(Context("outer")):
        with pytest.raises(ZeroDivisionError), bound(correlation_id="inner"):
            _ = 1 / 0
        assert correlation_id() == "outer"


def test_each_green_thread_has_a_context_of_its_own() -> None:
    with bound(Context("ours")):
        theirs = [eventlet.spawn(correlation_id) for _ in range(2)]
        ids = {thread.wait() for thread in theirs}
    assert len(ids | {"ours"}) == 3


def test_a_green_thread_inherits_what_is_handed_over() -> None:
    def work(given: Context) -> str:
        with bound(given):
            eventlet.sleep(0)
            return correlation_id()

    with bound(Context("ours")):
        threads = [eventlet.spawn(work, context()), eventlet.spawn(work, Context("theirs"))]
        assert [thread.wait() for thread in threads] == ["ours", "theirs"]


def test_outside_any_work_one_context_is_made_and_kept() -> None:
    first, second = eventlet.spawn(lambda: (correlation_id(), correlation_id())).wait()
    assert first == second


def test_a_child_span_stays_in_its_trace() -> None:
    child = child_of(TRACE)
    assert child[:36] == TRACE[:36]
    assert child[36:52] != TRACE[36:52]
    assert TRACEPARENT.fullmatch(child)


@pytest.mark.parametrize(
    "given",
    [None, "", "junk", TRACE + "x", TRACE.upper(), "00-" + "0" * 32 + TRACE[35:], 7, {"a": 1}, b"00-"],
)
def test_what_is_no_trace_begins_a_new_one(given: object) -> None:
    fresh = child_of(given)
    assert TRACEPARENT.fullmatch(fresh)
    assert fresh != child_of(given)
