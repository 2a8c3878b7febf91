"""``continuum demo``: sixty careers in a minute."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import examples


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "demo", epilog=examples("demo", "demo trainees.csv --provider 2A5", "demo --keep", "demo --remote")
    )(demo)


def demo(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="In the national bulk format.")] = None,
    provider: Annotated[
        str, typer.Option("--provider", metavar="CODE", help="The accredited provider.")
    ] = "2A5",
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on with the data of the last demonstration.")
    ] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Use the services that run at AMQP_URI.")] = False,
) -> None:
    """Take people from applying, or from a file, through training, QTS, induction and peer development to leadership.

    Without FILE candidates and sixty trainees are invented; with it the story begins with the file. All services run in
    this process, on an embedded database in a folder of the demonstration's own; with AMQP_URI and DATABASE_URL on
    RabbitMQ and databases of its own. Exit code 1: the file has errors, which are listed; 2: it cannot be read.
    """
    from cli.demo.play import play

    raise typer.Exit(play(file, provider, keep=keep, remote=remote))
