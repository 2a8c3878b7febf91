"""The page that a soak writes."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from typing import Any

from benchmarks.steadiness import MEMORY, Sample, Verdict
from shared.config import PROJECT_ROOT

HEAD = """# Soak

This page was written by the run that it tells of: `./continuum bench soak`, half of the maximal rate with the services
of the benchmark (a row and an event in each transaction, a row for each event at the consumer), two processes of each,
on a RabbitMQ and a PostgreSQL of their own. Every three minutes an analyst holds a snapshot of both databases for two
minutes, so that nothing that was deleted meanwhile can be cleared away. Shorter soaks have a shorter analyst."""
HOW = """A quantity grows when the median of its last third is beyond the bound, which is stated from the median of its
first third. Samples begin after a minute of warming up. Dead tuples are those of outbox, log, sequences and inbox in
both databases, as the server counts them; the outbox file is the table with its indexes."""


def written(soaked: Any, beside: str) -> str:
    """The page."""
    parts = [
        HEAD,
        _table(("", ""), _facts(soaked, beside)),
        "## What grows, and what does not\n\n" + HOW,
        _table(
            ("quantity", "start", "first third", "last third", "end", "highest", "bound", "grows"),
            [_line(each) for each in soaked.verdicts],
        ),
        f"## Each of the {len(soaked.samples)} samples",
        _samples(soaked.samples),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(soaked: Any, beside: str) -> list[tuple[object, ...]]:
    growing = ", ".join(soaked.growing)
    return [
        ("commit", _commit()),
        ("written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("command", f"`./continuum bench soak --seconds {soaked.seconds:g}`"),
        ("machine", f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"),
        ("what else ran", beside),
        ("maximal rate, by a burst", f"{soaked.maximal_per_s:.0f} events/s"),
        ("wanted rate", f"{soaked.wanted_per_s:.0f} events/s"),
        ("reached", f"{soaked.sent / soaked.took_s:.0f} events/s, {soaked.sent} events"),
        ("refused", f"{soaked.refused} events"),
        ("analyst's queries that ended", soaked.queries),
        ("result", f"**grows: {growing}**" if growing else "nothing grows"),
    ]


def _line(each: Verdict) -> tuple[object, ...]:
    numbers = (each.start, each.first, each.last, each.end, each.highest)
    return (each.name, *map(_number, numbers), each.bound, "**yes**" if each.grows else "no")


def _samples(samples: list[Sample]) -> str:
    names = [name for name in samples[0] if not name.startswith(MEMORY)]
    memory = [name for name in samples[0] if name.startswith(MEMORY)]
    rows = [
        (
            nth,
            *(_number(sample[name]) for name in names),
            " / ".join(_number(sample[name]) for name in memory),
        )
        for nth, sample in enumerate(samples)
    ]
    return _table(("sample", *names, "memory of the processes, MB"), rows)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _commit() -> str:
    asked = ["git", "log", "-1", "--format=%h %s"]
    return subprocess.run(asked, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False).stdout.strip()
