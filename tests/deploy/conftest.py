"""What docker-compose.yml deploys, on private servers and without containers: its variables, its secrets, its users.

Each service runs from a folder that holds what its image holds; the servers are the ones of tests, and the database
server is one that was made without a locale.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shared.config import PROJECT_ROOT
from shared.service_names import SERVICES
from shared.testing.processes import free_port
from shared.testing.servers import PrivatePostgres, PrivateRabbit
from tests.conftest import private_server
from tests.deploy.compose import SECRETS, container, secret_files

ADMINISTRATOR = "continuum_administrator"
WITHIN_S = 170


def make_secrets(folder: Path) -> None:
    """Run the script with the command line of this environment in place of its image."""
    subprocess.run(
        [PROJECT_ROOT / "deploy/make-secrets.sh", folder],
        env=os.environ | {"CONTINUUM": f"{sys.executable} -P -m cli", "PYTHONPATH": str(PROJECT_ROOT)},
        check=True,
        capture_output=True,
        timeout=WITHIN_S,
    )


@dataclass
class Deployment:
    """The servers, the secrets, and processes in the place of containers."""

    rabbit: PrivateRabbit
    postgres: PrivatePostgres
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        """What a secret's file holds."""
        return (self.folder / "secrets" / secret_files()[name]).read_text()

    def environment(self, name: str) -> dict[str, str]:
        """The variables of a container, with the addresses of these servers and the files of these secrets."""
        outside = {k: v for k, v in os.environ.items() if not re.match("AMQP_|DATABASE_|CONTINUUM_|HTTP_", k)}
        told = {k: self._here(str("" if v is None else v)) for k, v in container(name)["environment"].items()}
        return outside | told | {"CONTINUUM_DATA_DIR": str(self.folder / "data" / name)}

    def _here(self, value: str) -> str:
        if value.startswith(SECRETS):
            return str(self.folder / "secrets" / secret_files()[value.removeprefix(SECRETS)])
        value = re.sub(r"(@|//)postgres/", rf"\g<1>127.0.0.1:{self.postgres.port}/", value)
        return value.replace("http://rabbitmq:15672", self.rabbit.api_url).replace(
            "@rabbitmq/", f"@127.0.0.1:{self.rabbit.port}/"
        )

    def image(self, name: str) -> Path:
        """A folder with the code that the service's image has: what is shared, and its own."""
        root = self.folder / "images" / name
        for part in ("shared", f"services/{name}"):
            shutil.copytree(PROJECT_ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        return root

    def start(self, name: str) -> None:
        """Start a service as its image starts it, with a port for its pages that no other one was given."""
        root = self.image(name)
        while (port := str(free_port())) in self.ports.values():
            pass
        self.ports[name] = port
        environment = self.environment(name) | {"PYTHONPATH": str(root), "HTTP_PORT": port}
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-P", "-m", "shared.runner"],
                    env=environment,
                    cwd=root,
                    stdout=log,
                    stderr=log,
                )
            )

    def is_ready(self, name: str) -> bool:
        """Whether a service that was started says so."""
        asked = [sys.executable, "-P", "-m", "shared.health.probe", "/ready"]
        environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT), "HTTP_PORT": self.ports[name]}
        answer = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        return answer.returncode == 0

    def run(self, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the command line as the container of that name does."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "cli", *arguments],
            env=self.environment(name) | {"PYTHONPATH": str(PROJECT_ROOT)},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Migrated servers; ``migrate`` ran as its container does."""
    folder = tmp_path_factory.mktemp("deployment")
    make_secrets(folder / "secrets")
    password = (folder / "secrets" / "postgres_password").read_text()
    with (
        private_server("RABBITMQ", lambda: PrivateRabbit(management=True)) as rabbit,
        private_server(
            "POSTGRES", lambda: PrivatePostgres(encoding="SQL_ASCII", password=password)
        ) as postgres,
    ):
        made = Deployment(rabbit, postgres, folder)
        rabbit.control("add_user", ADMINISTRATOR, made.secret("rabbitmq_password"))
        rabbit.control("set_user_tags", ADMINISTRATOR, "administrator")
        rabbit.control("set_permissions", ADMINISTRATOR, ".*", ".*", ".*")
        migrated = made.run("migrate", *container("migrate")["command"])
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        yield made
        for process in made.processes:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="session")
def running(deployment: Deployment) -> Deployment:
    """All services run, and say that they are ready."""
    for name in SERVICES:
        deployment.start(name)
    for name in SERVICES:
        for _ in range(WITHIN_S):
            if deployment.is_ready(name):
                break
        else:
            said = (deployment.folder / f"{name}.log").read_text()
            raise AssertionError(f"{name} does not get ready\n{said[-3000:]}")
    return deployment
