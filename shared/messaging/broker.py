"""The broker's side of the relay: a channel with confirms, returns noted, nacks fatal for the channel."""

from collections.abc import Sequence

from amqp import Connection
from kombu import Connection as Address

from shared.config import settings
from shared.messaging.envelope import Envelope, to_amqp
from shared.messaging.topology import exchange_of


class Refused(ConnectionError):
    """The broker said no to a publish: the channel is closed, and what is unconfirmed is sent again."""


def open_connection(uri: str | None = None) -> Connection:
    """A py-amqp connection of one's own, with heartbeats; must be closed by whoever asked for it."""
    address = Address(uri or settings().amqp_uri, heartbeat=20, connect_timeout=5)
    connection: Connection = address.transport.establish_connection()
    return connection


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
        self._open: dict[int, str] = {}
        self.returned: set[str] = set()

    def send(self, envelopes: Sequence[Envelope]) -> int:
        """Publish; gives the number of the last one, to wait for."""
        publish, exchange = self._channel.basic_publish, self._exchange
        for envelope in envelopes:
            self._sent += 1
            self._open[self._sent] = str(envelope.id)
            publish(to_amqp(envelope), exchange=exchange, routing_key=envelope.type, mandatory=True)
        return self._sent

    def wait(self, number: int, timeout: float = 30.0) -> None:
        """Until the broker has confirmed everything up to that number. Raises ConnectionError or a timeout."""
        while self._open and next(iter(self._open)) <= number:
            self.connection.drain_events(timeout=timeout)

    def beat(self) -> None:
        """Let the broker know that we live, and hear from it."""
        self.connection.heartbeat_tick()
        try:
            self.connection.drain_events(timeout=0)
        except TimeoutError:
            pass

    def close(self) -> None:
        """Close without waiting for anybody."""
        try:
            self.connection.collect()
        except OSError:
            pass

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            for number in [n for n in self._open if n <= tag]:
                del self._open[number]
        else:
            self._open.pop(tag, None)

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
