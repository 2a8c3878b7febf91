"""Answers the calls of one service, from whichever transport they come."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import uniform
from time import perf_counter
from typing import Any

import eventlet
from sqlalchemy.orm import Session

from shared.config import Settings
from shared.context import bound, correlation_id
from shared.errors import ContinuumError, Fault, NotFound, OutcomeUnknown, join
from shared.keys import KeyRing
from shared.logs import get_logger
from shared.maintenance import Rest
from shared.policy import Role
from shared.rpc import failures, limits, metrics, wire
from shared.rpc.admission import Admission, Admitted, context_of
from shared.rpc.call import Call, Transaction
from shared.rpc.endpoint import Endpoint
from shared.rpc.places import Places
from shared.rpc.wire import Request
from shared.testing.failpoints import failpoint

UNKNOWN_METHOD = "?"
Instance = Callable[[Endpoint, Request], AbstractContextManager[Any]]


class Dispatcher:
    """The methods of a service and everything that stands around each of them. ``answer`` never raises.

    ``instance`` lends an object of the service's class for one call; ``open_session`` makes a session.
    """

    def __init__(
        self,
        service: str,
        settings: Settings,
        ring: KeyRing,
        instance: Instance,
        open_session: Callable[[], Session],
        maintenance: Callable[[], Rest | None] = lambda: None,
    ) -> None:
        self.service, self.endpoints = service, dict[str, Endpoint]()
        self._admission, self.places = Admission(settings, ring), Places(settings)
        self._instance, self._open_session, self._maintenance = instance, open_session, maintenance
        self._log = get_logger(__name__).bind(service=service)
        self._noted: dict[tuple[str, str], tuple[Any, Any]] = {}

    def add(self, endpoint: Endpoint) -> None:
        """Offer a method."""
        self.endpoints[endpoint.name] = endpoint

    def answer(self, request: Request, send: Callable[[bytes], None]) -> None:
        """Send the body of the reply, then note it; every failure is one of the errors that callers know."""
        began = perf_counter()
        failed: Exception | None = None
        with bound(context_of(self.service, request)):
            try:
                body = self._result(request)
            except ContinuumError as error:
                body, failed = wire.error_body(error), error
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
                body, failed = self._fault(), error
            took_s = perf_counter() - began
            send(body)
            self._note(request, failed, took_s)

    def _result(self, request: Request) -> bytes:
        endpoint = self._endpoint(request)
        admitted = self._admission.admit(request.headers, public=endpoint.public)
        request.actor = admitted.principal.actor
        if not endpoint.idempotent and (rest := self._rest_for(admitted)) is not None:
            raise rest.refusal(self.service)
        with (
            bound(actor=request.actor, deadline=admitted.deadline),
            self.places.place(admitted.principal, admitted.deadline),
        ):
            return self._rerun_on_conflict(admitted, self._work(endpoint, admitted, request))

    def _endpoint(self, request: Request) -> Endpoint:
        endpoint = self.endpoints.get(request.method)
        if endpoint is None:
            offered = join(sorted(self.endpoints))
            raise NotFound(f"{self.service} has no method {request.method[:80]!r}; it has {offered}")
        if request.redelivered and not endpoint.idempotent:
            raise OutcomeUnknown(f"{self.service} stopped during {endpoint.name}: look before asking again")
        return endpoint

    def _rest_for(self, admitted: Admitted) -> Rest | None:
        """The maintenance, as far as it concerns the caller: operators may do everything."""
        return None if admitted.principal.has(Role.OPERATOR) else self._maintenance()

    def _work(
        self, endpoint: Endpoint, admitted: Admitted, request: Request
    ) -> Callable[[Transaction], bytes]:
        args, kwargs = wire.arguments_of(request.body)

        def work(transaction: Transaction) -> bytes:
            call = Call(admitted.principal, admitted.now, admitted.deadline, transaction)
            arguments = endpoint.load(args, kwargs)
            with self._instance(endpoint, request) as service:
                result = getattr(service, endpoint.name)(call, **arguments)
            return wire.result_body(endpoint.dump(result))

        return work

    def _rerun_on_conflict(self, admitted: Admitted, work: Callable[[Transaction], bytes]) -> bytes:
        for run in range(1, limits.RERUNS + 1):
            try:
                return self._once(admitted, work)
            except Exception as error:
                if not failures.rerun(error):
                    raise
                metrics.RERUN.labels(self.service).inc()
                eventlet.sleep(uniform(0, 0.01 * 2**run))
        return self._once(admitted, work, last=True)

    def _once(self, admitted: Admitted, work: Callable[[Transaction], bytes], last: bool = False) -> bytes:
        rest = self._rest_for(admitted)
        transaction = Transaction(self._open_session, admitted.deadline, read_only=rest is not None)
        try:
            body = work(transaction)
            transaction.commit()
            failpoint("rpc.committed")
            return body
        except Exception as error:
            if rest is not None and failures.was_read_only(error):
                raise rest.refusal(self.service) from error
            told = failures.translated(error, committing=transaction.committing)
            if told is None or (failures.rerun(error) and not last):
                raise
            raise told from error
        finally:
            transaction.close()

    def _fault(self) -> bytes:
        told = Fault(f"{self.service} could not do it: a fault of ours", correlation_id=correlation_id())
        return wire.error_body(told)

    def _note(self, request: Request, failed: Exception | None, took_s: float) -> None:
        method = request.method if request.method in self.endpoints else UNKNOWN_METHOD
        outcome = "ok" if failed is None else _outcome(failed)
        if (noted := self._noted.get((method, outcome))) is None:
            noted = self._noted[method, outcome] = (
                metrics.REQUESTS.labels(self.service, method, outcome),
                metrics.SECONDS.labels(self.service, method),
            )
        noted[0].inc()
        noted[1].observe(took_s)
        self._write(request, failed, method=method, outcome=outcome, duration_ms=round(took_s * 1000, 2))

    def _write(self, request: Request, failed: Exception | None, **told: Any) -> None:
        if request.actor is not None:
            told["actor"] = request.actor
        if told["outcome"] == Fault.__name__:
            self._log.error("call failed by a fault of ours", exc_info=failed, **told)
            return
        if failed is not None and failed.__cause__ is not None:
            told["error_type"] = type(getattr(failed.__cause__, "orig", failed.__cause__)).__name__
        self._log.info("call answered", **told)


def _outcome(failed: Exception) -> str:
    return type(failed).__name__ if isinstance(failed, ContinuumError) else Fault.__name__
