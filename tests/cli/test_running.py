"""``continuum run`` as a process: pages, signals, ports."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from shared.config import PROJECT_ROOT
from shared.database import connect, database_url
from shared.testing.processes import free_port
from tests.cli.conftest import Cli
from tests.cli.rows import execute

MOST_MB = 125  # all services in one process; one of them alone is at most 110 (benchmarks: idle_rss_mb)
Process = subprocess.Popen[str]
Start = Callable[..., tuple[Process, str]]


@pytest.fixture
def start(installation: dict[str, str]) -> Iterator[Start]:
    """Run services; gives the process and where its pages are."""
    running: list[Process] = []

    def begin(*services: str, **variables: str) -> tuple[Process, str]:
        port = variables.setdefault("HTTP_PORT", str(free_port()))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "cli", "run", *services],
            env=os.environ | installation | {"PYTHONPATH": str(PROJECT_ROOT), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process, f"http://127.0.0.1:{port}"

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def ready(address: str, within_s: float = 60) -> tuple[int, dict[str, object]]:
    until = time.monotonic() + within_s
    while True:
        try:
            with urlopen(f"{address}/ready", timeout=5) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            with refused:
                if time.monotonic() > until:
                    return refused.code, json.load(refused)
        except (URLError, ConnectionError):
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def test_all_services_run_in_one_process_tell_that_they_are_ready_and_stop_in_order(start: Start) -> None:
    process, address = start()

    assert ready(address) == (200, {"ready": True, "reasons": []})
    with urlopen(f"{address}/health", timeout=5) as answer:
        assert set(json.load(answer)["services"].values()) == {"running"}
    with urlopen(f"{address}/metrics", timeout=5) as answer:
        assert 'continuum_outbox_events{service="itt"}' in answer.read().decode()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_beside_services_at_a_broker_nothing_starts_in_one_process(cli: Cli) -> None:
    with closing(connect(database_url("cpd"), "cpd seat 1")):
        asked, runs = cli("timeline", "Jo"), cli("run", HTTP_PORT=str(free_port()))

    for answer in (asked, runs):
        assert answer.returncode == 2
        assert "cpd runs beside a broker on this database: set AMQP_URI" in answer.stderr


def test_whoever_presses_control_c_is_told_that_it_stops(start: Start) -> None:
    process, address = start()
    ready(address)

    process.send_signal(signal.SIGINT)

    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "continuum: stopping ...\n" in said


def test_an_idle_process_of_all_services_is_small(start: Start) -> None:
    process, address = start()
    ready(address)

    with open(f"/proc/{process.pid}/status") as status:
        resident_kb = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    assert resident_kb / 1000 < MOST_MB


def test_a_database_of_another_revision_makes_the_process_not_ready(start: Start) -> None:
    _, address = start()
    ready(address)
    execute("cpd", "UPDATE alembic_version SET version_num = 'old' || version_num")
    try:
        time.sleep(1.2)
        status, told = ready(address, within_s=0)
        assert status == 503
        assert "the database of cpd is at revision old" in str(told["reasons"])
    finally:
        execute("cpd", "UPDATE alembic_version SET version_num = substr(version_num, 4)")


def test_a_port_that_was_configured_and_is_in_use_ends_the_start(start: Start) -> None:
    _, address = start()
    ready(address)

    second, _ = start(HTTP_PORT=address.rpartition(":")[2])

    _, said = second.communicate(timeout=60)
    assert second.returncode == 2
    assert "is in use: set HTTP_PORT to another one" in said
    assert said.count("\n") == 1


def test_services_do_not_start_on_databases_that_were_never_made(start: Start) -> None:
    process, _ = start(DATABASE_PREFIX="never_made")

    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "has no database yet: run 'continuum migrate' first" in said
