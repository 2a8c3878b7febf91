"""Asks a service again when that can do no harm: after the pause that a busy one names, and what only reads."""

from collections.abc import Callable
from functools import cache
from random import uniform
from typing import Any, TypeVar

import eventlet
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay

from shared.errors import Busy, OutcomeUnknown
from shared.rpc.extensions import declared
from shared.rpc.limits import RETRY_AFTER_S
from shared.service_names import SERVICES, service_class

ATTEMPTS = 6
T = TypeVar("T")


def politely(
    ask: Callable[[], T],
    service: str,
    method: str,
    within_s: float,
    sleep: Callable[[float], Any] = eventlet.sleep,
) -> T:
    """The answer to ``ask``. Busy did nothing, so that it is asked again after ``retry_after_s``; OutcomeUnknown is
    asked again where the method may run twice. Raises the last error after six attempts, or ``within_s`` seconds."""
    retrying = Retrying(
        retry=retry_if_exception(lambda error: _may_ask_again(error, service, method)),
        wait=_pause_s,
        stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(within_s),
        sleep=sleep,
        reraise=True,
    )
    return retrying(ask)


def _may_ask_again(error: BaseException, service: str, method: str) -> bool:
    return isinstance(error, Busy) or (isinstance(error, OutcomeUnknown) and method in _idempotent(service))


@cache
def _idempotent(service: str) -> frozenset[str]:
    """The methods of a service that may run twice."""
    found = declared(service_class(service)) if service in SERVICES else []
    return frozenset(name for name, _, terms in found if terms.idempotent)


def _pause_s(state: RetryCallState) -> float:
    """What the service asks for, and up to half as much again: those who were refused together do not come together."""
    error: Any = state.outcome.exception() if state.outcome else None
    told = error.details.get("retry_after_s", RETRY_AFTER_S)
    return float(told) * uniform(1.0, 1.5)
