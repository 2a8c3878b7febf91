"""Calls to services: one interface, over RabbitMQ or inside the process."""

from collections.abc import Mapping
from datetime import datetime
from time import time
from typing import Any, Protocol

from shared.config import Settings
from shared.context import context
from shared.errors import ContinuumError, Invalid
from shared.rpc import limits, metrics, wire
from shared.rpc.call import remaining_s
from shared.rpc.local import LocalTransport


class Transport(Protocol):
    """Carries a body there and the reply's body back."""

    def call(self, question: wire.Question) -> bytes:
        """The body of the reply. Raises Unavailable, DeadlineExceeded or OutcomeUnknown."""

    def close(self) -> None:
        """Let go of what it holds."""


def transport_for(settings: Settings, name: str) -> Transport:
    """Over the broker when one is configured, else inside this process. ``name`` shows at the broker."""
    if settings.amqp_uri is None:
        return LocalTransport()
    from shared.rpc.asking import AmqpTransport

    return AmqpTransport(settings.amqp_uri, name)


class RpcClient:
    """Calls methods of services by name. One client serves all green threads of a process."""

    def __init__(self, transport: Transport, name: str, timeout_s: float = 10.0) -> None:
        self._transport, self.name, self.timeout_s = transport, name, timeout_s

    @classmethod
    def from_settings(cls, settings: Settings, name: str) -> "RpcClient":
        """A client as configured: AMQP_URI or none, and RPC_TIMEOUT_S."""
        return cls(transport_for(settings, name), name, settings.rpc_timeout_s)

    def call(
        self,
        service: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        principal_token: str | None = None,
        timeout: float | None = None,
        now: datetime | None = None,
    ) -> Any:
        """The result of ``service.method``, as plain JSON. ``timeout``: seconds; ``now``: for demonstrations.

        Raises what the method raised, as the same class of ``shared.errors``; Unavailable: nobody answers;
        OutcomeUnknown when the connection was lost, DeadlineExceeded, TooLarge above a mebibyte.
        """
        timeout_s = self._patience(timeout)
        body = wire.request_body(arguments or {})
        headers = _headers(self.name, principal_token, time() + timeout_s, now)
        question = wire.Question(service, method, body, headers, timeout_s)
        return wire.result_of(self._asked(question))

    def _asked(self, question: wire.Question) -> bytes:
        try:
            return self._transport.call(question)
        except ContinuumError as error:
            metrics.UNANSWERED.labels(self.name, question.service, type(error).__name__).inc()
            raise

    def _patience(self, timeout: float | None) -> float:
        """Seconds to wait: never longer than whoever asked for the work that this call belongs to."""
        timeout_s = self.timeout_s if timeout is None else timeout
        deadline = context().deadline
        return timeout_s if deadline is None else min(timeout_s, remaining_s(deadline))

    def close(self) -> None:
        """Close the connection; the next call makes another."""
        self._transport.close()


def _headers(name: str, token: str | None, deadline: float, now: datetime | None) -> dict[str, Any]:
    here = context()
    headers: dict[str, Any] = {
        limits.DEADLINE: deadline,
        limits.CORRELATION_ID: here.correlation_id,
        limits.CALL_ID_STACK: list(here.call_ids) or [f"{name}.call.{here.correlation_id}"],
    }
    if token is not None:
        headers[limits.PRINCIPAL] = token
    if here.traceparent is not None:
        headers[limits.TRACEPARENT] = here.traceparent
    if now is not None:
        if now.utcoffset() is None:
            raise Invalid.field("now", "must have its offset from UTC")
        headers[limits.BUSINESS_TIME] = now.isoformat()
    return headers
