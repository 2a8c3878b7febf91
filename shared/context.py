"""What a piece of work belongs to: correlation, actor, cause and W3C trace, apart for each green thread.

An entrypoint opens it with ``bound(...)``; the outbox, the RPC client and the logs read it. A green thread
starts with an empty context, so what it should inherit is handed over: ``bound(context())``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from random import SystemRandom
from re import compile as pattern
from typing import Any

from shared.ids import new_id

TRACEPARENT = pattern(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_bits = SystemRandom().getrandbits


@dataclass(frozen=True, slots=True)
class Context:
    """Immutable: ``actor`` is who asked (audit data), ``causation_id`` the event or call that led here.

    ``call_ids`` is Nameko's stack of calls, the outermost first; ``deadline`` (unix seconds) is when whoever
    asked stops waiting.
    """

    correlation_id: str
    actor: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None
    call_ids: tuple[str, ...] = ()
    deadline: float | None = None


_current: ContextVar[Context | None] = ContextVar("continuum_context", default=None)


def context() -> Context:
    """The context of this green thread; outside any work a fresh one is made, and kept."""
    if (now := _current.get()) is None:
        now = Context(new_correlation_id())
        _current.set(now)
    return now


def correlation_id() -> str:
    """The id that everything done for one request shares."""
    return context().correlation_id


def actor() -> str | None:
    """Who asked: the id of the principal, or of whom it acts for."""
    return context().actor


def causation_id() -> str | None:
    """The id of the event or call that led to this work."""
    return context().causation_id


def traceparent() -> str | None:
    """The W3C trace context of this work."""
    return context().traceparent


def call_ids() -> tuple[str, ...]:
    """Nameko's stack of calls down to this work, the outermost first."""
    return context().call_ids


@contextmanager
def bound(inside: Context | None = None, **changes: Any) -> Iterator[Context]:
    """Work inside this context: given whole, or as changes to the present one; the old one returns after."""
    inside = inside or context()
    inside = replace(inside, **changes) if changes else inside
    token = _current.set(inside)
    try:
        yield inside
    finally:
        _current.reset(token)


def new_correlation_id() -> str:
    """A fresh correlation id (UUIDv7 as text)."""
    return str(new_id())


def child_of(traceparent: object) -> str:
    """A span of our own in the caller's trace; a new trace when there is none, or it is not W3C."""
    if isinstance(traceparent, str) and TRACEPARENT.fullmatch(traceparent):
        return f"{traceparent[:36]}{_bits(64) or 1:016x}{traceparent[52:]}"
    return f"00-{_bits(128) or 1:032x}-{_bits(64) or 1:016x}-01"
