"""Keeps the container of one service alive: when it dies, it alone is started again, later each time."""

import sys
import time
from typing import Any

import eventlet
from nameko.containers import ServiceContainer

from shared.logs import get_logger
from shared.service_names import service_class

log = get_logger(__name__)
FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.5, 30.0, 60.0


class Supervisor:
    """One service in this process. ``state`` is starting, running, dead or stopped."""

    def __init__(self, service: str, cls: type[Any] | None = None) -> None:
        self.service, self._cls = service, cls or service_class(service)
        self.state, self.deaths, self.starts_again_in_s = "starting", 0, 0.0
        self.container: ServiceContainer | None = None
        self._stopping = False
        self._thread: Any = None

    def start(self) -> None:
        """Start the container, and watch it. The first start is done when this returns; raises what it raises."""
        self._begin()
        self._thread = eventlet.spawn(self._watch)

    def stop(self) -> None:
        """Let it finish what runs, and end."""
        self._stopping = True
        if self.container is not None and self.state == "running":
            self.container.stop()
        self._end()

    def kill(self) -> None:
        """End it at once: what runs is rolled back."""
        self._stopping = True
        if self.container is not None:
            self.container.kill()
        self._end()

    def _end(self) -> None:
        self.state = "stopped"
        if self._thread is not None:
            self._thread.kill()

    def _begin(self) -> None:
        self.state = "starting"
        self.container = ServiceContainer(self._cls, {})
        try:
            self.container.start()
        except BaseException:
            self.container.kill(sys.exc_info())
            raise
        self.state = "running"

    def _watch(self) -> None:
        """Wait for its death, and start it again, until it is stopped."""
        pause_s, began = FIRST_PAUSE_S, time.monotonic()
        while not self._stopping:
            if self.state == "running":
                self._wait_for_death()
                if time.monotonic() - began > STEADY_AFTER_S:
                    pause_s = FIRST_PAUSE_S
            if self._stopping:
                return
            self._rest(pause_s)
            pause_s, began = min(pause_s * 2, LONGEST_PAUSE_S), time.monotonic()
            self._again()

    def _wait_for_death(self) -> None:
        assert self.container is not None
        try:
            self.container.wait()
        except Exception as error:
            self.deaths += 1
            log.error("a service died", kind=self.service, attempt=self.deaths, exc_info=error)
        self.state = "dead"

    def _rest(self, pause_s: float) -> None:
        self.starts_again_in_s = pause_s
        eventlet.sleep(pause_s)

    def _again(self) -> None:
        if self._stopping:
            return
        try:
            self._begin()
            log.info("a service was started again", kind=self.service, attempt=self.deaths)
        except Exception as error:
            self.deaths += 1
            log.error("a service did not start", kind=self.service, attempt=self.deaths, exc_info=error)
            self.state = "dead"
