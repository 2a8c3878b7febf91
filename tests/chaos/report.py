"""What a run has to tell: a few lines on the screen, a page for the documentation."""

import statistics
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

from shared.config import PROJECT_ROOT
from tests.chaos.faults import KINDS
from tests.chaos.run import Injected, Result


def printed(result: Result) -> str:
    """For a terminal: the checks; the seed and the whole schedule when something is wrong."""
    lines = [f"{each.name}: {'WRONG' if each.wrong else each.told}" for each in result.checked]
    lines += [f"{name}: {value}" for name, value in result.told.items()]
    lines += _kinds(result.injected)
    if result.wrong:
        lines += ["", "WRONG:", *result.wrong, "", "the schedule:", *map(str, result.planned)]
        lines.append(f"run it again with: {command(result)}")
    return "\n".join(lines)


def command(result: Result) -> str:
    """The same schedule again."""
    return (
        f"CONTINUUM_CHAOS_SEED={result.seed} python -m tests.chaos"
        f" --seconds {result.seconds:g} --people {result.people}"
    )


def _kinds(injected: list[Injected]) -> list[str]:
    return [f"{kind}: {count}, recovered after {times}" for kind, count, times in _recoveries(injected)]


def _recoveries(injected: list[Injected]) -> Iterator[tuple[str, int, str]]:
    for kind in KINDS:
        those = [each for each in injected if each.planned.kind == kind.name]
        took = [each.recovered_s for each in those if each.recovered_s is not None]
        never = len(those) - len(took)
        if those:
            told = f"{statistics.median(took):.1f} s, at worst {max(took):.1f} s" if took else "-"
            yield kind.name, len(those), told + (f"; {never} not within the time" if never else "")


def written(result: Result) -> str:
    """The page: seed, command, faults and recoveries, the checks and the ledger, what is wrong if anything is."""
    parts = [
        TITLE,
        _table(("", ""), _facts(result)),
        "## The checks, when everything had come to rest",
        _table(
            ("check", "what it saw"), [(c.name, "**wrong**" if c.wrong else c.told) for c in result.checked]
        ),
        *_mistakes(result),
        "## What was injected, and how long until all was well again\n\n" + RECOVERY,
        _table(
            ("fault", "times", "held, s", "recovered, median s", "worst s", "not seen"),
            [row for kind in KINDS if (row := _row(kind.name, result.injected))],
        ),
        "## The ledger at the end",
        _table(
            ("source", "events", "deliveries", "handled", "discarded", "late", "anything else"),
            _ledger(result),
        ),
        "## The schedule\n\n```text\n" + "\n".join(map(str, result.planned)) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"


TITLE = """# Faults at random

This page was written by the run that it tells of. A cohort goes through the main job, from the bulk file to notices,
called from outside, while the services run as separate processes (two of itt, cpd and notifications) on a RabbitMQ
and a PostgreSQL of their own; a seed decides what fails when. The same job without faults came before it: everybody
must come out the same. `tests/chaos` is the code, `./continuum test tests/chaos` the form of one minute."""
RECOVERY = """A fault is over when it is lifted: the server answers again, the process was started again, the hour
is right again. From then on it is measured until every event that was committed up to that moment (and in the minute
before the fault) is known to all who listen, and every service answers a call. Faults overlap, so a recovery may have
had to wait for the next one, and faults of one server or process wait for each other, which counts as held. An event
that is parked counts as known, an operator tries it again later."""


def _facts(result: Result) -> list[tuple[object, ...]]:
    return [
        ("commit", _commit()),
        ("written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("command", f"`{command(result)}`"),
        ("seed", result.seed),
        ("people", result.people),
        ("faults for", f"{result.seconds:g} s"),
        ("faults injected", len(result.injected)),
        *((name, _shown(value)) for name, value in result.told.items()),
        ("result", "something is wrong, see below" if result.wrong else "everything held"),
    ]


def _shown(value: object) -> object:
    return ", ".join(f"{what} {n}" for what, n in value.items()) if isinstance(value, dict) else value


def _mistakes(result: Result) -> list[str]:
    if not result.wrong:
        return []
    return ["## What is wrong", "\n".join(f"- `{what}`" for what in result.wrong)]


def _row(kind: str, injected: list[Injected]) -> tuple[object, ...] | None:
    those = [each for each in injected if each.planned.kind == kind]
    took = [each.recovered_s for each in those if each.recovered_s is not None]
    if not those:
        return None
    held = f"{statistics.median(each.held_s for each in those):.1f}"
    times = (f"{statistics.median(took):.1f}", f"{max(took):.1f}") if took else ("-", "-")
    return (kind, len(those), held, *times, len(those) - len(took) or "")


def _ledger(result: Result) -> list[tuple[object, ...]]:
    return result.ledger


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _commit() -> str:
    answer = subprocess.run(
        ["git", "log", "-1", "--format=%h %s"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()
