"""An installation that runs on servers of our own, with what Prometheus gets from it and from its broker."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from cli.demo.sample import sample
from shared.testing.processes import free_port
from shared.testing.promql import exposed
from shared.testing.servers import NotInstalled, PrivatePostgres, PrivateRabbit
from tests.integration.operations.installation import WITHIN_S, Installation, command_line, outside


class MeasuredRabbit(PrivateRabbit):
    """A broker with the plugin that Prometheus asks."""

    def __init__(self) -> None:
        super().__init__()
        self.metrics_port = free_port()

    def _prepare(self) -> None:
        super()._prepare()
        (self.folder / "plugins").write_text("[rabbitmq_prometheus].\n")
        with (self.folder / "rabbitmq.conf").open("a") as file:
            file.write(f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {self.metrics_port}\n")


@pytest.fixture(scope="module")
def scraped(
    private_postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, set[str]]]:
    """Sample -> labels, of a process of all services that has imported trainees, and of its broker."""
    folder = tmp_path_factory.mktemp("measured")
    try:
        MeasuredRabbit.programs()
    except NotInstalled as missing:
        if os.environ.get("CONTINUUM_REQUIRE_RABBITMQ") == "1":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))
    private_postgres.start()
    with MeasuredRabbit() as rabbit:
        port = free_port()
        variables = {
            "DATABASE_URL": private_postgres.uri,
            "DATABASE_PREFIX": "measured",
            "AMQP_URI": rabbit.uri,
            "CONTINUUM_DATA_DIR": str(folder),
            "HTTP_PORT": str(port),
        }
        command_line("migrate", **variables)
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "cli", "run"], env=outside() | variables, stdout=log, stderr=log
            )
        try:
            yield _scrape(f"http://127.0.0.1:{port}", rabbit, folder, variables)
        finally:
            process.kill()
            process.wait()


def _scrape(
    address: str, rabbit: MeasuredRabbit, folder: Path, variables: dict[str, str]
) -> dict[str, set[str]]:
    _wait_until_ready(address, folder)
    file = folder / "trainees.csv"
    file.write_bytes(sample())
    command_line("provider", "register", "2A5", "Northern Hills University", **variables)
    command_line("import", "trainees", str(file), "--provider", "2A5", **variables)
    text = _until_effects(address)
    broker = f"http://127.0.0.1:{rabbit.metrics_port}/metrics"
    texts = (text, _get(broker), _get(f"{broker}/detailed?family=queue_coarse_metrics"))
    found: dict[str, set[str]] = {}
    for each in texts:
        for name, labels in exposed(each, _declared()).items():
            found.setdefault(name, set()).update(labels)
    return found


def _wait_until_ready(address: str, folder: Path) -> None:
    until = time.monotonic() + WITHIN_S
    while not _answers(f"{address}/ready"):
        assert time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        _get(address)
    except HTTPError as refused:
        refused.close()
        return False
    except (URLError, ConnectionError):
        return False
    return True


def _until_effects(address: str) -> str:
    """What a process exposes once an event has had its effect and a deadline has fired: labels come with the first."""
    first_of_their_kind = (
        'continuum_effect_seconds_count{service="people"}',
        "continuum_timer_seconds_bucket{",
    )
    until = time.monotonic() + WITHIN_S
    while not all(sample in (text := _get(f"{address}/metrics")) for sample in first_of_their_kind):
        assert time.monotonic() < until, text
        time.sleep(0.2)
    return text


def _get(address: str) -> str:
    with urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


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


def _declared() -> list[tuple[str, tuple[str, ...]]]:
    """Our metrics with their labels, as the code declares them."""
    collectors = {c for c in REGISTRY._names_to_collectors.values() if isinstance(c, MetricWrapperBase)}
    return [(each._name, each._labelnames) for each in collectors]
