"""The migration declares who listens to whom, in the databases and at the broker; run again it changes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.config import settings
from shared.database import database_url, dispose
from shared.database.migrate import migrate
from shared.messaging.broker import open_connection
from shared.messaging.declarations import consumers_of, declare_broker, note_subscribers, subscriptions
from shared.messaging.topology import exchange_of, inbox_of
from shared.service_names import SERVICES
from shared.testing.cluster import execute
from shared.testing.servers import PrivatePostgres, PrivateRabbit

pytestmark = pytest.mark.timeout(120)
LISTENERS = [service for service in SERVICES if subscriptions()[service]]


@pytest.fixture(scope="module")
def migrated(
    private_rabbit: PrivateRabbit, private_postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrivateRabbit]:
    """Every service's database and the broker, as ``continuum migrate`` leaves them."""
    patch = pytest.MonkeyPatch()
    patch.setenv("DATABASE_URL", private_postgres.start().uri)
    patch.setenv("DATABASE_PREFIX", "topology")
    patch.setenv("AMQP_URI", private_rabbit.start().uri)
    patch.setenv("CONTINUUM_DATA_DIR", str(tmp_path_factory.mktemp("data")))
    settings.cache_clear()
    dispose()
    migrate()
    yield private_rabbit
    dispose()
    patch.undo()
    settings.cache_clear()


def sql(service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    return execute(database_url(service), statement, *values)


def bindings(rabbit: PrivateRabbit) -> set[tuple[str, str, str]]:
    """(exchange, routing key, queue) of the inboxes."""
    told = json.loads(
        rabbit.control(
            "list_bindings", "source_name", "routing_key", "destination_name", "--formatter", "json"
        )
    )
    found = {(b["source_name"], b["routing_key"], b["destination_name"]) for b in told}
    inboxes = {inbox_of(service) for service in SERVICES}
    return {binding for binding in found if binding[0] and binding[2] in inboxes}


def wanted() -> set[tuple[str, str, str]]:
    return {
        (exchange_of(s.source), s.type, inbox_of(name))
        for name, listed in subscriptions().items()
        for s in listed
    }


def test_each_inbox_is_bound_to_what_its_service_handles_and_to_nothing_else(migrated: PrivateRabbit) -> None:
    assert bindings(migrated) == wanted()


def test_each_inbox_is_a_quorum_queue_with_a_single_active_consumer(migrated: PrivateRabbit) -> None:
    queues = json.loads(migrated.control("list_queues", "name", "type", "arguments", "--formatter", "json"))
    inboxes = {queue["name"]: queue for queue in queues if queue["name"].endswith(".inbox")}
    assert inboxes.keys() >= {inbox_of(service) for service in LISTENERS}
    for service in LISTENERS:
        told = str(inboxes[inbox_of(service)]["arguments"])
        assert "x-single-active-consumer" in told
        assert "at-least-once" in told


def test_a_binding_that_nobody_declares_any_more_is_removed(migrated: PrivateRabbit) -> None:
    stale = (exchange_of("itt"), "itt.placement.arranged.v1", inbox_of("itt"))
    assert stale not in wanted()
    connection = open_connection()
    connection.channel().queue_bind(stale[2], stale[0], stale[1])
    connection.close()
    declare_broker(SERVICES)
    assert bindings(migrated) == wanted()


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_who_is_declared_to_listen_to_it(service: str) -> None:
    rows = sql(service, "SELECT type, consumer FROM subscriber")
    assert set(rows) == {(type_, name) for type_, names in consumers_of(service).items() for name in names}


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("service", SERVICES)
def test_on_a_new_installation_there_is_no_past_to_catch_up_with(service: str) -> None:
    rows = sql(service, "SELECT source, type FROM subscription WHERE backfilled_at IS NOT NULL")
    assert set(rows) == {(s.source, s.type) for s in subscriptions()[service]}


@pytest.fixture
def has_a_past(migrated: PrivateRabbit) -> Iterator[tuple[str, str]]:
    """One type in the log and another in the outbox of itt, and a people service that knows no subscription yet."""
    logged, waiting = "itt.qts.awarded.v1", "itt.trainee.registered.v1"
    one = "gen_random_uuid(), %s, 'trainee/1', 1, '{}', '{}'"
    sql(
        "itt",
        f"INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, created_at)"
        f" VALUES (1, {one}, now())",
        logged,
    )
    sql(
        "itt",
        f"INSERT INTO outbox (event_id, type, subject, sequence, headers, payload) VALUES ({one})",
        waiting,
    )
    sql("people", "DELETE FROM subscription")
    yield logged, waiting
    sql("itt", "TRUNCATE event_log, outbox")


def test_a_new_subscription_is_backfilled_where_its_source_has_a_past(has_a_past: tuple[str, str]) -> None:
    note_subscribers("people")
    open_ = {type_ for (type_,) in sql("people", "SELECT type FROM subscription WHERE backfilled_at IS NULL")}
    assert open_ == {
        s.type for s in subscriptions()["people"] if s.type in has_a_past and s.since == "beginning"
    }
    assert open_ == set(has_a_past)


@pytest.mark.usefixtures("migrated")
def test_a_subscription_that_is_gone_is_forgotten_and_one_that_is_known_stays_as_it_is() -> None:
    sql("people", "INSERT INTO subscription VALUES ('itt', 'itt.gone.since.v1', 'beginning')")
    sql("people", "UPDATE subscription SET verified_until = '2026-01-01Z' WHERE type = 'itt.qts.awarded.v1'")
    note_subscribers("people")
    assert sql("people", "SELECT count(*) FROM subscription WHERE type = 'itt.gone.since.v1'") == [(0,)]
    assert sql("people", "SELECT count(*) FROM subscription WHERE verified_until IS NOT NULL") == [(1,)]


def test_to_migrate_again_changes_nothing(migrated: PrivateRabbit) -> None:
    before = {
        service: sql(service, "SELECT * FROM subscription ORDER BY source, type") for service in SERVICES
    }
    told = list[str]()
    migrate(progress=told.append)
    assert {s: sql(s, "SELECT * FROM subscription ORDER BY source, type") for s in SERVICES} == before
    assert bindings(migrated) == wanted()
    assert Path(told[0]).name == f"database of {SERVICES[0]}"
