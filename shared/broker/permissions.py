"""What a user of each service may do at RabbitMQ: what the service does, and no more.

The three patterns are RabbitMQ's: which names may be declared or deleted (configure), which exchanges be published to
and which queues be bound (write), which queues be consumed and which exchanges be bound to (read).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.messaging.topology import DEAD, exchange_of, inbox_of
from shared.rpc.limits import EXCHANGE, QUEUE, REPLY_QUEUE

ROUTE = "[0-9a-f]{32}"  # where the replies to one process go: nobody can guess another's


@dataclass(frozen=True, slots=True)
class Permissions:
    """Patterns of names; ``calls`` are the routing keys that may be bound to the exchange of RPC."""

    configure: str
    write: str
    read: str
    calls: str


def of_service(service: str, sources: Iterable[str]) -> Permissions:
    """A service takes its own calls and events, publishes its own events, and calls others.

    ``sources`` are the services that it listens to. The dead letters are written to because RabbitMQ wants that of
    whoever declares a queue with such an exchange.
    """
    inbox, calls, replies = re.escape(inbox_of(service)), re.escape(QUEUE.format(service)), _replies(service)
    own = [inbox, calls, replies]
    return Permissions(
        configure=_any(own),
        write=_any([*own, *map(re.escape, (exchange_of(service), EXCHANGE, DEAD))]),
        read=_any([*own, re.escape(EXCHANGE), *(re.escape(exchange_of(source)) for source in sources)]),
        calls=_any([rf"{re.escape(service)}\.\*", ROUTE]),
    )


def of_caller(name: str) -> Permissions:
    """Somebody who calls services and does nothing else: ``name`` is the one that shows in the reply queue."""
    replies, exchange = _replies(name), re.escape(EXCHANGE)
    return Permissions(_any([replies]), _any([replies, exchange]), _any([replies, exchange]), _any([ROUTE]))


def _replies(name: str) -> str:
    return re.escape(REPLY_QUEUE.format(name, "")) + ROUTE


def _any(patterns: Iterable[str]) -> str:
    return f"^({'|'.join(patterns)})$"
