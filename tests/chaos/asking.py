"""Asks services as somebody, and does not give up: what was not done, or may not have been done, is asked again."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg2

from shared.errors import (
    ContinuumError,
    DeadlineExceeded,
    Fault,
    OutcomeUnknown,
    Unauthenticated,
    Unavailable,
)
from shared.keys import CLI, kept_ring
from shared.policy import Principal
from shared.rpc import RpcClient
from shared.rpc.asking import AmqpTransport

# Nothing was done, or nobody knows; a process with a wrong clock takes every token for an old one.
AGAIN = (Unavailable, OutcomeUnknown, DeadlineExceeded, Unauthenticated)
PAUSE_S, CALL_S = 0.3, 8.0
Sql = Callable[..., list[tuple[Any, ...]]]


class NotDone(AssertionError):
    """A step of the main job was refused for too long."""


class Asking:
    """``errors`` counts what calls ended with, by name; ``patience_s`` is how long a refused step is tried again."""

    def __init__(self, amqp_uri: str, data: Path, patience_s: float) -> None:
        self._transport = AmqpTransport(amqp_uri, "chaos")
        self._client, self._ring = RpcClient(self._transport, "chaos"), kept_ring(data)
        self._patience_s, self.errors, self.calls = patience_s, Counter[str](), 0

    def once(self, by: Principal, service: str, method: str, at: datetime | None, /, **arguments: Any) -> Any:
        """One call, at that business time. Raises what it raises."""
        plain = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in arguments.items()
        }
        token = self._ring.token(by, CLI)
        self.calls += 1
        try:
            return self._client.call(service, method, plain, principal_token=token, now=at, timeout=CALL_S)
        except ContinuumError as error:
            self.errors[f"{type(error).__name__}"] += 1
            raise

    def until_done(
        self,
        by: Principal,
        service: str,
        method: str,
        at: datetime,
        /,
        *,
        done: Callable[[], Any] = lambda: False,
        **arguments: Any,
    ) -> None:
        """Ask until it is done: answered, or refused while ``done`` says that it had been done. Raises NotDone."""
        end = time.monotonic() + self._patience_s
        while True:
            try:
                self.once(by, service, method, at, **arguments)
                return
            except AGAIN as error:
                refused: ContinuumError = error
            except ContinuumError as error:
                refused = error
                if not isinstance(error, Fault) and holds(done):
                    return
            if time.monotonic() > end:
                raise NotDone(
                    f"{service}.{method} {arguments}: {type(refused).__name__} {refused}"
                ) from refused
            time.sleep(PAUSE_S)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def holds(condition: Callable[[], Any]) -> bool:
    """Whether it holds; while the database is away it does not."""
    try:
        return bool(condition())
    except psycopg2.OperationalError:
        return False
