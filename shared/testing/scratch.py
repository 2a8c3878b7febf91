"""A database with the tables that every service has, for a service that exists in tests alone."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import text

from shared.database import admin_url, connect, database_url, engine, name_of
from shared.database.migrate import drop, ensure_database
from shared.database.tables import SHARED
from shared.testing.cluster import make_tables


@contextmanager
def scratch_database(service: str, own_tables: str = "SELECT 1") -> Iterator[str]:
    """Make it as the configuration of this process says, with these tables besides; it is dropped at the end."""
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_database(admin, service)
    make_tables(database_url(service))
    with engine(service).begin() as connection:
        connection.execute(text(own_tables))
    try:
        yield service
    finally:
        engine(service).dispose()
        drop(service)
        with closing(connect(admin_url(), "tests")) as admin:
            admin.autocommit = True
            admin.cursor().execute(f"DROP ROLE IF EXISTS {name_of(service)}")


def empty(service: str, *own_tables: str) -> None:
    """Remove all rows."""
    with engine(service).begin() as connection:
        names = ", ".join([*SHARED.tables, *own_tables])
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
