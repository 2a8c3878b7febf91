"""``python -m shared.testing.run speaker listener``: the test services in a process of their own, until SIGTERM.

The process ends with 1 when a container dies: nothing starts it again here, so that a test sees it.
"""

import eventlet

eventlet.monkey_patch()

import os
import signal
import sys

from eventlet.event import Event
from nameko.containers import ServiceContainer

from shared.logs import configure, get_logger
from shared.testing.speech import ListenerService, SpeakerService

SERVICES = {cls.name: cls for cls in (SpeakerService, ListenerService)}


def main(names: list[str]) -> None:
    """Run them; says ``started`` on standard output when all have."""
    configure("+".join(names), level=os.environ.get("LOG_LEVEL", "INFO"))
    ended = Event()
    containers = [ServiceContainer(SERVICES[name], {}) for name in names]
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: ended.ready() or ended.send(0))
    for container in containers:
        container.start()
        eventlet.spawn(_watch, container, ended)
    sys.stdout.write("started\n")
    sys.stdout.flush()
    code = ended.wait()
    for stopping in [eventlet.spawn(container.stop) for container in containers]:
        stopping.wait()
    sys.exit(code)


def _watch(container: ServiceContainer, ended: Event) -> None:
    try:
        container.wait()
    except Exception:  # noqa: BLE001 - whatever it is, the process ends
        get_logger(__name__).exception("a container died")
        if not ended.ready():
            ended.send(1)


if __name__ == "__main__":
    main(sys.argv[1:])
