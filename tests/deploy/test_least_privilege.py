"""What each service's user and role may not do, tried one by one on real servers; and that what is left is enough."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psycopg2
import pytest
from amqp import Channel, Message
from amqp.exceptions import AccessRefused

from cli.demo.sample import sample
from shared.broker import open_connection
from shared.broker.permissions import of_caller
from shared.broker.users import Management, ManagementAway, password_hash
from shared.config.fields import with_password
from shared.database.migrate import OPERATOR_READS
from shared.messaging.topology import DEAD, exchange_of, inbox_of
from shared.rpc.limits import EXCHANGE, QUEUE
from shared.service_names import SERVICES
from shared.testing.processes import free_port
from tests.deploy.conftest import WITHIN_S, Deployment

ROUTE = "0" * 32
UNHEARD = "notifications"  # nobody listens to it
Try = Callable[[Channel, str, str], object]


def own_queue(channel: Channel, me: str) -> str:
    """A queue that this user may have: one for replies to its calls."""
    queue = f"rpc.reply-{me}-{ROUTE}"
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    return queue


def publish(channel: Channel, exchange: str, key: str) -> None:
    """Publish, and wait for what the broker says to it."""
    channel.confirm_select()
    channel.basic_publish_confirm(Message(b"{}"), exchange, key)


# What no user may do: the first name is its own, the second the one of the service that it is tried against.
ATTEMPTS: dict[str, Try] = {
    "declare another's inbox": lambda c, me, other: c.queue_declare(inbox_of(other), durable=True),
    "delete another's inbox": lambda c, me, other: c.queue_delete(inbox_of(other)),
    "empty another's inbox": lambda c, me, other: c.queue_purge(inbox_of(other)),
    "take another's events": lambda c, me, other: c.basic_consume(inbox_of(other)),
    "look at another's events": lambda c, me, other: c.basic_get(inbox_of(other)),
    "bind another's inbox": lambda c, me, other: c.queue_bind(inbox_of(other), EXCHANGE, "x"),
    "unbind another's inbox": lambda c, me, other: c.queue_unbind(inbox_of(other), exchange_of(me), "x"),
    "declare another's queue of calls": lambda c, me, other: c.queue_declare(
        QUEUE.format(other), durable=True, auto_delete=False
    ),
    "take another's calls": lambda c, me, other: c.basic_consume(QUEUE.format(other)),
    "copy another's calls": lambda c, me, other: c.queue_bind(own_queue(c, me), EXCHANGE, f"{other}.*"),
    "copy all calls and replies": lambda c, me, other: c.queue_bind(own_queue(c, me), EXCHANGE, "#"),
    "have a queue of another's replies": lambda c, me, other: own_queue(c, other),
    "publish another's facts": lambda c, me, other: publish(c, exchange_of(other), f"{other}.x.y.v1"),
    "put a message into another's inbox": lambda c, me, other: publish(c, "", inbox_of(other)),
    "listen where nobody listens": lambda c, me, other: c.queue_bind(
        own_queue(c, me), exchange_of(UNHEARD), "#"
    ),
    "declare an exchange": lambda c, me, other: c.exchange_declare("mine", "topic"),
    "delete another's exchange": lambda c, me, other: c.exchange_delete(exchange_of(other)),
    "delete the exchange of calls": lambda c, me, other: c.exchange_delete(EXCHANGE),
    "read dead letters": lambda c, me, other: c.basic_get(DEAD),
}
USERS = {name: name for name in SERVICES} | {"operator": "cli"}  # user -> the name in its reply queue


def other_than(name: str) -> str:
    return SERVICES[(SERVICES.index(name) + 1) % len(SERVICES)] if name in SERVICES else SERVICES[0]


def amqp_uri(deployment: Deployment, user: str) -> str:
    address = f"amqp://continuum_{user}@127.0.0.1:{deployment.rabbit.port}//"
    return with_password(address, deployment.secret(f"{user}_amqp_password"))


@pytest.fixture
def channel(deployment: Deployment, user: str) -> Iterator[Channel]:
    """A channel of that user; queues of calls are there, as when all services run."""
    with closing(open_connection(f"amqp://guest:guest@127.0.0.1:{deployment.rabbit.port}//")) as theirs:
        for service in SERVICES:
            theirs.channel().queue_declare(QUEUE.format(service), durable=True, auto_delete=False)
    connection = open_connection(amqp_uri(deployment, user))
    yield connection.channel()
    connection.collect()


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_user_of_the_broker_may_not(channel: Channel, user: str, attempt: str) -> None:
    with pytest.raises(AccessRefused):
        ATTEMPTS[attempt](channel, USERS[user], other_than(user))


@pytest.mark.parametrize("user", ["operator"])
def test_an_operator_publishes_no_facts_and_listens_to_none(
    channel: Channel, deployment: Deployment, user: str
) -> None:
    with pytest.raises(AccessRefused):
        publish(channel, exchange_of("itt"), "itt.x.y.v1")
    again = open_connection(amqp_uri(deployment, user)).channel()
    with pytest.raises(AccessRefused):
        again.queue_bind(own_queue(again, "cli"), exchange_of("itt"), "#")


@pytest.mark.parametrize("user", USERS)
def test_no_user_of_a_service_may_enter_the_management_page(deployment: Deployment, user: str) -> None:
    parts = urlsplit(amqp_uri(deployment, user))
    said = b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    asked = Request(f"{deployment.rabbit.api_url}/api/queues", headers={"Authorization": f"Basic {said}"})
    with pytest.raises(HTTPError) as refused:
        urlopen(asked, timeout=10)
    with refused.value:
        assert refused.value.code == 401


def test_a_user_s_password_is_the_one_of_its_secret(deployment: Deployment) -> None:
    wrong = with_password(amqp_uri(deployment, "itt"), deployment.secret("cpd_amqp_password"))
    with pytest.raises(AccessRefused):
        open_connection(wrong)


def test_a_password_is_hashed_as_rabbitmq_documents_it() -> None:
    # https://www.rabbitmq.com/docs/passwords#computing-password-hash
    assert (
        password_hash("test12", bytes.fromhex("908DC60A"))
        == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    )


def connected(deployment: Deployment, role: str, database: str) -> Any:
    return psycopg2.connect(
        host="127.0.0.1",
        port=deployment.postgres.port,
        user=f"continuum_{role}",
        dbname=database,
        password=deployment.secret(f"{role}_database_password"),
        connect_timeout=5,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_role_may_not_enter_another_s_database(deployment: Deployment, service: str) -> None:
    for other in set(SERVICES) - {service}:
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            connected(deployment, service, f"continuum_{other}")


FORBIDDEN = (
    "CREATE DATABASE mine",
    "CREATE ROLE mine",
    "DROP DATABASE continuum_{other}",
    "ALTER ROLE continuum_{other} PASSWORD 'known'",
    "ALTER ROLE continuum_{me} SUPERUSER",
    "SET ROLE continuum_{other}",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT rolpassword FROM pg_authid",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("service", SERVICES)
def test_a_role_may_not(deployment: Deployment, service: str, statement: str) -> None:
    with closing(connected(deployment, service, f"continuum_{service}")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor, pytest.raises(psycopg2.ProgrammingError) as refused:
            cursor.execute(statement.format(me=service, other=other_than(service)))
    assert refused.value.pgcode == "42501"  # insufficient_privilege


@pytest.mark.parametrize("service", SERVICES)
def test_an_operator_reads_events_alone_and_changes_nothing(deployment: Deployment, service: str) -> None:
    with closing(connected(deployment, "operator", f"continuum_{service}")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            tables = {name for (name,) in cursor.fetchall()}
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND has_table_privilege(oid, 'SELECT')"
                " AND relnamespace = 'public'::regnamespace"
            )
            assert {name for (name,) in cursor.fetchall()} == set(OPERATOR_READS)
            assert tables > set(OPERATOR_READS)
            for table in sorted(tables):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f"DELETE FROM {table}")


EQUALITY = ("trainee_equality", "candidate_equality")
ROLES = ("continuum_itt_equality", "continuum_itt_equality_door")


@pytest.mark.parametrize("table", EQUALITY)
def test_training_reads_equality_data_in_its_role_until_the_transaction_ends(
    deployment: Deployment, table: str
) -> None:
    with (
        closing(connected(deployment, "itt", "continuum_itt")) as connection,
        connection.cursor() as cursor,
    ):
        for _ in range(2):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"SELECT * FROM {table}")
            connection.rollback()
            cursor.execute(f"SET LOCAL ROLE {ROLES[0]}")
            cursor.execute(f"SELECT * FROM {table}")
            connection.commit()


@pytest.mark.parametrize("table", EQUALITY)
def test_training_does_not_change_equality_data_outside_its_role(deployment: Deployment, table: str) -> None:
    statements = (
        "DELETE FROM {}",
        "UPDATE {} SET ethnicity = '100'",
        "GRANT SELECT ON {} TO continuum_itt",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO continuum_operator",
    )
    with closing(connected(deployment, "itt", "continuum_itt")) as connection:
        connection.autocommit = True
        for statement in statements:
            with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement.format(table))


@pytest.mark.parametrize("table", EQUALITY)
@pytest.mark.parametrize("role", ROLES)
def test_an_operator_and_other_services_do_not_get_at_equality_data(
    deployment: Deployment, role: str, table: str
) -> None:
    for other in sorted({*SERVICES, "operator"} - {"itt"}):
        database = "continuum_itt" if other == "operator" else f"continuum_{other}"
        with closing(connected(deployment, other, database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f"SET ROLE {role}")
                with pytest.raises(psycopg2.ProgrammingError):
                    cursor.execute(f"SELECT * FROM {table}")


@pytest.mark.parametrize("role", ROLES)
def test_nobody_logs_in_as_the_role_of_equality_data(deployment: Deployment, role: str) -> None:
    with (
        closing(connected(deployment, "itt", "continuum_itt")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT rolcanlogin, rolinherit, rolsuper FROM pg_roles WHERE rolname = %s", (role,))
        assert cursor.fetchall() == [(False, False, False)]


def test_databases_take_any_name_on_a_server_without_a_locale(deployment: Deployment) -> None:
    with (
        closing(connected(deployment, "people", "continuum_people")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)


def test_services_with_their_own_users_and_code_do_all_of_their_work(
    running: Deployment, tmp_path: Path
) -> None:
    file = tmp_path / "three.csv"
    file.write_bytes(b"\n".join(sample(7).splitlines()[:4]) + b"\n")
    name = " ".join(file.read_text().splitlines()[1].split(",")[3:5])

    registered = running.run("cli", "provider", "register", "2A5", "Northern Hills University")
    assert registered.returncode == 0, registered.stderr
    imported = running.run("cli", "import", "trainees", str(file), "--provider", "2A5")

    assert imported.returncode == 0, imported.stdout + imported.stderr
    until = time.monotonic() + WITHIN_S
    while (told := running.run("cli", "timeline", name, "--json")).returncode and time.monotonic() < until:
        time.sleep(0.5)
    assert told.returncode == 0, told.stdout + told.stderr
    assert json.loads(told.stdout)["person"]
    for command in (["ledger"], ["parked", "list"], ["replay", "people"], ["reconcile"]):
        done = running.run("cli", *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_migrating_again_changes_nothing_for_services_that_run(running: Deployment) -> None:
    again = running.run("migrate", "migrate")

    assert again.returncode == 0, again.stderr
    assert all(process.poll() is None for process in running.processes)
    assert running.run("cli", "ledger").returncode == 0


def test_a_management_page_that_refuses_or_is_away_is_told_without_the_password(
    deployment: Deployment,
) -> None:
    nothing = f"http://127.0.0.1:{free_port()}"
    for page, says in ((deployment.rabbit.api_url, "answers 401"), (nothing, "does not answer")):
        management = Management(page, "amqp://continuum_administrator:hunter2@127.0.0.1//")
        with pytest.raises(ManagementAway, match=says) as away:
            management.make_user("continuum_itt", "hunter3", of_caller("cli"))
        assert "hunter" not in str(away.value)
