"""With a broker the demonstration uses the queues of its virtual host, so it makes sure that nobody else does.

Queues and exchanges have fixed names, other services find each other by them. A demonstration beside a real
installation would take its events and calls. So it refuses to start where somebody consumes, or where events lie
that no demonstration left: a virtual host of its own, or --remote, is what then helps. While it runs, a queue named
``continuum.demo`` marks the virtual host as the demonstration's; what a killed one left behind is emptied by the next.
"""

from contextlib import suppress
from typing import Any

from amqp.exceptions import AMQPError, NotFound

from cli.errors import Refused
from shared.messaging.broker import open_connection
from shared.messaging.topology import inbox_of
from shared.rpc.limits import QUEUE
from shared.service_names import SERVICES

MARK = "continuum.demo"
HELP = "give the demonstration a virtual host of its own (rabbitmqctl add_vhost demo), or use --remote"


def claim(*, keep: bool) -> None:
    """Make the virtual host the demonstration's; old events go unless they are kept. Raises Refused."""
    connection = open_connection()
    try:
        ours = _look(connection, MARK) is not None
        for queue in _queues():
            found = _look(connection, queue)
            if found is not None:
                _check(queue, found.message_count, found.consumer_count, ours)
        channel = connection.channel()
        channel.queue_declare(MARK, durable=True, auto_delete=False)
        if not keep:
            _purge(connection)
    finally:
        _close(connection)


def release() -> None:
    """The virtual host is anybody's again; events of the demonstration that are still there go."""
    connection = open_connection()
    try:
        _purge(connection)
        connection.channel().queue_delete(MARK)
    finally:
        _close(connection)


def _check(queue: str, messages: int, consumers: int, ours: bool) -> None:
    if consumers:
        raise Refused(f"somebody consumes {queue} at this broker: {HELP}")
    if messages and not ours and queue.endswith(".inbox"):
        raise Refused(f"{messages} events of an installation lie in {queue}: {HELP}")


def _queues() -> list[str]:
    return [inbox_of(service) for service in SERVICES] + [QUEUE.format(service) for service in SERVICES]


def _look(connection: Any, queue: str) -> Any:
    """How the queue stands; None when there is none (the broker closes a channel that asks for it)."""
    try:
        return connection.channel().queue_declare(queue, passive=True)
    except NotFound:
        return None


def _purge(connection: Any) -> None:
    for queue in _queues():
        with suppress(NotFound):
            connection.channel().queue_purge(queue)


def _close(connection: Any) -> None:
    with suppress(AMQPError, OSError):
        connection.close()
