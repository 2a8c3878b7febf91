"""Where Nameko meets RPC: the entrypoint, the server that a container's entrypoints share, and the client."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from inspect import getmembers
from typing import Any, TypeVar

from eventlet.semaphore import Semaphore
from marshmallow import Schema
from nameko.containers import WorkerContext
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, DependencyProvider, Entrypoint, SharedExtension
from sqlalchemy.orm import Session

from shared import maintenance
from shared.config import settings
from shared.context import actor, context
from shared.keys import KeyRing, service_issuer
from shared.policy import Principal, Role
from shared.rpc import metrics
from shared.rpc.call import transaction_is_open
from shared.rpc.client import RpcClient
from shared.rpc.dispatch import Dispatcher
from shared.rpc.endpoint import Endpoint, Terms
from shared.rpc.front import AmqpFront
from shared.rpc.local import LocalFront
from shared.rpc.places import most_deliveries
from shared.rpc.wire import Request

M = TypeVar("M", bound=Callable[..., Any])
KILL_S = 1


class RpcServer(SharedExtension):
    """Serves all ``@rpc`` methods of a container: over the broker when there is one, else in this process."""

    def __init__(self) -> None:
        self._endpoints: list[Endpoint] = []
        self._entrypoints: dict[str, Rpc] = {}
        self.front: AmqpFront | LocalFront | None = None
        self._stopping = Semaphore()
        super().__init__()

    def register(self, entrypoint: "Rpc") -> None:
        """Offer the method of an entrypoint."""
        name = entrypoint.method_name
        method = getattr(self.container.service_cls, name)
        self._entrypoints[name] = entrypoint
        self._endpoints.append(Endpoint(name, method, entrypoint.terms))

    def start(self) -> None:
        """Take calls from now on."""
        here, service = settings(), self.container.service_name
        dispatcher = Dispatcher(
            service,
            here,
            KeyRing.from_settings(here),
            self._instance,
            self._session,
            lambda: maintenance.resting(service),
        )
        for endpoint in self._endpoints:
            dispatcher.add(endpoint)
        front: AmqpFront | LocalFront
        if here.amqp_uri is None:
            front = LocalFront(dispatcher)
        else:
            front = AmqpFront(dispatcher, here.amqp_uri, most_deliveries(here))
        metrics.IN_PROGRESS.labels(service).set_function(dispatcher.places.at_work)
        metrics.WAITING.labels(service).set_function(dispatcher.places.waiting)
        metrics.WORKERS.labels(service).set(here.rpc_max_workers)
        self.front = front
        front.start(self.container.spawn_managed_thread)

    @property
    def ready(self) -> bool:
        """Whether calls are being taken."""
        return self.front is not None and self.front.ready

    def stop(self) -> None:
        """Take no more calls, and let those that run finish within SHUTDOWN_GRACE_S."""
        with self._stopping:
            front, self.front = self.front, None
            if front is not None:
                front.stop(max(0.0, settings().shutdown_grace_s - KILL_S))

    def kill(self) -> None:
        """Stop at once."""
        front, self.front = self.front, None
        if front is not None:
            front.kill()

    def _session(self) -> Session:
        from shared.database import sessions

        return sessions(self.container.service_name)()

    @contextmanager
    def _instance(self, endpoint: Endpoint, request: Request) -> Iterator[Any]:
        """An object of the service's class for one call, with its dependencies as Nameko injects them."""
        service = self.container.service_cls()
        providers = self.container.dependencies
        if not providers:
            yield service
            return
        entrypoint = self._entrypoints[endpoint.name]
        worker = WorkerContext(self.container, service, entrypoint, data=_context_data(request))
        for provider in providers:
            setattr(service, provider.attr_name, provider.get_dependency(worker))
        for provider in providers:
            provider.worker_setup(worker)
        try:
            yield service
        finally:
            for provider in providers:
                provider.worker_teardown(worker)


class Rpc(Entrypoint):
    """A method that may be called, see ``rpc``."""

    server = RpcServer()

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        super().__init__()

    def setup(self) -> None:
        self.server.register(self)

    def stop(self) -> None:
        self.server.stop()

    def kill(self) -> None:
        self.server.kill()


def rpc(
    arguments: type[Schema] | None = None,
    result: type[Schema] | None = None,
    *,
    many: bool = False,
    idempotent: bool = False,
    public: bool = False,
) -> Callable[[M], M]:
    """Let a method ``(self, call: Call, **arguments)`` be called by RPC, in one transaction.

    ``arguments`` and ``result`` are marshmallow schemas (``many``: the result is a list of them); without
    them the signature decides, and the result must be plain JSON. ``idempotent``: it may run again when it is not
    known whether it ran (everything that only reads). ``public``: it may be called without a principal.
    """
    terms = Terms(arguments, result, many, idempotent, public)

    def mark(method: M) -> M:
        Rpc.decorator(terms)(method)
        return method

    return mark


def declared(cls: type[Any]) -> list[tuple[str, Callable[..., Any], Terms]]:
    """Every method of a service class that may be called, by name, with its terms."""
    return [
        (name, method, entrypoint.terms)
        for name, method in getmembers(cls, callable)
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Rpc)
    ]


class Others:
    """Calls of a service to others: as the service itself, on behalf of whom it works for."""

    def __init__(self, service: str, client: RpcClient, ring: KeyRing) -> None:
        self._service, self._client, self._ring = service, client, ring

    def call(
        self,
        service: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        now: datetime | None = None,
    ) -> Any:
        """The result of ``service.method``; see ``RpcClient.call``. RuntimeError inside a transaction."""
        if transaction_is_open():
            raise RuntimeError(f"{self._service} asks {service}.{method} inside a transaction: ask before it")
        itself = Principal(self._service, frozenset({Role.SERVICE}), on_behalf_of=actor())
        token = self._ring.token(itself, service_issuer(self._service))
        return self._client.call(service, method, arguments, principal_token=token, timeout=timeout, now=now)


class ServiceRpc(DependencyProvider):
    """Gives a service ``Others``: ``others = ServiceRpc()``; ``self.others.call("people", "find", {...})``."""

    _client: RpcClient | None = None

    def setup(self) -> None:
        here, service = settings(), self.container.service_name
        self._client = RpcClient.from_settings(here, service)
        self._others = Others(service, self._client, KeyRing.from_settings(here))

    def get_dependency(self, worker_ctx: WorkerContext) -> Others:
        return self._others

    def stop(self) -> None:
        if self._client is not None:
            self._client.close()

    kill = stop


def _context_data(request: Request) -> dict[str, Any]:
    """The headers of a call as Nameko's context data, with its stack of calls as it stands here."""
    data = {name.removeprefix("nameko."): value for name, value in request.headers.items()}
    return {**data, "call_id_stack": list(context().call_ids)}
