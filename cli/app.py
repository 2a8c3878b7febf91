"""All commands, put together; none of them imports what it needs before it runs."""

import sys
from collections.abc import Sequence

import typer

from cli.arguments import Commands
from cli.commands import (
    bench,
    calls,
    catalogue,
    copies,
    demonstrate,
    files,
    installation_of,
    keys,
    machines,
    mails,
    maintenance,
    operators,
    parked,
    providers,
    report,
    run,
    secrets,
    testing,
    timeline,
    trace,
)
from cli.errors import guarded

app = typer.Typer(
    name="continuum",
    cls=Commands,
    help="Continuum: a career in teaching is one stream of facts, from trainee to leader.",
    epilog="Every command has --help with examples. Settings are environment variables, listed in .env.example."
    "\n\nExit codes: 0 all is well; 1 the answer is no (refused, missing, not found); 2 a mistake in what was asked or"
    " configured; 3 a database, broker or service is away; 70 a fault of ours.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    demonstrate,
    files,
    providers,
    timeline,
    report,
    run,
    installation_of,
    catalogue,
    machines,
    calls,
    maintenance,
    copies,
    operators,
    parked,
    mails,
    trace,
    secrets,
    keys,
    testing,
    bench,
):
    module.add_to(app)


def main(arguments: Sequence[str]) -> int:
    """Run a command; gives the exit code."""
    return guarded(lambda: _run(arguments))


def _run(arguments: Sequence[str]) -> int:
    try:
        app(args=list(arguments), prog_name="continuum")
    except SystemExit as end:
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0
