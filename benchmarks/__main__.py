"""``continuum bench [NAME...] [--json] [--peers]``: the figures of the product on RabbitMQ and PostgreSQL.

Each is one line of JSON, ``{"figure", "value", "unit"}``, as soon as it is known; on a terminal without --json it is
a line to read. --peers runs plain Nameko, FastStream and Celery on the same work in the same run, where they are.
"""

from shared.runner.green import patch

patch()

import argparse
import json
import sys
from collections.abc import Sequence

from benchmarks import measures, peers
from benchmarks.surroundings import TooSlow, surroundings

MEASURES = {
    ("e2e_per_s", "cpu_s_per_1000_events"): measures.end_to_end,
    ("drain_per_s",): measures.drain,
    ("drain_100k_per_s",): measures.drain_100k,
    ("commit_to_effect_p50_ms", "commit_to_effect_p99_ms"): measures.commit_to_effect,
    ("rpc_p50_ms", "rpc_p99_ms", "rpc_50_per_s"): measures.calls,
    ("idle_rss_mb",): measures.idle_memory,
    ("demo_s",): measures.demo,
}
FIGURES = [figure for figures in MEASURES for figure in figures]
UNITS = {"cpu_s_per_1000_events": "s", "idle_rss_mb": "MB", "demo_s": "s"}


def unit_of(figure: str) -> str:
    """The unit that a figure is in."""
    if figure in UNITS:
        return UNITS[figure]
    return "ms" if figure.endswith("_ms") else "1/s"


def main(argv: Sequence[str]) -> int:
    """Measure what is named, or everything. Exit code 1 when something took too long or is missing."""
    parser = argparse.ArgumentParser(prog="continuum bench", description=__doc__, formatter_class=_AsWritten)
    parser.add_argument("figures", nargs="*", metavar="NAME", help=f"one of: {', '.join(FIGURES)}")
    parser.add_argument(
        "--json", action="store_true", help="a line of JSON for each figure, on a terminal too"
    )
    parser.add_argument("--peers", action="store_true", help="plain Nameko, FastStream and Celery beside it")
    asked = parser.parse_args(argv)
    if unknown := sorted(set(asked.figures) - set(FIGURES)):
        parser.error(f"there is no figure {', '.join(unknown)}; the figures are {', '.join(FIGURES)}")
    as_json = asked.json or not sys.stdout.isatty()
    try:
        found = _measured(set(asked.figures or FIGURES), as_json)
    except TooSlow as slow:
        print(f"continuum bench: {slow}", file=sys.stderr)
        return 1
    if asked.peers:
        _compare(found, as_json)
    return 0


class _AsWritten(argparse.RawDescriptionHelpFormatter):
    pass


def _measured(wanted: set[str], as_json: bool) -> dict[str, float]:
    found: dict[str, float] = {}
    with surroundings():
        for figures, measure in MEASURES.items():
            if wanted & set(figures):
                for figure, value in measure().items():
                    if figure in wanted:
                        found[figure] = value
                        _say(as_json, figure=figure, value=round(value, 3), unit=unit_of(figure))
    return found


def _compare(found: dict[str, float], as_json: bool) -> None:
    """The peers' figures of the same run, and ours as a multiple of the best of them."""
    theirs = peers.run()
    for peer, figures in theirs.items():
        for figure, value in figures.items():
            _say(as_json, figure=figure, value=value, unit=unit_of(figure), peer=peer)
    for figure, ratio in peers.ratios(found, theirs).items():
        _say(as_json, figure=f"{figure}_ratio", value=round(ratio, 2), unit="x the best peer")


def _say(as_json: bool, **line: object) -> None:
    if as_json:
        print(json.dumps(line), flush=True)
    else:
        who = f"  ({line['peer']})" if "peer" in line else ""
        print(f"{line['figure']!s:28} {line['value']!s:>12} {line['unit']}{who}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
