"""One service of the benchmark in a process of its own: ``python -m benchmarks.process bench_source``."""

from shared.runner.green import patch, stay_light

patch()
stay_light()

import os
import signal
import sys
from importlib import import_module

import eventlet
from nameko.containers import ServiceContainer

from benchmarks.services import ALSO, SERVICES
from shared.config import settings
from shared.logs import configure


def main(service: str) -> None:
    """Run it until SIGTERM, with the log that users have, at the place where ``BENCH_LOG`` says."""
    for module in filter(None, os.environ.get(ALSO, "").split(",")):
        import_module(module)
    with open(os.environ.get("BENCH_LOG", os.devnull), "a", buffering=1) as log:
        configure(service, version=settings().service_version, level=settings().log_level, stream=log)
        container = ServiceContainer(SERVICES[service], {})
        signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(container.stop))
        container.start()
        container.wait()


if __name__ == "__main__":
    main(sys.argv[1])
