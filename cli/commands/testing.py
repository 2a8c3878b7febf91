"""``continuum test``: the project's own tests, all of them in two processes side by side."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import typer

from cli.options import examples

ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}
# Each gets a processor, and about as long: what waits for servers and processes that it stops, and all else.
SIDES = (
    ("tests/integration", "tests/chaos", "tests/deploy"),
    ("tests/unit", "tests/contract", "tests/service", "tests/cli"),
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "test",
        context_settings=ANYTHING,
        epilog=examples("test", "test tests/unit", "test -k withdrawn -x", "test tests/service/itt -vv"),
    )(test)


def test(context: typer.Context) -> None:
    """Run the tests: all of them side by side in two processes, or in one what pytest's own arguments choose.

    Tests that need RabbitMQ or PostgreSQL use AMQP_URI and DATABASE_URL, else servers on this machine, else servers of
    their own; what is not there is skipped with a line that says so.
    """
    import os

    from shared.config import PROJECT_ROOT

    os.chdir(PROJECT_ROOT)
    sys.stdout.flush()
    if context.args:
        os.execv(sys.executable, _pytest(context.args))
    raise typer.Exit(_side_by_side())


def _pytest(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-P", "-m", "pytest", *arguments]


def _side_by_side() -> int:
    """The first side is seen as it goes, the second follows as a whole; gives pytest's worse exit code."""
    with TemporaryDirectory() as folder:
        results = [Path(folder) / f"{number}.xml" for number in range(len(SIDES))]
        seen, quiet = (
            _pytest([*side, f"--junit-xml={result}"]) for side, result in zip(SIDES, results, strict=True)
        )
        typer.echo(
            f"{', '.join(SIDES[0])}; beside them {', '.join(SIDES[1])}, whose output follows at the end."
        )
        with (Path(folder) / "output").open("w+") as output:
            other = subprocess.Popen(quiet, stdout=output, stderr=subprocess.STDOUT)
            codes = [subprocess.call(seen), other.wait()]
            output.seek(0)
            typer.echo(output.read())
        typer.echo(told(counted(results)))
    return max(codes)


def counted(results: Sequence[Path]) -> Counter[str]:
    """How many tests passed, failed (or broke down) and were skipped, by the results that pytest wrote."""
    counts: Counter[str] = Counter()
    for result in results:
        for suite in ElementTree.parse(result).iter("testsuite") if result.exists() else ():
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            counts += Counter(
                passed=int(suite.get("tests", 0)) - failed - skipped, failed=failed, skipped=skipped
            )
    return counts


def told(counts: Counter[str]) -> str:
    """The last line: ``6200 passed, 0 failed, 4 skipped``."""
    return f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"
