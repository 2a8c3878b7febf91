"""``python -m tests.chaos.member FOLDER SERVICE...``: ``continuum run`` with what the chaos may do to a process.

The folder is how the chaos speaks to its processes: ``arm-NAME`` holds failpoints to arm in the process NAME,
``poison`` how many events in a hundred cannot be handled, ``deadly-SERVICE`` the event that kills who handles it.
"""

import eventlet

eventlet.monkey_patch()

import os
import signal
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from services.notifications.handlers import sending
from shared.errors import Conflict
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runner.command import main
from shared.service_names import SERVICES, service_class
from shared.testing import failpoints
from shared.testing.skew import skew

LOOK_S, CLAIM_S = 0.1, 20
EFFECT = "INSERT INTO chaos_effect (event_id, source, type, subject, sequence, late) VALUES (%s, %s, %s, %s, %s, %s)"
_call = Inbox._call


class Told:
    """What the folder says now; it is looked at ten times a second."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._arm = folder, folder / f"arm-{name}"
        self.poison, self.deadly = 0, set[Path]()
        eventlet.spawn(self._look)

    def deadly_to(self, service: str) -> Path | None:
        """The file that names the deadly event, if there is to be one."""
        file = self._folder / f"deadly-{service}"
        return file if file in self.deadly else None

    def _look(self) -> None:
        while True:
            poison = self._folder / "poison"
            self.poison = int(_read(poison) or 0)
            self.deadly = set(self._folder.glob("deadly-*"))
            if self._arm.exists():
                failpoints.arm(_read(self._arm))
                self._arm.unlink(missing_ok=True)
            time.sleep(LOOK_S)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


def infect(told: Told) -> None:
    """Every handler writes down that it ran; some events fail, and one kills the process."""

    def call(
        inbox: Inbox, instance: Any, session: Session, envelope: Envelope, late: bool, only_projections: bool
    ) -> None:
        _call(inbox, instance, session, envelope, late, only_projections)
        if only_projections:
            return
        values = (
            str(envelope.id),
            envelope.source,
            envelope.type,
            envelope.subject,
            envelope.sequence,
            late,
        )
        session.connection().exec_driver_sql(EFFECT, values)
        if envelope.id.int % 1000 < 10 * told.poison:
            raise Conflict("this event is poisoned for a while")
        if (file := told.deadly_to(inbox.service)) is not None:
            _die_of(file, str(envelope.id))

    Inbox._call = call  # type: ignore[method-assign, assignment]


def _die_of(file: Path, event_id: str) -> None:
    """The first event that comes is the deadly one, until the file is gone."""
    chosen = _read(file)
    if not chosen and file.exists():
        file.write_text(chosen := event_id)
    if chosen == event_id:
        os.kill(os.getpid(), signal.SIGKILL)


@cache
def _load() -> None:
    """Import every service, so that a wrong clock reaches all of their modules."""
    for service in SERVICES:
        service_class(service)


if __name__ == "__main__":
    folder, services = Path(sys.argv[1]), sys.argv[2:]
    _load()
    vars(sending)["CLAIM_S"] = CLAIM_S
    infect(Told(folder, os.environ["CHAOS_MEMBER"]))
    if by := float(os.environ.get("CHAOS_SKEW_S", "0")):
        skew(by)
    sys.exit(main(services))
