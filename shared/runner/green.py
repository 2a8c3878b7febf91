"""The first thing that a process does which runs services or calls them: threads, sockets and sleeps become green."""

import os
import sys
import warnings


def patch() -> None:
    """Patch the standard library for eventlet. Again it does nothing.

    Names are resolved by the system and not by eventlet's own resolver: libpq does the same, and 20 MB are saved.
    """
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # eventlet says that it is deprecated: known and decided
        import eventlet

    eventlet.monkey_patch()


def stay_light() -> None:
    """Keep libraries out that others would import for colours alone: 8 MB of a process that writes JSON."""
    for name in ("rich", "pygments"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
