"""Drills: the signing keys and every password change while calls and events go on, and nobody notices."""

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from amqp.exceptions import AccessRefused

from cli.demo.sample import sample
from shared.broker import open_connection
from shared.config import PROJECT_ROOT
from shared.config.fields import with_password
from shared.errors import Unauthenticated
from shared.keys import CLI
from shared.rpc import RpcClient
from shared.rpc.asking import AmqpTransport
from shared.service_names import SERVICES
from shared.testing.cluster import execute
from tests.deploy.compose import secret_files
from tests.deploy.conftest import WITHIN_S, Deployment

USERS = (*SERVICES, "operator")
KINDS = ("database", "amqp")
pytestmark = pytest.mark.timeout(600)


@contextmanager
def calls_that_go_on(deployment: Deployment, tmp_path: Path) -> Iterator[None]:
    """Somebody calls all services meanwhile; none of the calls may fail."""
    stop, log = tmp_path / "stop", tmp_path / "calling.log"
    with log.open("w") as file:
        calling = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "tests.deploy.calling", str(stop)],
            env=deployment.environment("cli") | {"PYTHONPATH": str(PROJECT_ROOT)},
            stdout=file,
            stderr=file,
        )
    try:
        yield
        stop.touch()
        assert calling.wait(WITHIN_S) == 0, log.read_text()[-2000:]
        assert int(log.read_text().splitlines()[-1]) >= 10 * len(SERVICES)
    finally:
        calling.kill()
        calling.wait(10)


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until it holds."""
    end = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def make_events(deployment: Deployment, tmp_path: Path, seed: int) -> None:
    """Import trainees, who are new, and wait until every event of it is handled."""
    file = tmp_path / f"{seed}.csv"
    file.write_bytes(b"\n".join(sample(seed).splitlines()[:4]) + b"\n")
    registered = deployment.run("cli", "provider", "register", "2A5", "Northern Hills University")
    assert registered.returncode == 0, registered.stderr
    imported = deployment.run("cli", "import", "trainees", str(file), "--provider", "2A5")
    assert imported.returncode == 0, imported.stdout + imported.stderr
    until(lambda: deployment.run("cli", "ledger").returncode == 0, "the ledger holds")


def call(deployment: Deployment, token: str) -> None:
    """Call a service as whoever the token says."""
    client = RpcClient(AmqpTransport(broker_address(deployment, "operator"), CLI), CLI)
    try:
        client.call("itt", "backlog", principal_token=token, timeout=60)
    finally:
        client.close()


def signed(deployment: Deployment) -> str:
    """A token that is good for an hour."""
    lasts = ("--lifetime", "3600")
    return deployment.run("cli", "token", "--id", "jo", "--role", "operator", *lasts).stdout.strip()


def broker_address(deployment: Deployment, user: str, password: str | None = None) -> str:
    address = f"amqp://continuum_{user}@127.0.0.1:{deployment.rabbit.port}//"
    return with_password(address, password or deployment.secret(f"{user}_amqp_password"))


def enter_database(deployment: Deployment, user: str, password: str) -> None:
    database = user if user in SERVICES else SERVICES[0]
    address = f"postgresql://continuum_{user}@127.0.0.1:{deployment.postgres.port}/continuum_{database}"
    psycopg2.connect(with_password(address, password), connect_timeout=5).close()


def test_signing_keys_change_while_calls_and_events_go_on(running: Deployment, tmp_path: Path) -> None:
    folder = str(running.folder / "secrets" / "keys")
    old = signed(running)
    call(running, old)
    with calls_that_go_on(running, tmp_path):
        make_events(running, tmp_path, 11)
        assert running.run("cli", "keys", "rotate", folder).returncode == 0
        for service in SERVICES:
            log = running.folder / f"{service}.log"
            until(lambda log=log: "service:itt#2" in log.read_text(), f"{service} knows the new keys")  # type: ignore[misc]
        new = signed(running)
        for token in (old, new):
            call(running, token)
        make_events(running, tmp_path, 12)
        assert running.run("cli", "keys", "retire", folder, "--yes").returncode == 0
        time.sleep(2)  # Files are looked at once a second.
        make_events(running, tmp_path, 13)
    call(running, new)
    with pytest.raises(Unauthenticated):
        call(running, old)


def test_passwords_change_while_calls_and_events_go_on(running: Deployment, tmp_path: Path) -> None:
    files = {
        name: running.folder / "secrets" / secret_files()[name]
        for name in (f"{user}_{kind}_password" for user in USERS for kind in KINDS)
    }
    old = {name: file.read_text() for name, file in files.items()}
    with calls_that_go_on(running, tmp_path):
        make_events(running, tmp_path, 21)
        for file in files.values():
            file.write_text(secrets.token_urlsafe(32))
        time.sleep(2)  # Files are looked at once a second; servers have not followed yet.
        migrated = running.run("migrate", "migrate")
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        make_events(running, tmp_path, 23)
    for user in USERS:
        with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
            enter_database(running, user, old[f"{user}_database_password"])
        with pytest.raises(AccessRefused):
            open_connection(broker_address(running, user, old[f"{user}_amqp_password"]))
        enter_database(running, user, running.secret(f"{user}_database_password"))
        open_connection(broker_address(running, user)).close()


def test_connections_that_are_made_anew_take_the_new_passwords(running: Deployment, tmp_path: Path) -> None:
    """Whatever was open is closed from the side of the servers; all services work again."""
    ended = execute(
        running.postgres.uri,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'continuum\\_%%'"
        " AND pid <> pg_backend_pid()",
    )
    assert len(ended) >= len(SERVICES)
    running.rabbit.close_connections()
    until(lambda: all(map(running.is_ready, SERVICES)), "all services are ready again")
    with calls_that_go_on(running, tmp_path):
        make_events(running, tmp_path, 31)
        time.sleep(2)
    refused = ("password authentication failed", "ACCESS_REFUSED")
    since = [(running.folder / f"{service}.log").read_text()[-5000:] for service in SERVICES]
    assert not [line for log in since for line in log.splitlines() if any(word in line for word in refused)]
