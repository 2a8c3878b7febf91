"""``python -m benchmarks.process SERVICE``: one service of the benchmark in a process, as ``continuum run`` has it."""

from shared.runner.green import patch, stay_light

patch()
stay_light()

import os
import sys
import time

from benchmarks.services import class_of
from shared import logs
from shared.config import settings
from shared.health.web import Pages, listen, serve
from shared.runner.memory import settle
from shared.runner.signals import Signals
from shared.runner.supervisor import Supervisor


def main(service: str) -> None:
    """Run it until SIGTERM, with the log and the pages that users have; the log goes where ``BENCH_LOG`` says."""
    with open(os.environ.get("BENCH_LOG", os.devnull), "a", buffering=1) as log:
        logs.configure(service, version=settings().service_version, level=settings().log_level, stream=log)
        signals, supervisor = Signals(), Supervisor(service, class_of(service))
        signals.listen()
        serve(listen("127.0.0.1", 0), Pages([service], lambda: {service: supervisor.state}))
        supervisor.start()
        settle()
        while not signals.stop:
            time.sleep(0.1)
        supervisor.stop()


if __name__ == "__main__":
    main(sys.argv[1])
