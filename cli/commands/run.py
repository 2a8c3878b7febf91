"""``continuum run``: for its help alone; what runs is ``shared.runner``, without this library in memory."""

from typing import Annotated

import typer

from cli.options import examples


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run", epilog=examples("run", "run itt", "run cpd people"))(run)


def run(services: Annotated[list[str] | None, typer.Argument(metavar="SERVICE")] = None) -> None:
    """Run services until a signal comes: all in one process, or some of them beside a broker (AMQP_URI).

    Without a broker nobody outside this process can call them; docs/calling.md shows how a script calls.

    A service that dies is started again alone. HTTP_HOST and HTTP_PORT offer /health, /ready, /version and /metrics.
    SIGTERM and Ctrl-C let running work finish within SHUTDOWN_GRACE_S; a second one does not wait.
    """
    from shared.runner.command import main

    raise typer.Exit(main(services or []))
