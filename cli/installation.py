"""Where a command works: at the broker or with all services in this process, on the own data or the demonstration's."""

import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.politeness import politely
from shared import logs
from shared.config import settings
from shared.database import embedded
from shared.errors import Unavailable
from shared.keys import CLI, KeyRing
from shared.operations.reading import consumers
from shared.policy import Principal, Role
from shared.rpc import RpcClient
from shared.rpc.limits import QUEUE
from shared.service_names import SERVICES

DEMO = "demo"


class Caller:
    """Calls services as somebody: by default as the operator who sits here."""

    def __init__(self, client: RpcClient) -> None:
        self._client, self._ring = client, KeyRing.from_settings(settings())
        self._there: set[str] = set()
        self.operator = operator()

    def __call__(
        self,
        service: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        by: Principal | None = None,
        now: datetime | None = None,
        timeout_s: float = 120.0,
    ) -> Any:
        """The result of ``service.method``. Raises what it raised, and Refused when this machine may not sign."""

        def ask() -> Any:
            token = signed(self._ring, by or self.operator)
            return self._client.call(
                service, method, arguments, principal_token=token, now=now, timeout=timeout_s
            )

        self._check_there(service)
        return politely(ask, service, method, timeout_s)

    def _check_there(self, service: str) -> None:
        """A queue may outlive its service: then a call would wait for nothing. Raises Unavailable at once."""
        if service in self._there or settings().amqp_uri is None:
            return
        if not consumers(QUEUE.format(service)):
            raise Unavailable(f"nobody answers for {service}: 'continuum run {service}' would")
        self._there.add(service)


def operator() -> Principal:
    """The operator who sits here."""
    return Principal(f"operator {_user()}", frozenset({Role.OPERATOR}))


def signed(ring: KeyRing, principal: Principal, lifetime_s: float = 60.0) -> str:
    """The principal's token by the key of the command line."""
    from cli.errors import WRONG, Refused

    try:
        return ring.token(principal, CLI, lifetime_s)
    except LookupError:
        raise Refused(
            "SIGNING_KEY is not the key of the command line (cli) here, so nothing can be asked as anybody",
            WRONG,
        ) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@contextmanager
def connected() -> Iterator[Caller]:
    """Services that answer: those at the broker, or without one all of them in this process for as long as it takes."""
    client = RpcClient.from_settings(settings(), CLI)
    try:
        if settings().amqp_uri:
            yield Caller(client)
        else:
            with services_here():
                yield Caller(client)
    finally:
        client.close()


@contextmanager
def services_here() -> Iterator[None]:
    """All services in this process; what they log goes to a file beside the data."""
    from shared.runner.inside import running

    here = settings()
    here.data_dir.mkdir(parents=True, exist_ok=True)
    with (here.data_dir / "continuum.log").open("a") as file:
        level = "DEBUG" if here.log_level == "DEBUG" else "WARNING"
        logs.configure("cli", version=here.service_version, level=level, stream=file)
        try:
            if here.database_url is None and not (here.data_dir / "postgresql").exists():
                sys.stderr.write(f"continuum: making the databases in {here.data_dir} (once) ...\n")
                embedded.before_start(lambda: None)
            with running(SERVICES):
                yield from _until_stopped()
        finally:
            logs.configure("cli", level="ERROR")


def _until_stopped() -> Iterator[None]:
    """Whoever presses Ctrl-C is told at once that the services end in order."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("\ncontinuum: stopping ...\n")
        raise


def demo_option() -> str:
    """What a command needs to be about the same data as this one."""
    return " --demo" if settings().data_dir.name == DEMO and settings().demo_clock else ""


def tell_start() -> None:
    """Whoever waits for an embedded server is told so, and on whose data."""
    where = settings().data_dir
    whose = "for the demonstration's data " if demo_option() else ""
    embedded.before_start(
        lambda: print(
            f"continuum: starting an embedded database server {whose}({where}) ...",
            file=sys.stderr,
            flush=True,
        )
    )


def demo_folder() -> Path:
    """Where the demonstration keeps its data."""
    here = settings().data_dir
    return here if here.name == DEMO else here / DEMO


def use_demo(*, broker: bool = False) -> None:
    """From now on this process is about the demonstration: its folder, its databases, its clock, no real mail.

    Without ``broker`` all services run here: nobody else answers for the demonstration.
    """
    folder, prefix = demo_folder(), settings().database_prefix
    os.environ["CONTINUUM_DATA_DIR"] = str(folder)
    os.environ["CONTINUUM_DEMO_CLOCK"] = "1"
    if not prefix.endswith(f"_{DEMO}"):
        os.environ["DATABASE_PREFIX"] = f"{prefix[:26]}_{DEMO}"
    unwanted = [f"{service.upper()}_DATABASE_URL" for service in SERVICES] + ["SMTP_URL"]
    for name in unwanted if broker else [*unwanted, "AMQP_URI"]:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    settings.cache_clear()
    folder.mkdir(parents=True, exist_ok=True)
