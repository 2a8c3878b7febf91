"""Plain Nameko, FastStream and Celery on the same work, where their scripts lie beside the project."""

import json
import subprocess
import sys
from typing import Any

from shared.config import PROJECT_ROOT

SCRIPT = PROJECT_ROOT.parent / "shared" / "tools" / "peers" / "run.sh"
LIMIT_S = 600
Peers = dict[str, dict[str, float]]


def run() -> Peers:
    """Peer -> figure -> value; nothing, and a line that says why, where the peers are not there."""
    if not SCRIPT.exists():
        print(
            f"the peers are left out: there is no {SCRIPT.name} of theirs beside the project", file=sys.stderr
        )
        return {}
    done = subprocess.run(["bash", str(SCRIPT)], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line.pop("peer"): _figures(line) for line in lines}


def _figures(line: dict[str, Any]) -> dict[str, float]:
    return {figure: value for figure, value in line.items() if isinstance(value, int | float)}


def ratios(ours: dict[str, float], theirs: Peers) -> dict[str, float]:
    """Ours as a multiple of the best peer's: above 1 is better for a rate, below 1 for a time."""
    found = {}
    for figure, value in ours.items():
        if known := [figures[figure] for figures in theirs.values() if figure in figures]:
            best = min(known) if figure.endswith("_ms") else max(known)
            found[figure] = value / best
    return found
