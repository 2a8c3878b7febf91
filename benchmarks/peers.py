"""What a user would pick instead, measured in the same run: Nameko as it comes, FastStream, Celery."""

import json
import os
import subprocess
from pathlib import Path

from benchmarks.surroundings import Impossible
from shared.config import PROJECT_ROOT

NAMES = ("nameko", "faststream", "celery")
WITHIN_S = 300.0
# Our figure -> whom it is compared with, and whether more is better.
COMPARED: dict[str, tuple[tuple[str, ...], bool]] = {
    "e2e_per_s": (NAMES, True),
    "drain_per_s": (NAMES, True),
    "rpc_p50_ms": (("nameko",), False),
    "rpc_p99_ms": (("nameko",), False),
    "rpc_50_per_s": (("nameko",), True),
}


def script() -> Path:
    """Where the peers are: ``BENCH_PEERS``, or beside the project. Raises Impossible when they are not there."""
    path = Path(os.environ.get("BENCH_PEERS", PROJECT_ROOT.parent / "shared" / "tools" / "peers" / "run.sh"))
    if not path.is_file():
        raise Impossible("the peers are not beside the project (BENCH_PEERS names their run.sh)")
    return path


def measured(peer: str) -> dict[str, float]:
    """The figures of one peer. Raises Impossible when it fails, or takes more than five minutes."""
    command = ["bash", str(script()), peer]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=True)
        figures = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.SubprocessError, OSError, ValueError, IndexError) as error:
        raise Impossible(f"the peer {peer} gave no figures: {type(error).__name__}") from None
    return {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}


def best(figure: str, theirs: dict[str, dict[str, float]]) -> tuple[str, float] | None:
    """The best peer in a figure, and what it has; None when there is none to compare with."""
    whom, more_is_better = COMPARED.get(figure, ((), True))
    found = [(theirs[peer][figure], peer) for peer in whom if figure in theirs.get(peer, {})]
    if not found:
        return None
    value, peer = max(found) if more_is_better else min(found)
    return peer, value
