"""``python -m tests.chaos --seconds 60 --seed 7``: faults at random over the main job, then the checks."""

import eventlet

eventlet.monkey_patch()

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from shared import logs
from tests.chaos.report import printed, written
from tests.chaos.run import Run
from tests.chaos.world import World

PEOPLE, PEOPLE_AT_LEAST, LONG_S = 300, 12, 1800.0


def main() -> int:
    """Gives 0 when everything held, else 1 with the seed, the schedule and the end of every log."""
    asked = _asked()
    people = asked.people or max(PEOPLE_AT_LEAST, round(PEOPLE * min(1.0, asked.seconds / LONG_S)))
    folder = Path(asked.folder or tempfile.mkdtemp(prefix="continuum-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    logs.configure("chaos", level="INFO", stream=(folder / "chaos.txt").open("a"))
    world, began = World(folder), time.monotonic()
    run = Run(world, asked.seed, people, asked.seconds)
    _say(f"seed {asked.seed}, {people} people, faults for {asked.seconds:g} s, logs in {folder}")
    try:
        world.open()
        run.chaos(run.reference())
    except Exception as error:  # noqa: BLE001 - it is told with the seed and the schedule
        run.result.problems.append(f"the run broke off: {type(error).__name__} {error}")
        run.result.problems.append(traceback.format_exc(limit=-3))
    finally:
        run.result.told["the whole run took, s"] = round(time.monotonic() - began, 1)
        said = world.logs()
        world.close()
    _say(printed(run.result))
    if asked.report:
        Path(asked.report).write_text(written(run.result))
    if run.result.wrong:
        _say(said)
    return 1 if run.result.wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    seconds = float(os.environ.get("CONTINUUM_CHAOS_SECONDS", "60"))
    seed = int(os.environ.get("CONTINUUM_CHAOS_SEED") or random.randrange(10**6))
    parser.add_argument("--seconds", type=float, default=seconds, help="how long faults happen")
    parser.add_argument("--seed", type=int, default=seed, help="another seed is another schedule")
    parser.add_argument("--people", type=int, help="instead of ten a minute, at least 12")
    parser.add_argument("--report", help="write a report into this file")
    parser.add_argument("--folder", help="for the logs; a new one by default")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
