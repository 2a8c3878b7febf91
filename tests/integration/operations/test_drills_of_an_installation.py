"""Drills of docs/runbook.md on an installation of all services: commands as an operator types them."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from cli.demo.sample import sample
from shared.database.migrate import head
from shared.service_names import SERVICES
from shared.testing.cluster import execute
from shared.testing.processes import free_port
from shared.testing.servers import PrivatePostgres, PrivateRabbit
from tests.integration.operations.conftest import command_line, outside

pytestmark = pytest.mark.timeout(400)
WITHIN_S = 150.0


class Installation:
    """Databases and queues of its own on these servers; processes of services that run until the end."""

    def __init__(self, postgres: PrivatePostgres, rabbit: PrivateRabbit, folder: Path, prefix: str) -> None:
        self.rabbit, self.folder, self.prefix, self._postgres = rabbit, folder, prefix, postgres
        self.variables = {
            "DATABASE_URL": postgres.uri,
            "DATABASE_PREFIX": prefix,
            "AMQP_URI": rabbit.uri,
            "CONTINUUM_DATA_DIR": str(folder),
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, *services: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a process; gives it, and where its pages are."""
        port = str(free_port())
        with (self.folder / f"log-{len(self.processes)}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "cli", "run", *services],
                env=outside() | self.variables | {"HTTP_PORT": port},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process, f"http://127.0.0.1:{port}"

    def command(self, *arguments: str) -> str:
        """A command that must end well."""
        return command_line(*arguments, **self.variables)

    def asked(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that may end as it will."""
        command = [sys.executable, "-P", "-m", "cli", *arguments]
        return subprocess.run(
            command,
            env=outside() | self.variables,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )

    def sql(self, service: str, statement: str) -> list[Any]:
        """A statement in the service's database."""
        return execute(self._postgres.uri.rsplit("/", 1)[0] + f"/{self.prefix}_{service}", statement)

    def logs(self) -> str:
        """The end of each log."""
        return "\n".join(file.read_text()[-2000:] for file in sorted(self.folder.glob("log-*")))

    def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait for it."""
        end = time.monotonic() + WITHIN_S
        while not holds():
            assert time.monotonic() < end, f"not within {WITHIN_S:g} s: {what}\n{self.logs()}"
            time.sleep(0.3)

    def end(self) -> None:
        """Kill what runs, and drop what was made."""
        for process in self.processes:
            process.kill()
            process.wait()
        for service in SERVICES:
            execute(self._postgres.uri, f"DROP DATABASE IF EXISTS {self.prefix}_{service} WITH (FORCE)")


@pytest.fixture
def installation(
    request: pytest.FixtureRequest,
    private_postgres: PrivatePostgres,
    private_rabbit: PrivateRabbit,
    tmp_path: Path,
) -> Iterator[Installation]:
    made = Installation(
        private_postgres.start(),
        private_rabbit.start(),
        tmp_path,
        f"drill{abs(hash(request.node.name)) % 10**6}",
    )
    made.command("migrate")
    yield made
    made.end()


def ledger(installation: Installation) -> dict[str, Any]:
    """What the ledger says, whether or not something is missing."""
    answer = installation.asked("ledger", "--json", "--grace", "0")
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def import_trainees(installation: Installation, seed: int) -> None:
    file = installation.folder / f"trainees-{seed}.csv"
    file.write_bytes(sample(seed))
    command = ("import", "trainees", str(file), "--provider", "2A5")
    installation.until(lambda: installation.asked(*command).returncode == 0, "the import is answered")


def test_a_broker_that_lost_its_disk_is_declared_again_and_refilled(installation: Installation) -> None:
    """Sixty trainees lie in queues that nobody has read, and more are imported, when the broker loses everything."""
    installation.run("itt")
    import_trainees(installation, 1)
    installation.until(
        lambda: installation.sql("itt", "SELECT count(*) FROM outbox") == [(0,)], "all is published"
    )
    published = installation.sql("itt", "SELECT count(*) FROM event_log")[0][0]
    assert installation.sql("people", "SELECT count(*) FROM inbox") == [(0,)]

    installation.rabbit.kill()
    shutil.rmtree(installation.rabbit.folder / "data")
    installation.rabbit.start()
    installation.command("migrate")
    installation.run(*(service for service in SERVICES if service != "itt"))
    import_trainees(installation, 2)
    installation.until(
        lambda: installation.sql("people", "SELECT count(*) FROM inbox")[0][0] > 0, "events flow"
    )
    installation.until(lambda: ledger(installation)["missing"] >= published, "what was lost is missing")

    installation.command("reconcile", "--grace", "0")
    installation.until(lambda: _is_whole(ledger(installation)), "everything is handled")
    again = installation.asked("reconcile", "--dry-run", "--grace", "0")
    assert again.returncode == 0, again.stdout


def _is_whole(told: dict[str, Any]) -> bool:
    lines = [line for line in told["lines"] if line["consumer"]]
    return all(line["handled"] == line["committed"] for line in lines)


def test_a_service_does_not_start_on_a_wrong_revision_and_starts_when_it_fits(
    installation: Installation,
) -> None:
    """A newer version has migrated: the older one says so, at its start and when it is told to migrate."""
    installation.sql("cpd", "UPDATE alembic_version SET version_num = 'ffff'")
    refused, _ = installation.run("cpd")
    assert refused.wait(WITHIN_S) == 1
    assert "which this version does not know: deploy the version that made it" in installation.logs()
    migrating = installation.asked("migrate")
    assert migrating.returncode == 1
    assert "deploy the version that made it" in migrating.stderr

    installation.sql("cpd", f"UPDATE alembic_version SET version_num = '{head('cpd')}'")
    process, _ = installation.run("cpd")
    installation.until(lambda: "/ready tells more" in installation.logs(), "it runs")
    assert process.poll() is None


def test_a_running_process_tells_prometheus_that_the_revision_does_not_fit(
    installation: Installation,
) -> None:
    _, address = installation.run("cpd")
    fits = 'continuum_schema_fits{service="cpd"} '
    installation.until(lambda: f"{fits}1.0" in page(f"{address}/metrics"), "it runs, and fits")

    installation.sql("cpd", "UPDATE alembic_version SET version_num = 'ffff'")

    assert f"{fits}0.0" in page(f"{address}/metrics")
    installation.sql("cpd", "INSERT INTO schema_mark VALUES ('ffff', '" + head("cpd") + "')")
    assert f"{fits}1.0" in page(f"{address}/metrics")


def page(address: str) -> str:
    """What the page says; nothing while nobody answers."""
    try:
        with urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())
    except (URLError, ConnectionError):
        return ""
