"""Somebody calls every service again and again, by one connection, until a file is there; any failure ends it."""

import eventlet

eventlet.monkey_patch()

import sys
import time
from pathlib import Path

from cli.installation import Caller
from shared.config import settings
from shared.keys import CLI
from shared.rpc import RpcClient
from shared.service_names import SERVICES


def main(until: Path) -> None:
    """Call; at the end the number of calls is printed."""
    caller, calls = Caller(RpcClient.from_settings(settings(), CLI)), 0
    while not until.exists():
        for service in SERVICES:
            caller(service, "backlog")
            calls += 1
        time.sleep(0.05)
    sys.stdout.write(f"{calls}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
