"""The broker's side of the relay: a channel with confirms, returns noted, nacks fatal for the channel."""

import time
from collections.abc import Sequence
from itertools import takewhile

from shared.broker import open_connection
from shared.messaging.envelope import Envelope
from shared.messaging.topology import exchange_of
from shared.messaging.wire import frames

__all__ = ["Publisher", "Refused", "open_connection", "reachable"]
TOGETHER = 50  # events that are written at once, before others may work


class Refused(ConnectionError):
    """The broker said no to a publish: the channel is closed, and what is unconfirmed is sent again."""


class Publisher:
    """Publishes windows of events, and knows which of them the broker has."""

    def __init__(self, service: str) -> None:
        self._exchange = exchange_of(service)
        self.connection = open_connection()
        self._channel = self.connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._sent = 0
        self._open: dict[int, None] = {}
        self.returned: set[str] = set()

    def send(self, envelopes: Sequence[Envelope]) -> int:
        """Publish, letting others work in between; gives the number of the last one, to wait for."""
        for start in range(0, len(envelopes), TOGETHER):
            some = envelopes[start : start + TOGETHER]
            self._open |= dict.fromkeys(range(self._sent + 1, self._sent + len(some) + 1))
            self._sent += len(some)
            self._write(b"".join([self._frames(envelope) for envelope in some]))
            if len(some) == TOGETHER:
                time.sleep(0)
        return self._sent

    def _frames(self, envelope: Envelope) -> bytes:
        return frames(
            envelope,
            self._exchange,
            channel=self._channel.channel_id,
            frame_max=self.connection.frame_max,
        )

    def _write(self, data: bytes) -> None:
        self.connection.transport.write(data)
        self.connection.bytes_sent += 1

    def wait(self, number: int, timeout: float = 30.0) -> None:
        """Until the broker has confirmed everything up to that number. Raises ConnectionError or a timeout."""
        while self._open and next(iter(self._open)) <= number:
            self.connection.read(timeout)

    def beat(self) -> None:
        """Let the broker know that we live, and hear from it."""
        self.connection.heartbeat_tick()
        try:
            self.connection.read(timeout=0)
        except TimeoutError:
            pass

    def close(self) -> None:
        """Close without waiting for anybody."""
        try:
            self.connection.collect()
        except OSError:
            pass

    def _on_ack(self, tag: int, multiple: bool) -> None:
        confirmed = list(takewhile(tag.__ge__, self._open)) if multiple else [tag]
        for number in confirmed:
            self._open.pop(number, None)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        raise Refused("the broker did not take an event")

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: object) -> None:
        self.returned.add(message.properties["message_id"])  # type: ignore[attr-defined]


def reachable(uri: str) -> bool:
    """Whether a broker answers there."""
    try:
        open_connection(uri).collect()
    except OSError:
        return False
    return True
