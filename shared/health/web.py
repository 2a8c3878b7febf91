"""The four pages of a process: ``/health``, ``/ready``, ``/version``, ``/metrics``."""

import errno
import json
import platform
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import eventlet
import eventlet.wsgi
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import REGISTRY

from shared.config import settings
from shared.health import metrics
from shared.health.checks import Readiness, States
from shared.health.gauges import Databases
from shared.health.process import ThisProcess

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Page = Callable[[], tuple[str, str, bytes]]
OK, UNAVAILABLE, JSON = "200 OK", "503 Service Unavailable", "application/json"
LONGEST_HEADER_LINE = 8_192


class PortInUse(Exception):
    """Somebody else serves there: the text says where, and what to set."""


class Pages:
    """The WSGI application. ``states`` gives service -> starting, running, dead or stopped."""

    def __init__(self, services: Sequence[str], states: States) -> None:
        self._services, self._states = services, states
        self._readiness = Readiness(services, states)
        self._asked = CollectorRegistry()
        self._asked.register(ThisProcess(services, states))
        self._asked.register(Databases(services))
        self.pages: dict[str, Page] = {
            "/health": self._health,
            "/ready": self._ready,
            "/version": self._version,
            "/metrics": self._metrics,
        }

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        status, kind, body = self._answer(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        self._count(environ["PATH_INFO"], status, time.perf_counter() - began)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _count(self, path: str, status: str, took_s: float) -> None:
        page = path.rstrip("/") if path.rstrip("/") in self.pages else "other"
        metrics.REQUESTS.labels(page, status[:3]).inc()
        metrics.SECONDS.labels(page).observe(took_s)

    def _answer(self, method: str, path: str) -> tuple[str, str, bytes]:
        page = self.pages.get(path.rstrip("/") or path)
        if page is None:
            return _json("404 Not Found", {"error": "there is nothing here", "pages": sorted(self.pages)})
        if method not in ("GET", "HEAD"):
            return _json("405 Method Not Allowed", {"error": "these pages are only read"})
        return page()

    def _health(self) -> tuple[str, str, bytes]:
        return _json(OK, {"status": "alive", "services": self._states()})

    def _ready(self) -> tuple[str, str, bytes]:
        reasons = self._readiness.reasons()
        return _json(UNAVAILABLE if reasons else OK, {"ready": not reasons, "reasons": reasons})

    def _version(self) -> tuple[str, str, bytes]:
        told = {"version": settings().service_version, "services": list(self._services)}
        return _json(OK, told | {"python": platform.python_version()})

    def _metrics(self) -> tuple[str, str, bytes]:
        return OK, CONTENT_TYPE_LATEST, generate_latest(REGISTRY) + generate_latest(self._asked)


def _json(status: str, told: dict[str, Any]) -> tuple[str, str, bytes]:
    return status, JSON, json.dumps(told).encode() + b"\n"


def listen(host: str, port: int) -> Any:
    """A socket that listens there (port 0: any free one). Raises PortInUse, or OSError for a host that is not ours."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return eventlet.listen((host, port), family, reuse_port=False)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"port {port} of {host} is in use: set HTTP_PORT to another one (0 takes a free one)"
            ) from None
        raise


def serve(listening: Any, pages: Pages) -> Any:
    """Answer on that socket in a green thread, which is given back, until it is killed."""
    return eventlet.spawn(
        eventlet.wsgi.server,
        listening,
        pages,
        log_output=False,
        debug=False,
        keepalive=False,
        socket_timeout=10,
        url_length_limit=LONGEST_HEADER_LINE,
    )
