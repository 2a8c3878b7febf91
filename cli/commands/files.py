"""``continuum import``: the national bulk file of trainees, the register of schools, and the table of funding."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.arguments import Commands
from cli.options import Demo, Json, about, examples

File = Annotated[Path, typer.Argument(metavar="FILE")]
Provider = Annotated[
    str | None, typer.Option("--provider", metavar="CODE", help="The accredited provider's code.")
]
CODES = "./continuum import codes COLUMN"


class Kind(StrEnum):
    TRAINEES = "trainees"
    SCHOOLS = "schools"
    FUNDING = "funding"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Files that come in.")
    group.command(
        "trainees",
        epilog=examples(
            "import trainees trainees.csv --provider 2A5",
            "import trainees trainees.csv --dry-run",
            "import trainees trainees.csv --provider 2A5 --dry-run --json",
            "import trainees trainees.csv --provider 2A5 --confirm-row 14",
        ),
    )(trainees)
    group.command(
        "schools",
        epilog=examples("import schools edubasealldata.csv", "import schools edubasealldata.csv --dry-run"),
    )(schools)
    group.command(
        "funding", epilog=examples("import funding rates.csv", "import funding rates.csv --dry-run")
    )(funding)
    group.command(
        "template",
        epilog=examples("import template > trainees.csv", "import template --for funding > funding.csv"),
    )(template)
    group.command(
        "codes", epilog=examples("import codes", "import codes ethnicity", "import codes nationality --json")
    )(codes)
    group.command(
        "undo",
        epilog=examples("import undo 0199...", "import undo 0199... --yes", "import undo 0199... --demo"),
    )(undo)
    app.add_typer(group, name="import", cls=Commands, no_args_is_help=True)


def trainees(
    file: File,
    provider: Provider = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check; nothing is stored.")] = False,
    confirm_row: Annotated[
        list[int] | None,
        typer.Option("--confirm-row", metavar="ROW", help="This row is no duplicate; may be repeated."),
    ] = None,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """Import trainees from a file in the national format: all rows, or none and every error by row and column.

    'import template' writes an empty file to begin with. Exit code 0: stored (or it would be); 1: refused, every error
    is listed; 2: the file cannot be read at all, or the provider is not registered ('provider register'). With
    --dry-run the provider may be left out; then nothing is compared with trainees who are there already.
    """
    from cli.errors import WRONG, Refused
    from cli.importing import check_alone, send
    from cli.providers import code_of

    about(demo)
    if provider is None and not dry_run:
        raise Refused("name the accredited provider with --provider, or only check with --dry-run", WRONG)
    if provider is None:
        raise typer.Exit(check_alone(file, confirmed=confirm_row or (), as_json=json))
    code = code_of(provider)
    raise typer.Exit(send(file, code, confirmed=confirm_row or (), dry_run=dry_run, as_json=json))


def template(
    kind: Annotated[Kind, typer.Option("--for", help="trainees, schools or funding.")] = Kind.TRAINEES,
) -> None:
    """Write a file to begin with: the names of the columns, and for schools and funding an example to be replaced.

    That for trainees is the empty national file; one row is to be added for each of them, and the mandatory columns are
    told on standard error.
    """
    import sys

    from services.itt.domain import bulk_file, funding_table, gias, rules

    if kind is Kind.TRAINEES:
        always = ", ".join(rules.MANDATORY)
        typer.echo(f"mandatory: {always}, and study_mode but for assessment only; codes: {CODES}", err=True)
    of = {Kind.TRAINEES: bulk_file, Kind.SCHOOLS: gias, Kind.FUNDING: funding_table}
    sys.stdout.write(of[kind].template())


def codes(
    column: Annotated[
        str | None, typer.Argument(metavar="[COLUMN]", help="Of the trainees' file.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """List the codes that a column of the trainees' file takes, with their labels; without COLUMN, such columns."""
    from cli.codes import show

    show(column, as_json=json)


def undo(
    id: Annotated[UUID, typer.Argument(metavar="ID", help="What 'import trainees' told at its end.")],
    yes: Annotated[bool, typer.Option("--yes", help="All trainees of the file are discarded.")] = False,
    demo: Demo = False,
) -> None:
    """Discard all trainees of a file that was imported, as long as none of them has moved on.

    Exit code 1: one of them has, or nothing was done because --yes was not said.
    """
    from cli.importing import undo as discard

    about(demo)
    raise typer.Exit(discard(str(id), yes=yes))


def schools(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check; nothing is stored.")] = False,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """Import schools from an extract of the national register (GIAS, all establishment data, CSV).

    It may be done again with a newer extract: schools change, and none is removed. Exit code 0: all are stored (or
    would be); 1: all but the rows that are listed with what is wrong; 2: the file cannot be read at all.
    """
    from cli.schools import load

    about(demo)
    raise typer.Exit(load(file, dry_run=dry_run, as_json=json))


def funding(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check; nothing is stored.")] = False,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """Import the table of bursaries, scholarships and grants: all rows, or none and every error by row and column.

    'import template --for funding' writes a file to begin with. The columns are academic_year, kind, routes, subject,
    subject_codes, amount_pounds, valid_from, valid_until and source. The file holds the whole table of each academic
    year in it: rates that it no longer has end, and are kept. Exit code 0: stored (or it would be); 1: refused, every
    error is listed; 2: the file cannot be read at all.
    """
    from cli.funding import load

    about(demo)
    raise typer.Exit(load(file, dry_run=dry_run, as_json=json))
