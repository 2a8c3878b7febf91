"""The version before and the new one beside each other, under load: nothing is lost, doubled or out of order.

Two trees are made of the product with a pair of small services in place of its own: ``versions/old``, and over it
``versions/new``, which publishes the second version of an event beside the first and expands its tables. Processes are
those of ``continuum run``.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.config import PROJECT_ROOT
from shared.testing.cluster import execute
from shared.testing.servers import PrivatePostgres, PrivateRabbit
from tests.integration.operations.installation import outside

pytestmark = pytest.mark.timeout(600)
VERSIONS = Path(__file__).parent / "versions"
SERVICES = ("listener", "people", "speaker")
TALKING = "total=1000000,subjects=20,rate=20,at_once=2"
WITHIN_S = 150.0
MIGRATE = "from shared.database.migrate import migrate; migrate()"
LEDGER = """
import json
from shared.operations.ledger import ledger
print(json.dumps([line.as_dict() for line in ledger(grace_s=0)]))
"""
OPEN = ("missing", "waiting", "parked", "unpublished", "on_the_way", "not_covered", "discarded", "late")
UNKNOWN = "inbox_failure WHERE state = 'waiting' AND reason = 'unknown' AND type = 'speaker.word.said.v2'"
OUT_OF_ORDER = """
heard a JOIN heard b ON a.subject = b.subject AND a.place < b.place AND a.sequence >= b.sequence
"""


class Upgrade:
    """Two trees, one installation, and processes of either version."""

    def __init__(self, postgres: PrivatePostgres, rabbit: PrivateRabbit, folder: Path) -> None:
        self.folder, self._postgres = folder, postgres
        self.trees = {"old": tree(folder / "old", "old"), "new": tree(folder / "new", "old", "new")}
        self.variables = {
            "DATABASE_URL": postgres.uri,
            "DATABASE_PREFIX": "upgraded",
            "AMQP_URI": rabbit.uri,
            "CONTINUUM_DATA_DIR": str(folder / "data"),
            "HTTP_PORT": "0",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def environment(self, version: str, **more: str) -> dict[str, str]:
        return outside() | self.variables | {"PYTHONPATH": str(self.trees[version])} | more

    def run(self, version: str, service: str, talk: str = "") -> subprocess.Popen[bytes]:
        """A process of a service, ready when this returns."""
        log = self.folder / f"log-{len(self.processes)}-{version}-{service}"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "cli", "run", service],
                env=self.environment(version, CONTINUUM_TALK=talk, SERVICE_VERSION=version),
                cwd=self.folder,
                stdout=file,
                stderr=file,
            )
        self.processes.append(process)
        self.until(lambda: "/ready tells more" in log.read_text(), f"{version} {service} runs")
        return process

    def ask(self, version: str, code: str) -> str:
        """Run a line of the product's own code as that version."""
        answer = subprocess.run(
            [sys.executable, "-P", "-c", code],
            env=self.environment(version),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def ledger(self) -> list[dict[str, Any]]:
        """The product's own, by the new version."""
        lines: list[dict[str, Any]] = json.loads(self.ask("new", LEDGER))
        return [line for line in lines if line["consumer"]]

    def count(self, service: str, rows: str) -> int:
        """How many rows a table (with a condition) has."""
        uri = self._postgres.uri.rsplit("/", 1)[0] + f"/upgraded_{service}"
        return int(execute(uri, f"SELECT count(*) FROM {rows}")[0][0])

    def goes_on(self) -> None:
        """Wait until fifty more words are said and as many are heard."""
        for service, table in (("speaker", "said"), ("listener", "heard")):
            enough = self.count(service, table) + 50
            self.until(lambda: self.count(service, table) >= enough, f"{service} goes on")  # noqa: B023

    def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait for it."""
        end = time.monotonic() + WITHIN_S
        while not holds():
            assert time.monotonic() < end, f"not within {WITHIN_S:g} s: {what}\n{self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        """The end of each log."""
        return "\n".join(f"{file.name}\n{file.read_text()[-1500:]}" for file in self.folder.glob("log-*"))

    def end(self) -> None:
        """Kill what runs, and drop what was made."""
        for process in self.processes:
            process.kill()
            process.wait()
        for service in SERVICES:
            execute(self._postgres.uri, f"DROP DATABASE IF EXISTS upgraded_{service} WITH (FORCE)")


def tree(folder: Path, *layers: str) -> Path:
    """The product with other services: those of the layers, one over the other."""
    for package in ("shared", "cli"):
        shutil.copytree(
            PROJECT_ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for layer in layers:
        shutil.copytree(VERSIONS / layer, folder, dirs_exist_ok=True)
    return folder


def stopped(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM, and its exit code."""
    process.terminate()
    return process.wait(WITHIN_S)


@pytest.fixture
def upgrade(
    private_postgres: PrivatePostgres, private_rabbit: PrivateRabbit, tmp_path: Path
) -> Iterator[Upgrade]:
    made = Upgrade(private_postgres.start(), private_rabbit.start(), tmp_path)
    try:
        yield made
    finally:
        made.end()


def test_the_old_and_the_new_version_run_side_by_side_and_nothing_is_lost(upgrade: Upgrade) -> None:
    upgrade.ask("old", MIGRATE)
    old_speakers = [upgrade.run("old", "speaker", TALKING) for _ in range(2)]
    old_listeners = [upgrade.run("old", "listener") for _ in range(2)]
    upgrade.goes_on()

    upgrade.ask("new", MIGRATE)  # The schema expands, and the queue is bound to the new version of the event.
    assert stopped(old_listeners.pop()) == 0
    old_listeners.append(upgrade.run("old", "listener"))  # The version before starts on the newer revision.
    upgrade.goes_on()

    new_speakers = [upgrade.run("new", "speaker", TALKING)]
    upgrade.until(lambda: upgrade.count("listener", UNKNOWN) > 0, "the version before sets the unknown aside")
    assert [process.poll() for process in (*old_speakers, *old_listeners)] == [None] * 4

    new_listeners = [upgrade.run("new", "listener")]
    for old, new, service in (
        (old_listeners, new_listeners, "listener"),
        (old_speakers, new_speakers, "speaker"),
    ):
        assert stopped(old.pop()) == 0
        new.append(upgrade.run("new", service))
        assert stopped(old.pop()) == 0
        upgrade.goes_on()

    assert stopped(new_speakers.pop(0)) == 0  # Now nobody talks, and the one that stood by sends the rest.
    said = upgrade.count("speaker", "said")
    upgrade.until(lambda: upgrade.count("speaker", "answered") == said, "every word is answered")
    upgrade.until(lambda: not any(line[fate] for line in upgrade.ledger() for fate in OPEN), "all is settled")
    assert {line["type"] for line in upgrade.ledger() if line["handled"]} == {
        "speaker.word.said.v1",
        "speaker.word.said.v2",
        "listener.word.heard.v1",
    }
    assert upgrade.count("listener", "heard") == said
    assert upgrade.count("listener", OUT_OF_ORDER) == 0
    aloud = upgrade.count("speaker", "event_log WHERE type = 'speaker.word.said.v2'")
    assert 0 < upgrade.count("listener", "heard WHERE volume IS NOT NULL") == aloud < said
