"""Equality data belongs to a role of its own: no query of its service reads it by the way, nor another role's.

The tables are those whose names end in ``_equality``; their owner reads everything else of the service as well, for
reports and copies. The service's role enters it for as long as it must. In between stands a door that does not
inherit: its members have what is behind it by SET ROLE alone, on every version of PostgreSQL (GRANT ... WITH INHERIT
FALSE came with 16). Foreign keys are checked, and rows deleted with what they belong to, as the owners of the tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg2 import sql
from psycopg2.extensions import connection as Admin
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from shared.database import database_url, name_of

HOLDERS = frozenset({"itt"})
ENTERED = "within the role of equality data"
OURS = text("""
SELECT quote_ident(relname), relkind = 'r' AND relname LIKE '%\\_equality' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') AND pg_get_userbyid(relowner) = current_user
ORDER BY relname
""")
THEIRS = "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_get_userbyid(relowner) = %s"


def role_of(service: str) -> str:
    """The owner of the service's equality data."""
    return f"{name_of(service)}_equality"


def roles_of(service: str) -> tuple[str, str]:
    """The door, and the owner behind it."""
    return f"{role_of(service)}_door", role_of(service)


def let_in(admin: Admin, service: str) -> None:
    """Whoever the service logs in as may enter the role of its equality data; both roles are there.

    A service with a server of its own has no login here: whoever administers that server lets it in.
    """
    door, owner = map(sql.Identifier, roles_of(service))
    login = make_url(database_url(service)).username or name_of(service)
    grant = sql.SQL("GRANT {} TO {}")
    with admin.cursor() as cursor:
        cursor.execute(grant.format(owner, door))
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,))
        if cursor.fetchone():
            cursor.execute(grant.format(door, sql.Identifier(login)))


def keep_apart(connection: Connection, service: str) -> None:
    """Give the role what it owns and reads, as the role that made the tables; again it changes nothing."""
    role = connection.dialect.identifier_preparer.quote(role_of(service))
    ours = connection.execute(OURS).all()
    steps = [
        f"GRANT SELECT ON {', '.join(name for name, _ in ours)} TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO {role}",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {role}",  # only who may create may become an owner
        *(f"ALTER TABLE {name} OWNER TO {role}" for name, is_equality in ours if is_equality),
        f"REVOKE CREATE ON SCHEMA public FROM {role}",
    ]
    for step in steps:
        connection.exec_driver_sql(step)


def is_kept_apart(connection: Connection, service: str) -> bool:
    """Whether the service has equality data that is its role's."""
    return connection.exec_driver_sql(THEIRS, (role_of(service),)).first() is not None


def drop_tables(cursor: Cursor, service: str) -> None:
    """Drop the equality data that is its role's."""
    cursor.execute(THEIRS, (role_of(service),))
    drop = sql.SQL("SET LOCAL ROLE {}; DROP TABLE {}; SET LOCAL ROLE NONE")
    for (name,) in cursor.fetchall():
        cursor.execute(drop.format(sql.Identifier(role_of(service)), sql.Identifier(name)))


@contextmanager
def equality_role(session: Session) -> Iterator[None]:
    """Within, the transaction reads everything and writes equality data alone; it ends with the transaction at latest.

    What is pending is stored before, and what is changed within, within. Raises RuntimeError within itself, and for a
    savepoint that reaches over its end, which would bring the role back.
    """
    if ENTERED in session.info:
        raise RuntimeError("the role of equality data was entered already: leave it first")
    session.flush()
    savepoint = session.get_nested_transaction()
    _become(session, role_of(session.info["service"]))
    session.info[ENTERED] = True
    try:
        yield
        session.flush()
        if session.get_nested_transaction() is not savepoint:
            raise RuntimeError("a savepoint begins and ends on the same side of the role of equality data")
    except BaseException:
        # Where this fails, the transaction or its savepoint is lost, and the role with it.
        with suppress(SQLAlchemyError):
            _end_savepoints(session, savepoint)
            _become(session, "none")
        raise
    finally:
        del session.info[ENTERED]
    _become(session, "none")


def _end_savepoints(session: Session, until: SessionTransaction | None) -> None:
    while (begun := session.get_nested_transaction()) is not None and begun is not until:
        begun.rollback()


def _become(session: Session, role: str) -> None:
    """SET LOCAL ROLE, which takes no values."""
    session.execute(select(func.set_config("role", role, True)))
