"""The world in which it happens: two servers of one's own, the services as processes, and an operator's hands."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import eventlet
import psycopg2
from eventlet.semaphore import Semaphore

from shared.config import PROJECT_ROOT, settings
from shared.database import admin_url, name_of
from shared.database.migrate import migrate
from shared.service_names import SERVICES
from shared.testing.cluster import execute
from shared.testing.mail_server import MailServer
from shared.testing.proxy import Proxy
from shared.testing.servers import PrivatePostgres, PrivateRabbit

REPLICAS = {"itt": 2, "cpd": 2, "people": 1, "leadership": 1, "notifications": 2}
EFFECTS = """
CREATE TABLE chaos_effect (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid NOT NULL, source text NOT NULL,
    type text NOT NULL, subject text NOT NULL, sequence bigint NOT NULL, late boolean NOT NULL
);
"""
RETRY_DELAYS = "0.3,0.7,1.5"
RESTART_AFTER_S = 0.5


class Member:
    """One process of the installation, with a line of its own to the broker; started again whenever it ends."""

    def __init__(self, name: str, services: Sequence[str], world: "World") -> None:
        self.name, self.services, self._world = name, tuple(services), world
        self.lock, self.skew_s, self.wanted = Semaphore(), 0, True
        self.proxy = Proxy(world.rabbit.port)
        self.log = world.folder / f"{name}.log"
        self.codes: list[int] = []
        self._process = self._started()
        self._watch = eventlet.spawn(self._keep)

    def _started(self) -> "subprocess.Popen[bytes]":
        environment = dict(os.environ) | {
            "AMQP_URI": f"amqp://guest:guest@127.0.0.1:{self.proxy.port}//",
            "HTTP_PORT": "0",
            "RETRY_DELAYS_S": RETRY_DELAYS,
            "SMTP_URL": self._world.mail.url,
            "DATABASE_POOL": "4",
            "DATABASE_OVERFLOW": "4",
            "CHAOS_MEMBER": self.name,
            "CHAOS_SKEW_S": str(self.skew_s),
        }
        command = [sys.executable, "-m", "tests.chaos.member", str(self._world.folder), *self.services]
        with self.log.open("ab") as file:
            return subprocess.Popen(
                command, env=environment, cwd=PROJECT_ROOT, stdout=file, stderr=file, start_new_session=True
            )

    def _keep(self) -> None:
        """As any platform does: what ends is started again."""
        while True:
            code = self._process.wait()
            if not self.wanted:
                return
            self.codes.append(code)
            time.sleep(RESTART_AFTER_S)
            if self.wanted:
                self._process = self._started()

    @property
    def pid(self) -> int:
        """The present process."""
        return self._process.pid

    def kill(self) -> None:
        """As a power cut to the process."""
        self._process.kill()

    def restart(self, within_s: float = 60) -> None:
        """SIGTERM; another one begins when it has ended."""
        self._process.send_signal(signal.SIGTERM)
        self.wait_for_another(self._process.pid, within_s)

    def wait_for_another(self, pid: int, within_s: float = 60) -> None:
        """Until another process than this is there. Raises AssertionError."""
        end = time.monotonic() + within_s
        while self._process.pid == pid:
            if time.monotonic() > end:
                raise AssertionError(f"{self.name} did not end within {within_s:g} s")
            time.sleep(0.05)

    def stop(self) -> int:
        """For good; gives its exit code."""
        self.wanted = False
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self.proxy.close()
        return code

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class World:
    """Servers, databases, processes. Everything is found by the settings of this process, as operators find it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.members = folder, list[Member]()
        self.rabbit, self.postgres, self.mail = PrivateRabbit(), PrivatePostgres(), MailServer()
        self.broker_lock, self.database_lock = Semaphore(), Semaphore()
        self.queue_lost, self.killed_elsewhere = False, 0

    def open(self) -> None:
        """Start the servers, migrate, and keep an empty copy of each database."""
        self.rabbit.start()
        self.postgres.start()
        os.environ |= {
            "DATABASE_URL": self.postgres.uri,
            "DATABASE_PREFIX": "chaos",
            "AMQP_URI": self.rabbit.uri,
            "CONTINUUM_DATA_DIR": str(self.folder / "data"),
            "CONTINUUM_DEMO_CLOCK": "1",
        }
        settings.cache_clear()
        migrate()
        for service in SERVICES:
            name = name_of(service)
            execute(_superuser(service), EFFECTS)
            execute(_superuser(service), f"ALTER TABLE chaos_effect OWNER TO {name}")
            execute(admin_url(), f"CREATE DATABASE empty_{name} TEMPLATE {name}")

    def renew(self) -> None:
        """Empty databases again: nobody may be running."""
        for service in SERVICES:
            name = name_of(service)
            execute(admin_url(), f"DROP DATABASE {name} WITH (FORCE)")
            execute(admin_url(), f"ALTER DATABASE empty_{name} RENAME TO {name}")
            execute(admin_url(), f"ALTER DATABASE {name} OWNER TO {name}")
            operator = name_of("operator")
            execute(admin_url(), f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC")
            execute(admin_url(), f"GRANT CONNECT ON DATABASE {name} TO {operator}")
        self.mail.taken.clear()

    def note(self, text: str) -> None:
        """Into the journal of the run, with the time of day."""
        with (self.folder / "journal.txt").open("a") as file:
            file.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")

    def start_one_process(self) -> None:
        """All services in one process: for the run without faults."""
        self.members = [Member("reference", SERVICES, self)]

    def start_all(self) -> None:
        """Each service in processes of its own, some with a replica."""
        self.members = [
            Member(f"{service}-{n + 1}", [service], self)
            for service, replicas in REPLICAS.items()
            for n in range(replicas)
        ]

    def of(self, service: str) -> list[Member]:
        """The processes of a service."""
        return [member for member in self.members if service in member.services]

    def stop_all(self) -> list[int]:
        """Stop all processes; gives their exit codes."""
        threads = [eventlet.spawn(member.stop) for member in self.members]
        self.members = []
        return [int(thread.wait()) for thread in threads]

    def close(self) -> None:
        """Leave nothing behind."""
        for member in self.members:
            member.wanted = False
            member.kill()
        self.rabbit.remove()
        self.postgres.remove()

    def sql(self, service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement in a service's database, as the superuser."""
        return execute(_superuser(service), statement, *values)

    def until(self, holds: Callable[[], Any], what: str, within_s: float) -> None:
        """Wait until it holds; while a server is away it does not. Raises AssertionError."""
        end = time.monotonic() + within_s
        while not _holds(holds):
            if time.monotonic() > end:
                raise AssertionError(f"not within {within_s:g} s: {what}")
            time.sleep(0.2)

    def logs(self, characters: int = 2500) -> str:
        """The end of every log."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {f.name}\n{f.read_text(errors='replace')[-characters:]}" for f in files)


def _superuser(service: str) -> str:
    return admin_url().rsplit("/", 1)[0] + f"/{name_of(service)}"


def _holds(condition: Callable[[], Any]) -> bool:
    try:
        return bool(condition())
    except psycopg2.Error:
        return False
