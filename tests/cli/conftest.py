"""An installation of its own for the command line: databases under a prefix of this run, dropped at the end."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.config import PROJECT_ROOT, settings
from shared.database import dispose
from shared.database.migrate import drop, drop_roles, migrate
from shared.service_names import SERVICES

Cli = Callable[..., subprocess.CompletedProcess[str]]
WITHIN_S = 170


@pytest.fixture(scope="session")
def installation(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Migrated databases of all services, without a broker; gives the variables that point at them."""
    folder = tmp_path_factory.mktemp("installation")
    variables = {
        "DATABASE_URL": database_server,
        "DATABASE_PREFIX": f"cli_{folder.stat().st_ino % 10**8}",
        "CONTINUUM_DATA_DIR": str(folder),
    }
    patch = pytest.MonkeyPatch()
    for name, value in variables.items():
        patch.setenv(name, value)
    patch.delenv("AMQP_URI", raising=False)
    settings.cache_clear()
    migrate()
    yield variables
    dispose()
    for service in SERVICES:
        drop(service)
    drop_roles(SERVICES)
    patch.undo()
    settings.cache_clear()


@pytest.fixture
def cli(installation: dict[str, str]) -> Cli:
    """The command line as a user starts it, on that installation."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return start(arguments, installation | variables)

    return run


@pytest.fixture
def provider(cli: Cli) -> str:
    """The code of a provider that is registered in the installation."""
    registered = cli("provider", "register", "2A5", "Northern Hills University")
    assert registered.returncode == 0, registered.stderr
    return "2A5"


@pytest.fixture
def bare(tmp_path: Path) -> Cli:
    """The command line with nothing configured but a data folder of its own."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return start(arguments, {"CONTINUUM_DATA_DIR": str(tmp_path), **variables})

    return run


def start(arguments: tuple[str, ...], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    configured = ("DATABASE_", "AMQP_", "CONTINUUM_DATA_DIR", "HTTP_")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(configured)}
    return subprocess.run(
        [sys.executable, "-P", "-m", "cli", *arguments],
        cwd="/",
        env=outside | {"PYTHONPATH": str(PROJECT_ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
