"""A TCP proxy that can swallow everything: nothing is closed and nothing arrives, as with a network that has a hole."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_WR, socket
from typing import Any

import eventlet
from eventlet.event import Event

CHUNK_BYTES = 65_536


class Proxy:
    """Carries what comes to its own port on to ``port``, until it is closed. For monkey-patched processes."""

    def __init__(self, port: int) -> None:
        self._port, self._passable = port, Event()
        self._passable.send()
        self._listener = eventlet.listen(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[Any] = [eventlet.spawn(self._accept)]

    @contextmanager
    def hole(self) -> Iterator[None]:
        """While the block runs nothing passes, either way; afterwards what was sent meanwhile arrives."""
        self._passable = Event()
        try:
            yield
        finally:
            self._passable.send()

    def close(self) -> None:
        """Accept and carry nothing more."""
        for thread in self._threads:
            thread.kill()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            self._threads = [thread for thread in self._threads if not thread.dead]
            self._threads.append(eventlet.spawn(self._connect, client))

    def _connect(self, client: socket) -> None:
        self._passable.wait()
        try:
            server = eventlet.connect(("127.0.0.1", self._port))
        except OSError:
            client.close()
            return
        back = eventlet.spawn(self._carry, server, client)
        try:
            self._carry(client, server)
            back.wait()
        finally:
            back.kill()
            client.close()
            server.close()

    def _carry(self, source: socket, target: socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                self._passable.wait()
                target.sendall(chunk)
        self._passable.wait()
        with suppress(OSError):
            target.shutdown(SHUT_WR)
