"""One service of the benchmark in a process of its own: ``python -m benchmarks.process bench_source``."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402

from benchmarks.services import SERVICES  # noqa: E402
from shared.config import settings  # noqa: E402
from shared.logs import configure  # noqa: E402


def main(service: str) -> None:
    """Run it until SIGTERM, with the log that users have, at the place where ``BENCH_LOG`` says."""
    with open(os.environ.get("BENCH_LOG", os.devnull), "a", buffering=1) as log:
        configure(service, version=settings().service_version, level=settings().log_level, stream=log)
        container = ServiceContainer(SERVICES[service], {})
        signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(container.stop))
        container.start()
        container.wait()


if __name__ == "__main__":
    main(sys.argv[1])
