"""Over a connection that is half open the broker notices late that it is lost: replies are still known then."""

from types import SimpleNamespace
from typing import Any

import pytest

from shared.rpc import limits
from shared.rpc.front import AmqpFront
from shared.rpc.wire import Request

AHEAD = 10


class Dispatcher:
    """Answers as the real one does to a command: what comes again and is not known has an outcome that nobody knows."""

    service = "itt"

    def answer(self, request: Request, send: Any) -> None:
        send(b"OutcomeUnknown" if request.redelivered else b"done")


class Link:
    """A connection, alive or lost without anybody noticing."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.channel = SimpleNamespace(basic_ack=self.acknowledged.append)
        self.sent: list[tuple[str, bytes]] = []

    def publish(self, reply: Any, routing_key: str) -> None:
        self.sent.append((reply.properties["correlation_id"], reply.body))

    def drop(self) -> None:
        """Nobody knows of it any more."""


class Broken(Link):
    """One that is lost, and tells so at once."""

    def publish(self, reply: Any, routing_key: str) -> None:
        raise ConnectionResetError


def delivered(front: AmqpFront, link: Link, number: int, *, again: bool = False) -> None:
    """The broker hands the request over on that connection."""
    front._work(
        SimpleNamespace(
            properties={
                "reply_to": "caller",
                "correlation_id": str(number),
                "content_type": limits.CONTENT_TYPE,
            },
            delivery_info={
                "redelivered": again,
                "routing_key": "itt.correct_placement",
                "delivery_tag": number,
            },
            body=b"{}",
            channel=link.channel,
        )
    )


@pytest.fixture
def front() -> Any:
    dispatcher: Any = Dispatcher()
    return AmqpFront(dispatcher, "amqp://nowhere", AHEAD)


def much_later(front: AmqpFront, link: Link, number: int) -> list[tuple[str, bytes]]:
    """More calls than are remembered come by the new connection before the broker delivers that one again."""
    front.link = link  # type: ignore[assignment]
    for n in range(100, 100 + 3 * AHEAD):
        delivered(front, link, n)
    delivered(front, link, number, again=True)
    assert link.acknowledged[-1] == number
    return link.sent[-1:]


def test_a_command_that_ended_without_a_connection_is_told_its_reply_when_it_comes_again(front: Any) -> None:
    lost, live = Link(), Link()
    delivered(front, lost, 1)
    assert much_later(front, live, 1) == [("1", b"done")]


def test_a_command_that_ended_when_there_was_a_new_connection_is_told_its_reply(front: Any) -> None:
    lost, live = Link(), Link()
    front.link = live
    delivered(front, lost, 1)
    assert lost.acknowledged == []
    assert much_later(front, live, 1) == [("1", b"done")]


def test_a_command_whose_acknowledgement_went_nowhere_is_told_its_reply(front: Any) -> None:
    half_open, live = Link(), Link()
    front.link = half_open
    delivered(front, half_open, 1)
    front._lost()
    assert much_later(front, live, 1) == [("1", b"done")]


def test_a_reply_that_could_not_be_sent_is_told_when_the_request_comes_again(front: Any) -> None:
    broken, live = Broken(), Link()
    front.link = broken
    delivered(front, broken, 1)
    assert much_later(front, live, 1) == [("1", b"done")]


def test_replies_that_were_acknowledged_are_bounded_by_number(front: Any) -> None:
    link = Link()
    front.link = link
    delivered(front, link, 1)
    assert much_later(front, link, 1) == [("1", b"OutcomeUnknown")]
