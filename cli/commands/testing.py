"""``continuum test``: the project's own tests."""

import typer

from cli.options import examples

ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "test",
        context_settings=ANYTHING,
        epilog=examples("test", "test tests/unit", "test -k withdrawn -x", "test tests/service/itt -vv"),
    )(test)


def test(context: typer.Context) -> None:
    """Run the tests: all of them, or what pytest's own arguments choose.

    Tests that need RabbitMQ or PostgreSQL use AMQP_URI and DATABASE_URL, else servers on this machine, else servers of
    their own; what is not there is skipped with a line that says so.
    """
    import os
    import sys

    from shared.config import PROJECT_ROOT

    os.chdir(PROJECT_ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "pytest", *context.args])
