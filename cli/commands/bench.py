"""``continuum bench``: the benchmarks, in a process of their own."""

import typer

from cli.options import examples

ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["-h"]}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("bench", context_settings=ANYTHING, epilog=examples("bench", "bench --json", "bench --help"))(
        bench
    )


def bench(context: typer.Context) -> None:
    """Run the benchmarks: all of them, or those that are named."""
    import os
    import sys
    from importlib.util import find_spec

    from cli.errors import NO, Refused
    from shared.config import PROJECT_ROOT

    if find_spec("benchmarks") is None or find_spec("benchmarks.__main__") is None:
        raise Refused(f"there are no benchmarks in {PROJECT_ROOT}", NO)
    os.chdir(PROJECT_ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "benchmarks", *context.args])
