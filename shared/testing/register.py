"""A teacher register over HTTP that answers as it is told: it gives numbers, leaves pending, refuses, or hangs up."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import eventlet

TOKEN = "token-of-the-tests"
FIRST = 3_000_001
HANG_UP = b""
Answer = tuple[int, dict[str, Any] | bytes, dict[str, str]]


class RegisterServer:
    """Behaves as the Teaching Record System does: one answer a request id, 409 for one that is known already.

    ``next`` are answers that come first, each once: (status, body, headers), or ``HANG_UP``. ``pending`` leaves new
    requests pending; ``numbers`` are given to new requests before those that it counts up; ``waits_s`` makes it slow.
    """

    def __init__(self) -> None:
        self.next: list[Answer | bytes] = []
        self.numbers: list[str] = []
        self.pending, self.waits_s = False, 0.0
        self.requests: dict[str, dict[str, Any]] = {}
        self.heard: list[tuple[str, str, dict[str, str], dict[str, Any]]] = []
        self._given = 0
        self._listener = eventlet.listen(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = eventlet.spawn(self._serve)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.kill()
        self._listener.close()

    def decide(self, trn: str | None = None) -> None:
        """Somebody at the register decides all that is pending."""
        for told in self.requests.values():
            if told["status"] == "Pending":
                told |= {"status": "Completed", "trn": trn or self._number()}

    @property
    def made(self) -> list[dict[str, Any]]:
        """The bodies of the requests that were made, in order."""
        return [body for method, _, _, body in self.heard if method == "POST"]

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            eventlet.spawn(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream:
            if not (line := stream.readline().decode()):
                return
            method, path, _ = line.split(" ")
            headers = dict(_headers(stream))
            body = json.loads(stream.read(int(headers.get("content-length", 0))) or b"{}")
            self.heard.append((method, path, headers, body))
            time.sleep(self.waits_s)
            answer = self.next.pop(0) if self.next else self._answer(method, path, headers, body)
            if isinstance(answer, bytes):
                return
            with suppress(OSError):  # whoever asked has not waited
                stream.write(_written(*answer))
                stream.flush()

    def _answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        if headers.get("authorization") != f"Bearer {TOKEN}" or "x-api-version" not in headers:
            return 401, {"title": "Unauthorized"}, {}
        if method == "POST":
            return self._make(body)
        (request_id,) = parse_qs(urlsplit(path).query)["requestId"]
        known = self.requests.get(request_id)
        return (200, known, {}) if known else (404, {"errorCode": 10031}, {})

    def _make(self, body: dict[str, Any]) -> Answer:
        request_id = body["requestId"]
        if request_id in self.requests:
            return 409, {"errorCode": 10029}, {}
        told: dict[str, Any] = {"requestId": request_id, "status": "Pending", "trn": None}
        if not self.pending:
            told |= {"status": "Completed", "trn": self._number()}
        self.requests[request_id] = told
        return 200, told, {}

    def _number(self) -> str:
        if self.numbers:
            return self.numbers.pop(0)
        self._given += 1
        return str(FIRST + self._given - 1)


def _headers(stream: Any) -> Iterator[tuple[str, str]]:
    while line := stream.readline().decode().strip():
        name, _, value = line.partition(":")
        yield name.lower(), value.strip()


def _written(status: int, body: dict[str, Any] | bytes, headers: dict[str, str]) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} told", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content
