"""A database for each service: its address, its engine, its sessions, its own bare connections."""

from collections.abc import Callable
from functools import cache
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from shared.config import settings
from shared.database import embedded
from shared.database.passwords import with_password_of_now
from shared.database.pool import MeasuredPool, PoolUse
from shared.database.trips import ShortTrips

__all__ = [
    "Connection",
    "Session",
    "admin_url",
    "connect",
    "database_url",
    "dispose",
    "engine",
    "operator_url",
    "pool_use",
    "sessions",
]

KEEPALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 2,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
OPERATOR = "operator"


def admin_url() -> str:
    """The address of the server as somebody who may create databases: ``DATABASE_URL``, or the embedded one."""
    return (settings().database_url or embedded.url()).replace("+psycopg2", "")


def name_of(service: str) -> str:
    """The name of a service's database, and of the role that it logs in with."""
    return f"{settings().database_prefix}_{service}"


def _url(database: str, role: str, password: str | None) -> str:
    url = make_url(admin_url()).set(database=database)
    if settings().database_url:
        url = url.set(username=role, password=password)
    return url.render_as_string(hide_password=False)


def database_url(service: str) -> str:
    """The address that a service uses: its own database and its own role."""
    own = settings().service_database_urls.get(service)
    return (
        own.replace("+psycopg2", "")
        if own
        else _url(name_of(service), name_of(service), settings().service_database_passwords.get(service))
    )


def operator_url(service: str) -> str:
    """The address for operators: the service's database, read with the operator's role."""
    return _url(name_of(service), name_of(OPERATOR), settings().service_database_passwords.get(OPERATOR))


def connect(url: str, application: str, factory: type[Connection] = Connection) -> Connection:
    """A connection of one's own, outside any pool, with the password that its role has at the moment.

    It must be closed by whoever asked for it.
    """

    def open_(address: str) -> Connection:
        made: Connection = psycopg2.connect(
            address,
            connection_factory=factory,
            application_name=f"continuum {application}",
            client_encoding="UTF8",
            options="-c timezone=UTC",
            connect_timeout=5,
            **KEEPALIVE,
        )
        return made

    return with_password_of_now(url, open_)


def make_engine(url: str, application: str, *, pool: int, overflow: int) -> Engine:
    """An engine on that address; a connection that the server dropped is noticed before it is used."""
    creator: Callable[[], Connection] = lambda: connect(url, application, ShortTrips)
    return create_engine(
        "postgresql+psycopg2://",
        creator=creator,
        poolclass=MeasuredPool,
        pool_size=pool,
        max_overflow=overflow,
        pool_timeout=10,
        pool_use_lifo=True,
        insertmanyvalues_page_size=500,
    )


@cache
def engine(service: str) -> Engine:
    """The service's engine: one for each process."""
    here = settings()
    return make_engine(
        database_url(service), service, pool=here.database_pool, overflow=here.database_overflow
    )


@cache
def sessions(service: str) -> sessionmaker[Session]:
    """Makes the service's sessions. A transaction begins where the code says so, never by itself."""
    from shared.messaging.outbox import OutboxSession

    return sessionmaker(
        engine(service),
        class_=OutboxSession,
        autobegin=False,
        expire_on_commit=False,
        info={"service": service},
    )


def pool_use(service: str) -> PoolUse:
    """How the service's pool in this process stands."""
    pool = engine(service).pool
    assert isinstance(pool, MeasuredPool)
    return pool.use()


def dispose() -> None:
    """Close every pool of this process and forget the addresses (tests, and after a fork)."""
    for service in list(_engines()):
        engine(service).dispose()
    engine.cache_clear()
    sessions.cache_clear()


def _engines() -> list[str]:
    from shared.service_names import SERVICES

    return list(SERVICES) if engine.cache_info().currsize else []
