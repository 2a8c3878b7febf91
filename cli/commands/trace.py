"""``continuum trace``: what one request led to, in all services."""

from typing import Annotated

import typer

from cli.options import Demo, Json, about, examples


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("trace", epilog=examples("trace 0199...", "trace 0199... --json", "trace 0199... --all"))(
        trace
    )


def trace(
    id: Annotated[str, typer.Argument(metavar="CORRELATION_ID|EVENT_ID")],
    json: Json = False,
    every: Annotated[
        bool, typer.Option("--all", help="Each event, also where many of a type stand together.")
    ] = False,
    demo: Demo = False,
) -> None:
    """One story from all services: who asked, what was committed, who reacted when; exit code 1 when there is none.

    A correlation id stands in every line of the logs (correlation_id), in the message of a fault, at the end of
    'import trainees', and in each event ('parked show'); the id of an event does as well. 'continuum run' writes its
    logs to standard error, and other commands that run services write continuum.log in the data folder
    (CONTINUUM_DATA_DIR). Events carry the clock of their process, commands and reactions that of their database. It
    reads as the operator, and no personal data.
    """
    from cli.importing import refuse_import
    from cli.story import show
    from shared.errors import NotFound
    from shared.operations.tracing import trace as read

    about(demo)
    try:
        story = read(id)
    except NotFound:
        refuse_import(id)
        raise
    show(story, as_json=json, every=every)
