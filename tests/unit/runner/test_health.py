"""The pages of a process."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from shared.config import settings
from shared.health.checks import broker_reasons
from shared.health.web import Pages, PortInUse, listen, serve
from shared.testing.processes import free_port


@pytest.fixture
def states() -> dict[str, str]:
    return {"itt": "running", "cpd": "running"}


@pytest.fixture
def address(states: dict[str, str]) -> Iterator[str]:
    listening = listen("127.0.0.1", 0)
    server = serve(listening, Pages([], lambda: states))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.kill()


def get(url: str, method: str = "GET") -> tuple[int, Any]:
    try:
        with urlopen(Request(url, method=method), timeout=5) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_a_process_says_that_it_is_alive_and_how_each_service_stands(
    address: str, states: dict[str, str]
) -> None:
    states["cpd"] = "dead"

    status, body = get(f"{address}/health")

    assert status == 200
    assert json.loads(body) == {"status": "alive", "services": {"itt": "running", "cpd": "dead"}}


def test_a_process_whose_services_all_run_is_ready(address: str) -> None:
    status, body = get(f"{address}/ready")

    assert (status, json.loads(body)) == (200, {"ready": True, "reasons": []})


def test_a_dead_service_makes_the_process_not_ready_and_is_named(
    address: str, states: dict[str, str]
) -> None:
    states["cpd"] = "dead"

    status, body = get(f"{address}/ready")

    assert (status, json.loads(body)) == (503, {"ready": False, "reasons": ["cpd is dead"]})


def test_the_version_page_tells_the_version(address: str) -> None:
    status, body = get(f"{address}/version")

    assert status == 200
    assert json.loads(body)["version"] == settings().service_version


def test_the_metrics_are_in_the_text_format_of_prometheus(address: str) -> None:
    status, body = get(f"{address}/metrics")

    assert status == 200
    assert b"# TYPE continuum_events_handled_total counter" in body


def test_an_unknown_page_is_answered_with_those_that_there_are(address: str) -> None:
    status, body = get(f"{address}/nothing")

    assert status == 404
    assert json.loads(body)["pages"] == ["/health", "/metrics", "/ready", "/version"]


def test_the_pages_are_only_read(address: str) -> None:
    assert get(f"{address}/health", "POST")[0] == 405


def test_a_head_request_has_no_body(address: str) -> None:
    assert get(f"{address}/health", "HEAD") == (200, b"")


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(
            PortInUse, match=rf"^port {port} of 127.0.0.1 is in use: set HTTP_PORT to another one"
        ):
            listen("127.0.0.1", port)


def test_a_broker_that_is_away_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URI", f"amqp://guest:guest@127.0.0.1:{free_port()}//")
    settings.cache_clear()
    try:
        assert broker_reasons() == ["the broker is not reachable (ConnectionRefusedError)"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_without_a_broker_there_is_nothing_to_reach() -> None:
    assert broker_reasons() == []
