"""``continuum migrate``: roles, databases, schema and broker topology, from what the services declare.

Run again it changes nothing. Migrations expand first and contract in a later release: a service starts on its own
head revision, or on a newer one that is marked compatible with it. What the code before cannot live with is refused
while that runs.
"""

import secrets
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from psycopg2 import sql
from psycopg2.extensions import encrypt_password
from sqlalchemy import text

from shared.config import PROJECT_ROOT, settings
from shared.database import OPERATOR, admin_url, connect, database_url, equality, make_engine, name_of
from shared.database.seats import is_run
from shared.database.trips import driver
from shared.service_names import SERVICES, service_class

OPERATOR_READS = (
    "outbox",
    "event_log",
    "inbox",
    "inbox_failure",
    "subscriber",
    "subscription",
    "subject_sequence",
    "due",
    "maintenance",
)
# Who asked for what, and when; why, and what changed, may name people.
OPERATOR_READS_OF_AUDIT = (
    "id",
    "at",
    "recorded_at",
    "who",
    "on_behalf_of",
    "action",
    "subject",
    "correlation_id",
)
ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
ONE_IN_THE_DATABASE = "SELECT pg_advisory_xact_lock(3)"
Progress = Callable[[str], None]


class WrongRevision(Exception):
    """The revision of a database and code that is, or runs, do not go together; the text says what to do."""


def migrate(services: Sequence[str] = SERVICES, progress: Progress = lambda line: None) -> None:
    """Bring every service's database to its head revision, and note who listens to whom; one after another.

    Raises WrongRevision for a database that only a newer version knows, and for a schema that running code would not
    live with.
    """
    from shared.messaging.declarations import declare_broker, make_users, note_subscribers

    with closing(connect(admin_url(), "migrate")) as admin:
        admin.autocommit = True
        _one_at_a_time(admin)
        ensure_role(admin, name_of(OPERATOR), settings().service_database_passwords.get(OPERATOR))
        for service in services:
            progress(f"database of {service}")
            ensure_database(admin, service)
            upgrade(service)
            grant_operator(service)
            grant_equality(service)
        # Queues are bound before it is noted who has no past to catch up with: between the two nothing is missed.
        if settings().amqp_uri:
            progress("exchanges, queues and users of the broker")
            declare_broker(services)
            make_users(services)
        for service in services:
            note_subscribers(service)


def _one_at_a_time(admin: psycopg2.extensions.connection) -> None:
    """Wait for another migration of this installation; those of others on the same server go on. Until it is closed."""
    with admin.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, (f"migrate {settings().database_prefix}",))


def ensure_role(
    admin: psycopg2.extensions.connection, role: str, password: str | None, may: str = "LOGIN"
) -> None:
    """The role ``may`` log in and nothing more; its password is set to the one that is configured."""
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        try:
            cursor.execute(
                sql.SQL(f"{verb} ROLE {{}} {may} NOSUPERUSER NOCREATEDB NOCREATEROLE").format(
                    sql.Identifier(role)
                )
            )
        except psycopg2.errors.DuplicateObject:
            pass  # another migration was faster
        if password:
            # Never as it is: the server may log statements.
            verifier = encrypt_password(password, role, admin, "scram-sha-256")
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), (verifier,))


def ensure_database(admin: psycopg2.extensions.connection, service: str) -> None:
    """A database that belongs to the service's role, and that no other role may enter."""
    name = sql.Identifier(name_of(service))
    ensure_role(admin, name_of(service), settings().service_database_passwords.get(service))
    if service in equality.HOLDERS:
        ensure_equality_roles(admin, service)
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name_of(service),))
        if not cursor.fetchone():
            # Names have accents: a server that was made without a locale would take ASCII alone.
            cursor.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(name))
            cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, name))
        cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(name))
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(name_of(OPERATOR)))
        )


def drop(service: str) -> None:
    """Drop the service's database, with everything in it (the demo's fresh start, and tests)."""
    with closing(connect(admin_url(), "drop")) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name_of(service)))
            )


def ensure_equality_roles(admin: psycopg2.extensions.connection, service: str) -> None:
    """The roles of a service's equality data, into which the service is let."""
    for role in equality.roles_of(service):
        ensure_role(admin, role, None, "NOLOGIN NOINHERIT")
    equality.let_in(admin, service)


def drop_roles(services: Sequence[str]) -> None:
    """Drop the roles of services whose databases are gone, and the operator's when no database is left (tests)."""
    with closing(connect(admin_url(), "drop")) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            for service in services:
                for role in (name_of(service), *equality.roles_of(service)):
                    cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
            with suppress(psycopg2.errors.DependentObjectsStillExist):
                cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name_of(OPERATOR))))


def _scripts(service: str) -> ScriptDirectory:
    folder = PROJECT_ROOT / "services" / service / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory(str(folder), version_locations=[str(Path(folder) / "versions")])


def head(service: str) -> str:
    """The newest revision that this code knows."""
    found = _scripts(service).get_current_head()
    if found is None:
        raise LookupError(f"services/{service}/migrations has no revision")
    return found


def upgrade(service: str, revision: str = "head") -> None:
    """Run the service's migrations, as the service's own role, under a lock: two at once do not collide.

    Raises WrongRevision, and changes nothing, when only newer code knows the revision that is there, or when the
    service runs and the code of that revision would not live with the new one.
    """
    scripts = _scripts(service)
    engine = make_engine(database_url(service), "migrate", pool=1, overflow=0)

    def steps(found: Any, _: Any) -> Any:
        """The way up from there. Raises WrongRevision when only a newer version of the code knows it."""
        if unknown := [each for each in (found or ()) if not _is_known(service, each)]:
            raise WrongRevision(_newer(service, unknown[0]))
        return scripts._upgrade_revs(revision, found)

    try:
        with engine.begin() as connection, warnings.catch_warnings():
            connection.execute(text(ONE_IN_THE_DATABASE))
            environment = EnvironmentContext(Config(), scripts, fn=steps)
            environment.configure(connection=connection, transaction_per_migration=False)
            context: MigrationContext = environment.get_context()
            before = context.get_current_revision()
            with environment, Operations.context(context):
                context.run_migrations()
            if before is not None:
                with driver(connection).cursor() as cursor:
                    _check_fit_for_who_runs(cursor, service, before)
    finally:
        engine.dispose()


def _check_fit_for_who_runs(cursor: psycopg2.extensions.cursor, service: str, before: str) -> None:
    """Raises WrongRevision when the service runs, and code of the revision before cannot live with the one of now."""
    found, fits = stands_on(cursor, before)
    if not fits and is_run(cursor, service):
        raise WrongRevision(
            f"{service} runs, and code of before cannot live with the schema of this version (revision {found}, it is"
            f" at {before}): stop every process of {service} first, then run 'continuum migrate' again"
        )


def check_revision(service: str) -> None:
    """Raises WrongRevision unless the database stands on our head, or on one that is marked compatible with it."""
    wanted = head(service)
    with (
        closing(connect(database_url(service), f"{service} check")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT to_regclass('alembic_version') IS NOT NULL")
        if cursor.fetchone() == (False,):
            raise WrongRevision(f"the database of {service} is empty: run 'continuum migrate'")
        found, fits = stands_on(cursor, wanted)
        if not fits:
            raise WrongRevision(
                f"the database of {service} is at revision {found}, this code needs {wanted}: run 'continuum migrate'"
                if _is_known(service, found)
                else _newer(service, found)
            )


def _is_known(service: str, revision: str) -> bool:
    return any(script.revision == revision for script in _scripts(service).walk_revisions())


def _newer(service: str, found: str) -> str:
    return (
        f"the database of {service} is at revision {found}, which this version does not know:"
        " deploy the version that made it"
    )


def stands_on(cursor: psycopg2.extensions.cursor, wanted: str) -> tuple[str, bool]:
    """The revision of the database, and whether code whose head is ``wanted`` works with it."""
    cursor.execute("SELECT version_num FROM alembic_version")
    found = str((cursor.fetchone() or ("none",))[0])
    cursor.execute("SELECT 1 FROM schema_mark WHERE revision = %s AND compatible_with = %s", (found, wanted))
    return found, found == wanted or cursor.fetchone() is not None


def grant_operator(service: str) -> None:
    """The operator's role may read what the ledger needs, and none of the service's own tables."""
    role = sql.Identifier(name_of(OPERATOR))
    with (
        closing(connect(database_url(service), "migrate")) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(ONE_IN_THE_DATABASE)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        for table in OPERATOR_READS:
            cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(table), role))
        columns = sql.SQL(", ").join(map(sql.Identifier, OPERATOR_READS_OF_AUDIT))
        cursor.execute(sql.SQL("GRANT SELECT ({}) ON audit TO {}").format(columns, role))


def grant_equality(service: str) -> None:
    """Equality data is its role's, also where it was put back by whoever may not give it to others."""
    if service in equality.HOLDERS:
        engine = make_engine(database_url(service), "migrate", pool=1, overflow=0)
        try:
            with engine.begin() as connection:
                connection.execute(text(ONE_IN_THE_DATABASE))
                equality.keep_apart(connection, service)
        finally:
            engine.dispose()


def fresh_password() -> str:
    """A password for a role, for those who write secrets files."""
    return secrets.token_urlsafe(32)


def class_of(service: str) -> type:
    """The service's Nameko class, for what it declares."""
    return service_class(service)
