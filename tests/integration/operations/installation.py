"""An installation of all services on servers of our own: commands as an operator types them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from cli.demo.sample import sample
from shared.config import PROJECT_ROOT
from shared.service_names import SERVICES
from shared.testing.cluster import execute
from shared.testing.processes import free_port
from shared.testing.servers import PrivatePostgres, PrivateRabbit

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


def outside() -> dict[str, str]:
    """The environment without anybody's servers."""
    ours = ("DATABASE_", "AMQP_", "CONTINUUM_DATA_DIR", "HTTP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(PROJECT_ROOT)}


def command_line(*arguments: str, **variables: str) -> str:
    """Run it to its end; gives what it said."""
    answer = subprocess.run(
        [sys.executable, "-P", "-m", "cli", *arguments],
        env=outside() | variables,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def ledger(installation: Installation) -> dict[str, Any]:
    """What the ledger says, whether or not something is missing."""
    answer = installation.asked("ledger", "--json", "--grace", "0")
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def import_trainees(installation: Installation, seed: int) -> None:
    file = installation.folder / f"trainees-{seed}.csv"
    file.write_bytes(sample(seed))
    known = ("provider", "register", "2A5", "Northern Hills University")
    command = ("import", "trainees", str(file), "--provider", "2A5")
    installation.until(lambda: installation.asked(*known).returncode == 0, "the provider is registered")
    installation.until(lambda: installation.asked(*command).returncode == 0, "the import is answered")


def page(address: str) -> str:
    """What the page says; nothing while nobody answers."""
    try:
        with urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())
    except (URLError, ConnectionError):
        return ""
