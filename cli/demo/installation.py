"""Where the demonstration is played: its own folder and databases, made afresh; or services that run elsewhere."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from cli.demo import broker
from cli.errors import WRONG, Refused
from cli.installation import Caller, services_here, use_demo
from shared.config import settings
from shared.database.migrate import drop, migrate
from shared.errors import NotAllowed
from shared.keys import CLI
from shared.rpc import RpcClient
from shared.service_names import SERVICES

PLAYED = "played"


@contextmanager
def installation(*, keep: bool, remote: bool) -> Iterator[Caller]:
    """Services that answer the demonstration alone; or, ``remote``, those that run at AMQP_URI under the demo clock."""
    with ExitStack() as open_:
        if remote:
            _check_remote()
        else:
            use_demo(broker=True)
            open_.enter_context(_alone(settings().data_dir))
            open_.enter_context(_broker(keep))
            _prepare(keep)
            open_.enter_context(services_here())
        client = RpcClient.from_settings(settings(), CLI)
        open_.callback(client.close)
        caller = Caller(client)
        if remote:
            check_clock(caller)
        yield caller
        if not remote:
            (settings().data_dir / PLAYED).touch()


def _check_remote() -> None:
    if settings().amqp_uri is None:
        raise Refused(
            "--remote needs AMQP_URI, and services there that run under CONTINUUM_DEMO_CLOCK=1", WRONG
        )


def check_clock(call: Caller) -> None:
    """Raises Refused when the services that answer have no clock that a demonstration may set."""
    try:
        for service in SERVICES:
            call(service, "next_due", now=datetime.now(UTC))
    except NotAllowed:
        raise Refused(
            f"{service} runs on the real clock: start all services with CONTINUUM_DEMO_CLOCK=1", WRONG
        ) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demonstration at a time in a folder."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another demonstration is playing in {folder}") from None
        yield


def _prepare(keep: bool) -> None:
    """Databases of the demonstration, and of nothing else, are dropped and made again; so are its mails."""
    if not keep:
        for service in SERVICES:
            drop(service)
        _forget_mails(settings().data_dir)
    if settings().database_url is not None:
        migrate()


def _forget_mails(folder: Path) -> None:
    for mail in folder.glob("mail/**/*.eml"):
        with suppress(OSError):
            mail.unlink()


@contextmanager
def _broker(keep: bool) -> Iterator[None]:
    if settings().amqp_uri is None:
        yield
        return
    broker.claim(keep=keep)
    try:
        yield
    finally:
        broker.release()
