"""The limits that docs/deployment.md states are those of the code, the settings and the compose file."""

import re
from typing import Any

import pytest
import yaml

from shared.broker import connection
from shared.config import PROJECT_ROOT, Settings
from shared.config.declarations import declarations
from shared.database import make_engine
from shared.messaging import catchup, envelope, failures, relay
from shared.messaging.topology import declare_inbox
from shared.paging import MAX_LIMIT
from shared.rpc import amqp, asking, front, limits, replies
from shared.rpc.places import most_deliveries

TEXT = (PROJECT_ROOT / "docs" / "deployment.md").read_text()
PART = TEXT.split("\n## Limits\n")[1].split("\n## ")[0]
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
ROWS = {name: (number, by) for name, number, by in ROW.findall(PART)}
COMPOSE = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text())
KIB, MIB = 1024, 1024 * 1024
UNITS = {"s": 1, "h": 3600, "KiB": KIB, "MiB": MIB, "GiB": 1024 * MIB}
SETTINGS = Settings()


class Channel:
    """Keeps what it is asked to declare."""

    def queue_declare(self, queue: str, **options: Any) -> None:
        self.arguments = options["arguments"]


def delivery_limit() -> int:
    channel: Any = Channel()
    declare_inbox(channel, "itt", [])
    return int(channel.arguments["x-delivery-limit"])


def patience_of_the_pool() -> float:
    pool: Any = make_engine("postgresql://nobody@127.0.0.1/none", "tests", pool=1, overflow=0).pool
    return float(pool.timeout())


def memory(service: str) -> int:
    """Bytes that a container may take."""
    number, unit = re.fullmatch(r"(\d+)([mg])", COMPOSE["services"][service]["mem_limit"]).groups()  # type: ignore[union-attr]
    return int(number) * {"m": MIB, "g": 1024 * MIB}[unit]


def in_compose(service: str, pattern: str) -> int:
    """A number in what the compose file says of a service."""
    found = re.search(pattern, str(COMPOSE["services"][service]))
    assert found is not None
    return int(found[1])


STATED: dict[str, Any] = {
    "Connections to PostgreSQL for work, kept open, of each service in a process": SETTINGS.database_pool,
    "Connections beyond these under load": SETTINGS.database_overflow,
    "Connections to PostgreSQL of each service in a process, at most": SETTINGS.database_pool
    + SETTINGS.database_overflow
    + 4,
    "Connections that PostgreSQL allows": in_compose("postgres", r"max_connections=(\d+)"),
    "Wait for a connection to PostgreSQL, then `Busy`": patience_of_the_pool(),
    "Memory of a service's container": memory("cpd"),
    "Memory of the broker's and of the database's container": memory("rabbitmq"),
    "Calls at work in a process of a service": SETTINGS.rpc_max_workers,
    "Calls that wait there for a worker; beyond it `Busy`": SETTINGS.rpc_max_waiting,
    "Places kept for operators: at work": limits.RESERVED_AT_WORK,
    "Places kept for operators: waiting": limits.RESERVED_WAITING,
    "Calls that the broker hands over ahead of their answers": most_deliveries(SETTINGS),
    "Time after which who was refused may come again (`retry_after_s`)": limits.RETRY_AFTER_S,
    "Time that a caller waits for an answer": SETTINGS.rpc_timeout_s,
    "The same, at most": limits.LONGEST_TIMEOUT_S,
    "Runs of a transaction that others got in the way of": limits.RERUNS + 1,
    "Services behind each other in one call": limits.MAX_DEPTH_OF_CALLS,
    "A request or an answer of a call": limits.MAX_MESSAGE_BYTES,
    "Requests of a process that the broker does not take, then `Busy`": asking.LARGEST_BACKLOG_BYTES,
    "Replies remembered for requests that come again": 2 * most_deliveries(SETTINGS),
    "Replies remembered for requests that come again: size": replies.REMEMBERED_BYTES,
    "Time for which a reply is kept besides these whose acknowledgement may have been lost": (
        front.HEARTBEATS_UNTIL_NOTICED * amqp.HEARTBEAT_S
    ),
    "Payload of an event": envelope.MAX_PAYLOAD_BYTES,
    "Events in one transaction of an inbox": SETTINGS.inbox_batch,
    "Events that the broker hands over ahead of their acknowledgement": SETTINGS.inbox_prefetch,
    "Events that a relay publishes ahead of the broker's confirms": SETTINGS.relay_window,
    "Pauses before an event that failed is tried again": SETTINGS.retry_delays_s,
    "Starts of a process that one event may cost, then it is parked": failures.MAX_STARTS,
    "Time for which an unknown event waits for a newer version, then it is parked": (
        failures.UNKNOWN_FOR.total_seconds()
    ),
    "Pause before an event that came back for want of a queue is sent again": relay.HELD_S,
    "Deliveries of a message, then it goes to `continuum.dead`": delivery_limit(),
    "Items in a page of a list": MAX_LIMIT,
    "Events in a page of a log": catchup.MAX_PAGE,
    "Heartbeat of a connection to the broker": amqp.HEARTBEAT_S,
    "Time that running work gets after SIGTERM": SETTINGS.shutdown_grace_s,
    "Time after which a container is killed": in_compose("cpd", r"stop_grace_period': '(\d+)s'"),
}


def said(number: str) -> Any:
    """The number of a row in seconds or bytes; several of them as a tuple."""
    unit = UNITS.get(number.split(" ")[-1], 1)
    values = [float(each.replace(",", "")) * unit for each in re.findall(r"\d{1,3}(?:,\d{3})*", number)]
    return tuple(values) if len(values) > 1 else values[0]


def test_every_limit_of_the_table_is_checked_here() -> None:
    assert list(ROWS)[2:] == list(STATED)


@pytest.mark.parametrize("limit", STATED)
def test_a_limit_is_as_it_is_stated(limit: str) -> None:
    assert said(ROWS[limit][0]) == STATED[limit]


@pytest.mark.parametrize("limit", STATED)
def test_what_sets_a_limit_is_a_setting_the_code_or_the_compose_file(limit: str) -> None:
    named = re.findall(r"`([A-Z_]+)`", ROWS[limit][1])
    assert set(named) <= {declaration.variable for declaration in declarations().values()}
    assert named or ROWS[limit][1].startswith(("code", "`docker-compose.yml`", "the "))


def test_both_connections_to_the_broker_beat_alike_and_both_servers_have_the_same_memory() -> None:
    assert amqp.HEARTBEAT_S == connection.HEARTBEAT_S
    assert memory("rabbitmq") == memory("postgres")


def test_the_largest_calls_that_are_handed_over_fit_a_container_beside_what_it_takes_idle() -> None:
    idle_bytes = 100_000_000
    assert idle_bytes + most_deliveries(SETTINGS) * limits.MAX_MESSAGE_BYTES < memory("cpd")
