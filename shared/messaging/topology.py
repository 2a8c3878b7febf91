"""Names and arguments of exchanges and queues. They are declared by the migration; a service declares its queue again.

Source of the arguments: docs/adr and the measurements behind them; one quorum queue a service keeps the order.
"""

from collections.abc import Iterable

from amqp import Channel

from shared.rpc.limits import EXCHANGE

DEAD = "continuum.dead"


def exchange_of(service: str) -> str:
    """Nameko's own name for the exchange of a service's events."""
    return f"{service}.events"


def inbox_of(service: str) -> str:
    """The one queue of a service."""
    return f"{service}.inbox"


def declare_exchanges(channel: Channel, services: Iterable[str]) -> None:
    """The topic exchanges of each service and of RPC, as Nameko declares them; the last net for dead letters."""
    channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
    for service in services:
        channel.exchange_declare(exchange_of(service), "topic", durable=True, auto_delete=False)
    channel.exchange_declare(DEAD, "topic", durable=True, auto_delete=False)
    channel.queue_declare(DEAD, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(DEAD, DEAD, "#")


def declare_inbox(channel: Channel, service: str, types: Iterable[str]) -> None:
    """The service's quorum queue with a single active consumer, bound to each type that it listens to."""
    queue = inbox_of(service)
    channel.queue_declare(
        queue,
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": 1_000_000,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for type_ in types:
        channel.queue_bind(queue, exchange_of(type_.split(".", 1)[0]), type_)


def remove_stale(channel: Channel, service: str, types: Iterable[str], known: Iterable[str]) -> None:
    """Unbind what the service does not listen to any more; unbinding what is not bound does nothing."""
    for type_ in set(known) - set(types):
        channel.queue_unbind(inbox_of(service), exchange_of(type_.split(".", 1)[0]), type_)
