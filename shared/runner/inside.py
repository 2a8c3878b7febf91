"""Services inside another process: the command line runs them for as long as a command takes."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shared.config import settings
from shared.database import dispose
from shared.health.checks import outbox_age_s
from shared.runner.group import Group
from shared.runner.memory import settle
from shared.runner.startup import make_databases_ready
from shared.service_names import SERVICES

GRACE_S, EFFECTS_WITHIN_S = 5.0, 5.0


@contextmanager
def running(services: Sequence[str] = SERVICES) -> Iterator[Group]:
    """All services in this process while the block runs; the embedded database is migrated first.

    Raises WrongRevision, CannotStart when a database is away.
    """
    make_databases_ready(services)
    group = Group(services)
    group.start()
    settle()
    try:
        yield group
        _let_effects_arrive(services)
    finally:
        group.stop(min(GRACE_S, settings().shutdown_grace_s))
        dispose()


def _let_effects_arrive(services: Sequence[str]) -> None:
    """In one process: what was published goes to everybody before the process ends. With a broker it is safe there."""
    until = time.monotonic() + EFFECTS_WITHIN_S
    while settings().amqp_uri is None and time.monotonic() < until:
        if not any(outbox_age_s(service) for service in services):
            return
        time.sleep(0.02)
