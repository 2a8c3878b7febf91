"""Services inside another process: the command line runs them for as long as a command takes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shared.config import settings
from shared.database import dispose
from shared.runner.group import Group
from shared.runner.startup import make_databases_ready
from shared.service_names import SERVICES

GRACE_S = 5.0


@contextmanager
def running(services: Sequence[str] = SERVICES) -> Iterator[Group]:
    """All services in this process while the block runs; the embedded database is migrated first.

    Raises WrongRevision, CannotStart when a database is away.
    """
    make_databases_ready(services)
    group = Group(services)
    group.start()
    try:
        yield group
    finally:
        group.stop(min(GRACE_S, settings().shutdown_grace_s))
        dispose()
