"""``continuum bench scale [--candidates N] [--json]``: 40,000 candidates with 130,000 applications in one database.

Lists, feed, the end of the cycle and the bulk file are measured over RPC on RabbitMQ, as users have it: principal,
schema, metrics and log. The plans of the statements that the lists send are in the output.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.cohort import Loaded, load
from benchmarks.cohort.plot import Shares
from benchmarks.cohort.spans import DAYS
from benchmarks.measures import percentile
from benchmarks.running import Caller, running
from benchmarks.scale import plans, reading, writing
from benchmarks.scale.asking import Askers, askers, lists
from benchmarks.services import IDLE
from benchmarks.surroundings import Impossible, run, surroundings
from services.itt.domain.deadlines import ENDS
from shared.broker import open_connection
from shared.database import engine, sessions
from shared.errors import ContinuumError
from shared.messaging.topology import declare_exchanges, exchange_of

CANDIDATES, LONGEST_S = 40_000, 600.0


class Lines:
    """What was found, a line each."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def figure(self, figure: str, value: float, unit: str, **more: Any) -> None:
        """A number, with what it is of."""
        shown = round(value) if value >= 1_000 else round(value, 2)
        if self._as_json:
            print(json.dumps({"figure": figure, "value": shown, "unit": unit, **more}), flush=True)
        else:
            of = f"  ({', '.join(f'{name} {each}' for name, each in more.items())})" if more else ""
            print(f"{figure:28} {shown:>10} {unit}{of}", flush=True)

    def plan(self, name: str, statement: str, plan: str) -> None:
        """How the server carries a statement out."""
        if self._as_json:
            print(json.dumps({"figure": "plan", "name": name, "value": plan, "sql": statement}), flush=True)
        else:
            print(f"\nplan of {name}\n{plan}", flush=True)

    def load(self) -> None:
        """How busy the machine is: everything that runs on it."""
        self.figure("load_average_1m", os.getloadavg()[0], "runnable")


def main(arguments: Sequence[str]) -> int:
    """Gives 1 when something could not be measured."""
    parser = argparse.ArgumentParser("continuum bench scale", description=__doc__)
    parser.add_argument("--candidates", type=int, default=CANDIDATES, metavar="N", help=f"{CANDIDATES:,}")
    parser.add_argument("--seed", type=int, default=1, help="another one is another cohort")
    decided: dict[str, Any] = {"type": float, "default": Shares().decided, "metavar": "SHARE"}
    parser.add_argument(
        "--decided", help="by providers before the cycle ends; 0: its end ends all", **decided
    )
    parser.add_argument("--json", action="store_true", help="lines of JSON on a terminal, too")
    asked = parser.parse_args(arguments)
    lines = Lines(asked.json or not sys.stdout.isatty())
    try:
        with surroundings(), _exchange():
            _measure(lines, asked)
    except (Impossible, ContinuumError) as reason:
        print(json.dumps({"figure": "scale", "skipped": str(reason)}), flush=True)
        return 1
    return 0


@contextmanager
def _exchange() -> Iterator[None]:
    """Where the service sends its facts, which nobody here listens to."""
    with closing(open_connection()) as broker:
        declare_exchanges(broker.channel(), [IDLE])
    try:
        yield
    finally:
        with closing(open_connection()) as broker:
            broker.channel().exchange_delete(exchange_of(IDLE))


def _measure(lines: Lines, asked: argparse.Namespace) -> None:
    lines.load()
    given = {"candidates": asked.candidates, "seed": asked.seed, "shares": Shares(decided=asked.decided)}
    loaded = load(sessions(IDLE), say=_progress, **given)
    _swept()
    _cohort(lines, loaded)
    who, since = askers(), loaded.span.until - DAYS
    with running(IDLE):
        _lists(lines, who)
        _feed(lines, who, since)
    _plans(lines, who, since)
    with running(IDLE, CONTINUUM_DEMO_CLOCK="1"):
        before = datetime.now(UTC)
        _cycle_end(lines)
        # Now most changes have no place in the feed yet.
        _walked(lines, "feed_page_after_cycle_end", reading.feed(who, before))
    with running(IDLE):
        _bulk(lines, who)
    lines.load()


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(line, end="\r", file=sys.stderr, flush=True)


def _swept() -> None:
    """What the server does by itself within minutes of such a load."""
    with engine(IDLE).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")


def _cohort(lines: Lines, loaded: Loaded) -> None:
    lines.figure("load_s", loaded.took_s, "s")
    lines.figure("candidates", loaded.rows["candidate"], "rows")
    lines.figure("applications", loaded.applications, "rows", **dict(loaded.states.most_common()))
    lines.figure("facts", loaded.rows["event_log"], "rows")
    size = run(IDLE, "SELECT pg_database_size(current_database())")[0][0]
    lines.figure("database_mb", size / 1_000_000, "MB")


def _lists(lines: Lines, who: Askers) -> None:
    took, plain = reading.lists_ms(list(reading.deeper(list(lists(who)))))
    found = {name: percentile(values, 0.95) for name, values in took.items()}
    for name, value in found.items():
        p50 = round(percentile(took[name], 0.5), 2)
        lines.figure("list_case_p95_ms", value, "ms", case=name, p50=p50)
    worst = max(found, key=lambda name: found[name])
    lines.figure("list_p95_ms", found[worst], "ms", worst=worst, cases=len(found))
    p50 = round(percentile(plain, 0.5), 2)
    lines.figure("plain_call_p95_ms", percentile(plain, 0.95), "ms", p50=p50)


def _feed(lines: Lines, who: Askers, since: datetime) -> None:
    _walked(lines, "feed_page", reading.feed(who, since))
    _walked(lines, "feed_numbered_page", reading.numbered_feed(who, since))


def _walked(lines: Lines, name: str, walk: reading.Walk) -> None:
    first, middle, last = (round(each, 2) for each in walk.thirds_p95_ms)
    depth = {"items": walk.items, "first": first, "middle": middle, "last": last}
    p50 = round(percentile(walk.took_ms, 0.5), 2)
    lines.figure(f"{name}_p95_ms", percentile(walk.took_ms, 0.95), "ms", p50=p50, **depth)
    lines.figure(f"{name}_max_ms", max(walk.took_ms), "ms")


def _bulk(lines: Lines, who: Askers) -> None:
    checked, stored = writing.bulk_s(who)
    for name, values in (("bulk_validate_s", checked), ("bulk_store_s", stored)):
        lines.figure(name, median(values), "s", rounds=[round(each, 2) for each in values])


def _cycle_end(lines: Lines) -> None:
    ended, before = writing.open_applications(), writing.facts()
    with closing(Caller(timeout_s=LONGEST_S)) as call:
        took = writing.end_cycle_s(call)
    each = {what: round(seconds, 1) for what, seconds in took.items()}
    more = {"applications": ended, "facts": writing.facts() - before}
    lines.figure("cycle_end_s", sum(took.values()), "s", **more, **each)


def _plans(lines: Lines, who: Askers, since: datetime) -> None:
    now = datetime.now(UTC)
    middle = run(IDLE, "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY feed_position) FROM application")
    found = [
        *plans.of_lists(list(lists(who)), now),
        *plans.of_feed(who, now, since, int(middle[0][0])),
        *plans.of_timeline(who, now),
        *(each for what in ENDS for each in plans.of_cycle_end(what)),
    ]
    for name, statement, plan in found:
        lines.plan(name, statement, plan)
