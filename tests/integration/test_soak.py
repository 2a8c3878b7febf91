"""Under a steady load nothing grows: the short form of the soak, and how it judges."""

import os
import subprocess
import sys

import pytest

from benchmarks.steadiness import DEAD, MEMORY, OUTBOX_AGE, verdicts
from shared.config import PROJECT_ROOT
from shared.testing.servers import NotInstalled, PrivatePostgres, PrivateRabbit

SECONDS = float(os.environ.get("CONTINUUM_SOAK_SECONDS", "30"))


@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.skipif(
    "CONTINUUM_SOAK_SECONDS" not in os.environ,
    reason="half a minute is over before the server vacuums once: set CONTINUUM_SOAK_SECONDS to 600 or more",
)
def test_nothing_grows_at_half_of_the_maximal_rate() -> None:
    for kind, server in (("RABBITMQ", PrivateRabbit), ("POSTGRES", PrivatePostgres)):
        try:
            server.programs()
        except NotInstalled as missing:
            assert os.environ.get(f"CONTINUUM_REQUIRE_{kind}") != "1", f"there is {missing}"
            pytest.skip(str(missing))
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.soak", "--seconds", f"{SECONDS:g}"]
    ran = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_goes_up_and_down_does_not_grow() -> None:
    (told,) = verdicts([{DEAD: each} for each in (0, 40_000, 100, 45_000, 50, 42_000, 70, 41_000, 80)])
    assert not told.grows


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (f"{MEMORY} itt, MB", [80.0 + 2 * minute for minute in range(30)]),
        (DEAD, [3_000.0 * minute for minute in range(30)]),
        (OUTBOX_AGE, [0.5 * minute for minute in range(30)]),
    ],
)
def test_what_goes_up_a_little_each_minute_grows(name: str, values: list[float]) -> None:
    (told,) = verdicts([{name: value} for value in values])
    assert told.grows


def test_one_odd_sample_is_no_growth() -> None:
    (told,) = verdicts([{OUTBOX_AGE: 30.0 if minute == 28 else 0.1} for minute in range(30)])
    assert (told.grows, told.highest) == (False, 30.0)
