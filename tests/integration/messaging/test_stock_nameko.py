"""A service of plain Nameko can listen to our events: exchange, routing key and body are as it knows them."""

from collections.abc import Iterator
from typing import Any

import eventlet
import pytest
from amqp import Channel
from eventlet.queue import Queue
from nameko.containers import ServiceContainer
from nameko.events import BROADCAST, event_handler

from shared.ids import new_id
from shared.messaging.broker import open_connection
from shared.messaging.envelope import Envelope, to_amqp
from shared.messaging.topology import declare_exchanges, exchange_of
from shared.testing.servers import PrivateRabbit

pytestmark = pytest.mark.timeout(60)
HEARD: "Queue[Any]" = Queue()


class Neighbour:
    """What somebody else would write, who has never heard of us but for the name of the event."""

    name = "neighbour"

    @event_handler("itt", "itt.qts.awarded.v1", handler_type=BROADCAST, reliable_delivery=False)  # type: ignore[untyped-decorator]
    def qts_awarded(self, payload: dict[str, Any]) -> None:
        HEARD.put(payload)


@pytest.fixture
def channel(private_rabbit: PrivateRabbit) -> Iterator[Channel]:
    connection = open_connection(private_rabbit.start().uri)
    channel = connection.channel()
    declare_exchanges(channel, ["itt"])
    yield channel
    connection.close()


@pytest.fixture
def neighbour(channel: Channel, private_rabbit: PrivateRabbit) -> Iterator[ServiceContainer]:
    container = ServiceContainer(Neighbour, {"AMQP_URI": private_rabbit.uri})
    container.start()
    yield container
    container.stop()


def test_a_stock_nameko_service_hears_our_event(channel: Channel, neighbour: ServiceContainer) -> None:
    payload = '{"trainee_id":"0190f1f0-0000-7000-8000-000000000001","trn":"1234567","person":null}'
    envelope = Envelope(
        new_id(), "itt", "itt.qts.awarded.v1", "trainee/0190f1f0", 7, payload, {"actor": "somebody"}
    )
    channel.basic_publish(to_amqp(envelope), exchange=exchange_of("itt"), routing_key=envelope.type)
    with eventlet.Timeout(10):
        assert HEARD.get() == {
            "trainee_id": "0190f1f0-0000-7000-8000-000000000001",
            "trn": "1234567",
            "person": None,
        }
