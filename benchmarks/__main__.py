"""``continuum bench [FIGURE...] [--json] [--peers] [--rounds N]``: the figures of the product on real servers.

Each is a line of JSON, ``{"figure", "value", "unit"}``; on a terminal, without --json, a line to read. --peers
measures plain Nameko, FastStream and Celery in between, on the same work, and compares; --rounds gives medians.
``continuum bench soak`` is another thing: half an hour under a steady load, see its --help. So is ``continuum bench
scale``: lists, feed, end of cycle and bulk file in a database with 130,000 applications.
"""

from shared.runner.green import patch

patch()

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from statistics import median

from benchmarks import measures, peers
from benchmarks.measures import Figures
from benchmarks.surroundings import Impossible, surroundings

Work = tuple[Callable[[], Figures], tuple[str, ...]]
WORK: tuple[Work, ...] = (
    (measures.end_to_end, ("e2e_per_s", "cpu_s_per_1000_events")),
    (measures.end_to_end_mapped, ("e2e_mapped_per_s",)),
    (measures.drain, ("drain_per_s",)),
    (measures.calls, ("rpc_p50_ms", "rpc_p99_ms", "rpc_50_per_s")),
    (measures.commit_to_effect, ("commit_to_effect_p50_ms", "commit_to_effect_p99_ms")),
    (measures.drain_100k, ("drain_100k_per_s",)),
    (measures.idle_memory, ("idle_rss_mb",)),
    (measures.demonstration, ("demo_s",)),
)
FIGURES = tuple(figure for _, figures in WORK for figure in figures)
UNITS = {"cpu_s_per_1000_events": "s", "idle_rss_mb": "MB", "demo_s": "s"}


class Report:
    """Keeps what the rounds gave, and says the middle of it, or why there is nothing."""

    def __init__(self, wanted: Sequence[str], rounds: int, as_json: bool) -> None:
        self._wanted, self._rounds, self._as_json = wanted, rounds, as_json
        self._ours: dict[str, list[float]] = {}
        self._peers: dict[str, dict[str, list[float]]] = {}
        self.has_failed = False

    def measure(self, work: Work) -> None:
        """Do it; after the last round say what came of it."""
        measure, figures = work
        try:
            for figure, value in measure().items():
                self._ours.setdefault(figure, []).append(value)
        except Impossible as reason:
            self.failed(figures, reason)
        for figure in figures:
            if figure in self._wanted and len(self._ours.get(figure, ())) == self._rounds:
                self._say(figure=figure, value=_rounded(median(self._ours[figure])), unit=unit_of(figure))

    def measure_peer(self, peer: str) -> None:
        """The same work, done by a peer."""
        try:
            for figure, value in peers.measured(peer).items():
                self._peers.setdefault(peer, {}).setdefault(figure, []).append(value)
        except Impossible as reason:
            self.failed([f"peer {peer}"], reason)

    def compare(self) -> None:
        """What the peers have, and ours as a multiple of the best of theirs."""
        theirs = {peer: {f: median(v) for f, v in found.items()} for peer, found in self._peers.items()}
        for peer, figures in theirs.items():
            for figure in self._wanted:
                if figure in figures:
                    self._say(figure=figure, value=_rounded(figures[figure]), unit=unit_of(figure), peer=peer)
        for figure in self._wanted:
            if figure in self._ours and (best := peers.best(figure, theirs)):
                ratio = round(median(self._ours[figure]) / best[1], 2)
                self._say(figure=f"{figure}_ratio", value=ratio, unit="x", peer=best[0])

    def failed(self, figures: Iterable[str], reason: Exception) -> None:
        """There are no such figures this time."""
        self.has_failed = True
        for figure in figures:
            self._say(figure=figure, skipped=str(reason))

    def _say(self, **line: object) -> None:
        if self._as_json:
            print(json.dumps(line), flush=True)
        elif "skipped" in line:
            print(f"{line['figure']!s:28} {line['skipped']}", flush=True)
        else:
            whose = f"  ({line['peer']})" if "peer" in line else ""
            print(f"{line['figure']!s:28} {line['value']!s:>10} {line['unit']}{whose}", flush=True)


def unit_of(figure: str) -> str:
    """The unit that a figure is in."""
    return UNITS.get(figure) or ("ms" if figure.endswith("_ms") else "1/s")


def _rounded(value: float) -> float:
    return round(value) if value >= 1_000 else round(value, 1 if value >= 100 else 3)


def main(arguments: Sequence[str]) -> int:
    """Measure and say. Gives 1 when a figure could not be measured, 2 for an unknown name."""
    asked = _parsed(arguments)
    wanted = [figure for figure in FIGURES if not asked.figures or figure in asked.figures]
    work = [each for each in WORK if set(each[1]) & set(wanted)]
    report = Report(wanted, asked.rounds, asked.json or not sys.stdout.isatty())
    try:
        compared = _peers(report) if asked.peers else ()
        with surroundings():
            for _ in range(asked.rounds):
                _round(report, work, compared)
        report.compare()
    except Impossible as reason:
        report.failed(wanted, reason)
    return 1 if report.has_failed else 0


def _round(report: Report, work: Sequence[Work], compared: Sequence[str]) -> None:
    """Ours and theirs by turns, so that whatever else the machine does meets both."""
    for ours, peer in zip_longest(work, compared):
        if ours is not None:
            report.measure(ours)
        if peer is not None:
            report.measure_peer(peer)


def _peers(report: Report) -> Sequence[str]:
    try:
        peers.script()
    except Impossible as reason:
        report.failed(["peers"], reason)
        report.has_failed = False
        return ()
    return peers.NAMES


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "continuum bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ", ".join(FIGURES)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"all without a name: {names}")
    parser.add_argument("--json", action="store_true", help="lines of JSON on a terminal, too")
    parser.add_argument("--peers", action="store_true", help="measure the peers in between, and compare")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="do it N times, give medians")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.figures) - set(FIGURES)):
        parser.error(f"there is no figure {', '.join(unknown)}; the figures are {names}")
    return asked


if __name__ == "__main__":
    if sys.argv[1:2] == ["soak"]:
        from benchmarks import soak

        sys.exit(soak.main(sys.argv[2:]))
    if sys.argv[1:2] == ["scale"]:
        from benchmarks.scale import command

        sys.exit(command.main(sys.argv[2:]))
    sys.exit(main(sys.argv[1:]))
