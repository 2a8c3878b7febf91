"""Green threads at work, and the replies that are remembered for requests that come again."""

import time
from typing import Any

import eventlet

from shared.rpc import replies
from shared.rpc.replies import Replies
from shared.rpc.workers import Workers

KEY = ("reply-to", "1")
HELD_S = 60


class Delivery:
    def __init__(self, channel: str) -> None:
        self.channel = channel


def test_work_is_waited_for() -> None:
    workers, done = Workers(), list[int]()

    def work(n: int) -> None:
        eventlet.sleep(0.01 * n)
        done.append(n)

    for n in (2, 1, 0):
        workers.run(work, n)
    assert len(workers) == 3
    workers.wait(5)
    assert (done, len(workers)) == ([0, 1, 2], 0)


def test_work_is_waited_for_no_longer_than_its_grace_and_killed_then() -> None:
    workers, ended = Workers(), list[str]()

    def work() -> None:
        try:
            eventlet.sleep(60)
        finally:
            ended.append("killed")

    workers.run(work)
    eventlet.sleep(0)
    began = time.monotonic()
    workers.wait(0.05)
    workers.kill()
    assert time.monotonic() - began < 2
    assert (ended, len(workers)) == (["killed"], 0)


def test_work_that_has_not_begun_can_be_killed() -> None:
    workers, done = Workers(), list[int]()
    workers.run(done.append, 1)
    workers.kill()
    eventlet.sleep(0)
    assert done == []
    workers.wait(1)


def test_nothing_is_waited_for_when_nothing_runs() -> None:
    Workers().wait(60)


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def answered(known: Replies, *numbers: int) -> None:
    for n in numbers:
        known.begin(("to", str(n)), Delivery("channel"))
        known.end(("to", str(n)), b"x" * 10)


def test_a_request_that_comes_again_after_a_lost_connection_gets_the_reply_it_had() -> None:
    known = Replies(1000, HELD_S)
    first = Delivery("old channel")
    assert known.begin(KEY, first)
    assert known.end(KEY, b"reply") is first
    assert known.sent(KEY) == b"reply"


def test_the_later_delivery_counts_when_the_work_is_still_going_on() -> None:
    known = Replies(1000, HELD_S)
    first, later = Delivery("old channel"), Delivery("new channel")
    known.begin(KEY, first)
    assert known.again(KEY, later)
    assert known.end(KEY, b"reply") is later


def test_a_second_request_with_the_same_key_is_another_request() -> None:
    known = Replies(1000, HELD_S)
    first, twin = Delivery("channel"), Delivery("channel")
    assert known.begin(KEY, first)
    assert not known.begin(KEY, twin)
    assert not known.again(KEY, twin)
    assert known.end(KEY, b"reply") is first


def test_work_that_was_killed_is_not_known_any_more() -> None:
    known = Replies(1000, HELD_S)
    known.begin(KEY, Delivery("channel"))
    known.give_up(KEY)
    assert not known.again(KEY, Delivery("another"))
    assert known.sent(KEY) is None


def test_replies_are_remembered_up_to_a_limit_of_bytes(monkeypatch: Any) -> None:
    monkeypatch.setattr(replies, "REMEMBERED_BYTES", 100)
    known = Replies(1000, HELD_S)
    for n in range(30):
        known.begin(("to", str(n)), Delivery("channel"))
        known.end(("to", str(n)), b"x" * 10)
    assert known.sent(("to", "19")) is None
    assert all(known.sent(("to", str(n))) for n in range(20, 30))


def test_no_more_replies_are_remembered_than_can_be_asked_for_again() -> None:
    known = Replies(3, HELD_S)
    for n in range(5):
        known.begin(("to", str(n)), Delivery("channel"))
        known.end(("to", str(n)), b"x")
    assert [n for n in range(5) if known.sent(("to", str(n)))] == [2, 3, 4]


def test_a_reply_that_was_sent_again_counts_as_the_latest() -> None:
    known = Replies(2, HELD_S)
    for n in range(3):
        known.begin(("to", str(n)), Delivery("channel"))
        known.end(("to", str(n)), b"x")
        assert known.sent(("to", "0")) == b"x"
    assert known.sent(("to", "1")) is None


def test_a_reply_that_could_not_be_acknowledged_is_there_however_many_follow() -> None:
    known = Replies(2, HELD_S)
    answered(known, 0)
    known.hold(("to", "0"))
    answered(known, 1, 2, 3, 4)
    assert [n for n in range(5) if known.sent(("to", str(n)))] == [0, 3, 4]


def test_after_a_lost_connection_the_latest_replies_are_there_however_many_follow() -> None:
    known = Replies(2, HELD_S)
    answered(known, 0, 1, 2)
    known.hold_all()
    answered(known, 3, 4, 5)
    assert [n for n in range(6) if known.sent(("to", str(n)))] == [1, 2, 4, 5]


def test_a_reply_that_was_held_and_asked_for_counts_as_the_latest_of_many() -> None:
    known = Replies(2, HELD_S)
    answered(known, 0)
    known.hold(("to", "0"))
    assert known.sent(("to", "0"))
    answered(known, 1, 2)
    assert known.sent(("to", "0")) is None


def test_a_reply_is_held_no_longer_than_until_the_broker_has_noticed() -> None:
    clock = Clock()
    known = Replies(2, HELD_S, clock)
    answered(known, 0)
    known.hold(("to", "0"))
    clock.now = HELD_S + 1
    answered(known, 1)
    assert known.sent(("to", "0")) is None


def test_what_was_acknowledged_goes_before_what_was_not_when_there_are_too_many_bytes(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(replies, "REMEMBERED_BYTES", 30)
    known = Replies(1000, HELD_S)
    answered(known, 0)
    known.hold(("to", "0"))
    answered(known, 1, 2, 3)
    assert [n for n in range(4) if known.sent(("to", str(n)))] == [0, 2, 3]


def test_what_was_not_acknowledged_is_held_up_to_the_limit_of_bytes(monkeypatch: Any) -> None:
    monkeypatch.setattr(replies, "REMEMBERED_BYTES", 30)
    known = Replies(1000, HELD_S)
    for n in range(5):
        answered(known, n)
        known.hold(("to", str(n)))
    assert [n for n in range(5) if known.sent(("to", str(n)))] == [2, 3, 4]


def test_a_reply_to_the_same_request_takes_the_place_of_the_one_before(monkeypatch: Any) -> None:
    monkeypatch.setattr(replies, "REMEMBERED_BYTES", 30)
    known = Replies(1000, HELD_S)
    answered(known, 0, 1, 1, 1, 1)
    assert known.sent(("to", "0"))
