"""Services that run together in this process: checked, started, stopped within their grace."""

from collections.abc import Callable, Sequence
from typing import Any

import eventlet

from shared.config import settings
from shared.logs import get_logger
from shared.runner.supervisor import Supervisor

log = get_logger(__name__)
KILLED_WITHIN_S = 5.0


class Group:
    """Supervisors of services, started and stopped as one."""

    def __init__(self, services: Sequence[str]) -> None:
        self.services = tuple(services)
        self.supervisors = [Supervisor(service) for service in self.services]

    def start(self) -> None:
        """Start each; what one of them raises stops all."""
        try:
            for supervisor in self.supervisors:
                supervisor.start()
        except BaseException:
            self.kill()
            raise

    def stop(self, grace_s: float) -> bool:
        """Stop all, side by side; after ``grace_s`` seconds kill what is left. True if nothing had to be killed."""
        done = False
        with eventlet.Timeout(grace_s, False):
            if not settings().amqp_uri:
                self._each(_stop_relay)
            self._each(Supervisor.stop)
            done = True
        if not done:
            log.warning("the grace is over", delay_s=grace_s)
            self.kill()
        return done

    def kill(self) -> None:
        """End all at once."""
        with eventlet.Timeout(KILLED_WITHIN_S, False):
            self._each(Supervisor.kill)

    def _each(self, work: Callable[[Supervisor], Any]) -> None:
        at_work = [eventlet.spawn(work, supervisor) for supervisor in self.supervisors]
        for thread in at_work:
            thread.wait()


def _stop_relay(supervisor: Supervisor) -> None:
    """In one process relays call the consumers: they stop before the first consumer goes. Again it does nothing."""
    for dependency in supervisor.container.dependencies if supervisor.container else ():
        if dependency.attr_name == "relay":
            dependency.stop()
