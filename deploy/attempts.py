"""Tried from inside a service's container: what it must not be able to do. Exit code 1 if one attempt succeeds.

``python attempts.py OTHER``: the other service that it is tried against.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg2
from amqp import Message
from amqp.exceptions import AccessRefused

from shared.broker import open_connection
from shared.config import services, settings
from shared.database import database_url
from shared.messaging.topology import exchange_of, inbox_of

(ME,) = services()
OTHER = sys.argv[1]


def database(name: str, statement: str) -> None:
    url = database_url(ME).rpartition("/")[0]
    connection = psycopg2.connect(f"{url}/{name}")
    connection.autocommit = True
    connection.cursor().execute(statement)


def publish(exchange: str) -> None:
    channel = open_connection().channel()
    channel.confirm_select()
    channel.basic_publish_confirm(Message("{}"), exchange, f"{OTHER}.x.y.v1")


ATTEMPTS: dict[str, tuple[Callable[[], object], type[Exception]]] = {
    "takes another's events": (lambda: open_connection().channel().basic_get(inbox_of(OTHER)), AccessRefused),
    "publishes another's facts": (lambda: publish(exchange_of(OTHER)), AccessRefused),
    "declares another's queue": (
        lambda: open_connection().channel().queue_declare(inbox_of(OTHER)),
        AccessRefused,
    ),
    "enters another's database": (
        lambda: database(f"continuum_{OTHER}", "SELECT 1"),
        psycopg2.OperationalError,
    ),
    "makes a database": (
        lambda: database(f"continuum_{ME}", "CREATE DATABASE mine"),
        psycopg2.errors.InsufficientPrivilege,
    ),
    "writes to its file system": (lambda: Path("/opt/continuum/mine").touch(), OSError),
    "becomes root": (lambda: os.setuid(0), PermissionError),
    "reads another's secret": (
        lambda: Path(f"/run/secrets/{OTHER}_database_password").read_text(),
        FileNotFoundError,
    ),
    "has another's code": (lambda: __import__(f"services.{OTHER}.service"), ModuleNotFoundError),
    "installs something": (lambda: __import__("pip"), ModuleNotFoundError),
}


def main() -> int:
    """Try each."""
    assert settings().amqp_uri
    done = []
    for what, (attempt, refusal) in ATTEMPTS.items():
        try:
            attempt()
            done.append(what)
        except refusal:
            print(f"refused: {what}")
    for what in done:
        print(f"NOT refused: {what}")
    return 1 if done else 0


if __name__ == "__main__":
    sys.exit(main())
