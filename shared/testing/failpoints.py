"""Named places where a test may kill the process or make it raise. Without ``CONTINUUM_FAILPOINTS`` they are nothing.

``CONTINUUM_FAILPOINTS="relay.published=kill@3,inbox.committed=raise"``: kill at the third time, raise at the first.
"""

import os
import signal


class FailpointError(Exception):
    """Raised at an armed place."""


_armed: dict[str, tuple[str, int]] = {}


def arm(specification: str) -> None:
    """Arm places, or none with an empty text: ``name=kill|raise[@nth]``, several with commas."""
    _armed.clear()
    for entry in filter(None, specification.split(",")):
        name, _, what = entry.partition("=")
        action, _, nth = what.partition("@")
        _armed[name] = (action, int(nth or 1))


def failpoint(name: str) -> None:
    """A place that tests can name."""
    if _armed and name in _armed:
        _reached(name)


def _reached(name: str) -> None:
    action, left = _armed[name]
    if left > 1:
        _armed[name] = (action, left - 1)
        return
    del _armed[name]
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointError(name)


arm(os.environ.get("CONTINUUM_FAILPOINTS", ""))
