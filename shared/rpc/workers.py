"""Green threads at work: counted, waited for, killed when their grace is over."""

from collections.abc import Callable
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.greenthread import getcurrent, kill


class Workers:
    """Runs each piece of work in a green thread of its own, with a context of its own."""

    def __init__(self) -> None:
        self._running: set[Any] = set()
        self._idle: Any = None

    def __len__(self) -> int:
        return len(self._running)

    def run(self, work: Callable[..., None], *args: Any) -> None:
        """Begin it as soon as others yield; it must not raise."""
        self._running.add(eventlet.spawn_n(self._one, work, *args))

    def wait(self, grace_s: float) -> None:
        """Wait until all have ended, for ``grace_s`` seconds at most."""
        with eventlet.Timeout(grace_s, False):
            while self._running:
                self._idle = Event()
                self._idle.wait()

    def kill(self) -> None:
        """End those that still run: their transactions are rolled back."""
        for each in list(self._running):
            kill(each)

    def _one(self, work: Callable[..., None], *args: Any) -> None:
        try:
            work(*args)
        finally:
            self._running.discard(getcurrent())
            if not self._running and self._idle is not None:
                self._idle.send()
                self._idle = None
