"""``continuum import trainees``: what becomes of a file."""

import sys
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from cli.errors import NO, WRONG, Refused
from cli.installation import connected
from cli.output import as_json as print_json
from cli.output import console, table
from cli.settling import settle
from services.itt.domain import bulk_file
from services.itt.domain.csv_files import RowError, pack
from services.itt.domain.dates import today
from shared.context import correlation_id
from shared.policy import Principal, Role

SHOWN = 200
Answer = dict[str, Any]


def read(file: Path) -> bytes:
    """The file's bytes. Raises Refused (exit code 2) when there is no such file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}", WRONG) from None


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
    parsed = bulk_file.parse(read(file), today(datetime.now(UTC)), confirmed)
    told = {"rows": parsed.row_count, "blank_rows": parsed.blank_rows, "errors": _plain(parsed.errors)}
    return _answer(told, True, as_json)


def send(file: Path, provider: str, *, confirmed: Collection[int] = (), dry_run: bool, as_json: bool) -> int:
    """Have the service check it, and store it."""
    content = read(file)
    with connected() as call:
        asked = {
            "provider_code": provider,
            "file_name": file.name,
            "content": pack(content),
            "dry_run": dry_run,
            "confirmed_rows": sorted(set(confirmed)),
        }
        answer = call("itt", "import_trainees", asked, by=provider_of(provider))
        if answer["error_count"] > len(answer["errors"]):
            answer["errors"] = _all_errors(call, provider, answer["import_id"])
        exit_code = _answer(answer, dry_run, as_json)
        if exit_code == 0 and not dry_run:
            sys.stdout.flush()
            settle(call)
    return exit_code


def _all_errors(call: Any, provider: str, import_id: str) -> list[Answer]:
    errors: list[Answer] = []
    after: int | None = 0
    while after is not None:
        asked = {"import_id": import_id, "after": after}
        page = call("itt", "import_errors", asked, by=provider_of(provider))
        errors, after = errors + page["items"], page["next"]
    return errors


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
    blank = f", {answer['blank_rows']} blank rows passed over" if answer["blank_rows"] else ""
    what = "would be stored" if dry_run else "stored"
    typer.echo(f"{answer['rows']} trainees {what}{blank}")
    if not dry_run:
        typer.echo(f"import {answer['import_id']}")


def tell_errors(errors: list[Answer], rows: int) -> None:
    """The refusal: every error with its row, column and value."""
    typer.echo(
        f"Nothing was stored: {len(errors)} errors in {rows} rows. Rows are those of a spreadsheet, the header is 1."
    )
    cells = [(e["row"], e["column"], e["value"], _beside_column(e)) for e in errors[:SHOWN]]
    console().print(table(("row", "column", "value", "what is wrong"), cells, right=[0]))
    if len(errors) > SHOWN:
        typer.echo(f"... and {len(errors) - SHOWN} more; --json lists all")


def _beside_column(error: Answer) -> str:
    """What is wrong, without the column's name, which stands beside it."""
    message: str = error["message"]
    return message.removeprefix(f"{error['column']} ")


def tell_duplicates(duplicates: list[Answer]) -> None:
    """Rows that are trainees already."""
    typer.echo(f"Nothing was stored: {len(duplicates)} rows match trainees who are there already.")
    typer.echo(
        "If one is somebody else, a twin for instance, say so with --confirm-row and the row's number."
    )
    cells = [
        (d["row"], f"{d['first_names']} {d['last_name']}", d["state"], d["trainee_id"]) for d in duplicates
    ]
    console().print(table(("row", "name", "state", "trainee"), cells, right=[0]))
