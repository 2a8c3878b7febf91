"""``continuum import trainees``: what becomes of a file."""

import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import text

from cli.errors import NO, WRONG, Refused
from cli.installation import connected, demo_option
from cli.output import as_json as print_json
from cli.output import console, counted, table
from cli.providers import check_registered
from cli.settling import settle
from services.itt.domain import bulk_file
from services.itt.domain.csv_files import FileUnreadable, RowError, pack
from services.itt.domain.dates import today
from services.itt.domain.rules import CODE_LISTS
from shared.context import correlation_id
from shared.errors import NotFound, TooLarge
from shared.operations.reading import reading
from shared.policy import Principal, Role

SHOWN = 200
TEMPLATES = {
    "trainees": "./continuum import template > trainees.csv",
    "schools": "./continuum import template --for schools > schools.csv",
    "funding": "./continuum import template --for funding > funding.csv",
}
ALONE = "not compared with trainees who are there; add --provider"
NO_CODE, ONE_OF = " is not a code of the ", "; use one of "
IMPORT_OF = text("SELECT subject FROM audit WHERE correlation_id = :id AND subject LIKE 'import/%' LIMIT 1")
CORRELATION_OF = text("SELECT correlation_id FROM audit WHERE subject = :subject ORDER BY id LIMIT 1")
Answer = dict[str, Any]


def read(file: Path) -> bytes:
    """The file's bytes. Raises Refused (exit code 2) when there is no such file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}", WRONG) from None


@contextmanager
def about_file(file: Path, kind: str = "trainees") -> Iterator[None]:
    """What makes a file unreadable is told with its name, and with what writes the template of its kind where that
    would help."""
    try:
        yield
    except (FileUnreadable, TooLarge) as error:
        is_other = error.details.get("reason") in ("columns", "empty")
        hint = f"; '{TEMPLATES[kind]}' writes the template" if is_other else ""
        raise Refused(f"{file}: {error.message}{hint}", WRONG) from None


def undo(import_id: str, *, yes: bool) -> int:
    """Discard all trainees of a file while nobody has changed one; gives the exit code. Raises Refused, NotFound."""
    with connected() as call:
        known = _known(call, import_id)
        what = f"{counted(known['created'], 'trainee')} of {known['file_name']} (provider {known['provider_code']})"
        if known["undone_at"]:
            typer.echo(f"{what} were discarded before")
            return 0
        if not yes:
            raise Refused(f"{what} would be discarded; say --yes to do it")
        call("itt", "undo_import", {"import_id": import_id}, by=provider_of(known["provider_code"]))
    typer.echo(f"discarded: {what}")
    return 0


def _known(call: Any, import_id: str) -> Answer:
    """The import. Raises NotFound, and Refused for the id of what followed from an import, with the right one."""
    try:
        known: Answer = call("itt", "get_import", {"import_id": import_id})
    except NotFound:
        with reading("itt") as session:
            subject = session.scalar(IMPORT_OF, {"id": import_id})
        if subject is None:
            raise
        right = f"./continuum import undo {subject.removeprefix('import/')}{demo_option()}"
        raise Refused(
            f"{import_id} is the correlation id of an import, for 'trace'; undo it with: {right}"
        ) from None
    return known


def refuse_import(id_: str) -> None:
    """Raises Refused when it is the id of an import, with the correlation id that leads to what followed from it."""
    with reading("itt") as session:
        found = session.scalar(CORRELATION_OF, {"subject": f"import/{id_}"})
    if found is not None:
        right = f"./continuum trace {found}{demo_option()}"
        raise Refused(f"{id_} is the id of an import, for 'import undo'; see what followed with: {right}")


def provider_of(code: str) -> Principal:
    """Somebody who speaks for the accredited provider."""
    return Principal(
        f"provider {code}", frozenset({Role.ACCREDITED_PROVIDER}), frozenset({f"provider:{code}"})
    )


def check(content: bytes, now: datetime) -> tuple[list[Answer], int] | None:
    """The errors and the number of rows, without any service; None when there are none.

    Raises FileUnreadable, TooLarge.
    """
    parsed = bulk_file.parse(content, today(now))
    return (_plain(parsed.errors), parsed.row_count) if parsed.errors else None


def _plain(errors: Iterable[RowError]) -> list[Answer]:
    return [{"row": e.row, "column": e.column, "value": e.value, "message": e.message} for e in errors]


def check_alone(file: Path, *, confirmed: Collection[int] = (), as_json: bool) -> int:
    """Check the file by its own rules, without any service."""
    content = read(file)
    with about_file(file):
        parsed = bulk_file.parse(content, today(datetime.now(UTC)), confirmed)
    told = {"rows": parsed.row_count, "blank_rows": parsed.blank_rows, "errors": _plain(parsed.errors)}
    exit_code = _answer(told, True, as_json)
    sys.stdout.flush()
    typer.echo(ALONE, err=True)
    return exit_code


def send(file: Path, provider: str, *, confirmed: Collection[int] = (), dry_run: bool, as_json: bool) -> int:
    """Have the service check it, and store it."""
    content = read(file)
    with about_file(file):
        bulk_file.parse(content, today(datetime.now(UTC)), confirmed)
    with connected() as call:
        check_registered(call, provider)
        asked = {
            "provider_code": provider,
            "file_name": file.name,
            "content": pack(content),
            "dry_run": dry_run,
            "confirmed_rows": sorted(set(confirmed)),
        }
        answer = call("itt", "import_trainees", asked, by=provider_of(provider))
        if answer["error_count"] > len(answer["errors"]):
            answer["errors"] = _all(call, "import_errors", provider, answer["import_id"])
        if answer["duplicate_count"] > len(answer["duplicates"]):
            answer["duplicates"] = _all(call, "import_duplicates", provider, answer["import_id"])
        exit_code = _answer(answer, dry_run, as_json)
        if exit_code == 0 and not dry_run:
            sys.stdout.flush()
            settle(call)
    return exit_code


def _all(call: Any, method: str, provider: str, import_id: str) -> list[Answer]:
    """Every page of what is wrong in a file, or of whom it repeats."""
    found: list[Answer] = []
    after: int | None = 0
    while after is not None:
        page = call("itt", method, {"import_id": import_id, "after": after}, by=provider_of(provider))
        found, after = found + page["items"], page["next"]
    return found


def _answer(answer: Answer, dry_run: bool, as_json: bool) -> int:
    refused = bool(answer["errors"] or answer.get("duplicates"))
    if as_json:
        told = {"refused": refused, "dry_run": dry_run, "correlation_id": correlation_id()}
        print_json(answer | told)
    else:
        _tell(answer, dry_run)
    return NO if refused else 0


def _tell(answer: Answer, dry_run: bool) -> None:
    if answer["errors"]:
        tell_errors(answer["errors"], answer["rows"])
    if duplicates := answer.get("duplicates"):
        tell_duplicates(duplicates)
    if answer["errors"] or answer.get("duplicates"):
        return
    blank = f", {counted(answer['blank_rows'], 'blank row')} passed over" if answer["blank_rows"] else ""
    what = "would be stored" if dry_run else "stored"
    typer.echo(f"{counted(answer['rows'], 'trainee')} {what}{blank}")
    if not dry_run:
        typer.echo(f"to undo it: ./continuum import undo {answer['import_id']}{demo_option()}")
        typer.echo(f"to see what followed: ./continuum trace {correlation_id()}{demo_option()}")


def tell_errors(errors: list[Answer], rows: int) -> None:
    """The refusal: every error with its row, column and value."""
    typer.echo(
        f"Nothing was stored: {counted(len(errors), 'error')} in {counted(rows, 'row')}."
        " Rows are those of a spreadsheet, the header is 1."
    )
    console().print(
        table(("row", "column", "value", "what is wrong"), _error_cells(errors[:SHOWN]), right=[0])
    )
    if len(errors) > SHOWN:
        typer.echo(f"... and {len(errors) - SHOWN} more; --json lists all")
    if coded := sorted({e["column"] for e in errors if NO_CODE in e["message"]} & set(CODE_LISTS)):
        one = coded[0] if len(coded) == 1 else "COLUMN"
        typer.echo(f"All codes of {', '.join(coded)} with their labels: ./continuum import codes {one}")


def _error_cells(errors: Iterable[Answer]) -> Iterator[tuple[Any, ...]]:
    """A list of what would be right stands beside the first error that has it."""
    told = set[str]()
    for error in errors:
        message, _, choices = _beside_column(error).partition(ONE_OF)
        if choices:
            message += f"{ONE_OF}{'those above' if choices in told else choices}"
            told.add(choices)
        yield error["row"], error["column"], error["value"], message


def _beside_column(error: Answer) -> str:
    """What is wrong, without the column's name, which stands beside it."""
    message: str = error["message"]
    return message.removeprefix(f"{error['column']} ")


def tell_duplicates(duplicates: list[Answer]) -> None:
    """Rows that are trainees already."""
    match = (
        "1 row matches a trainee who is"
        if len(duplicates) == 1
        else f"{len(duplicates)} rows match trainees who are"
    )
    typer.echo(f"Nothing was stored: {match} there already.")
    typer.echo(
        "If one is somebody else, a twin for instance, say so with --confirm-row and the row's number."
    )
    cells = [
        (d["row"], f"{d['first_names']} {d['last_name']}", _state(d["state"]), d["provider_code"], d["trn"])
        for d in duplicates[:SHOWN]
    ]
    console().print(table(("row", "name", "state", "provider", "TRN"), cells, right=[0]))
    if len(duplicates) > SHOWN:
        typer.echo(f"... and {len(duplicates) - SHOWN} more; --json lists all")


def _state(state: str) -> str:
    """A trainee's state in plain words."""
    return state.replace("_", " ").replace("trn", "TRN").replace("qts", "QTS").replace("eyts", "EYTS")
