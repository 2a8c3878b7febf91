"""The main job under every fault, for a minute (CONTINUUM_CHAOS_SECONDS), in processes of its own."""

import os
import subprocess
import sys

import pytest

from shared.config import PROJECT_ROOT
from shared.service_names import SERVICES
from shared.testing.servers import NotInstalled, PrivatePostgres, PrivateRabbit
from tests.chaos.faults import KINDS
from tests.chaos.schedule import schedule

SECONDS = float(os.environ.get("CONTINUUM_CHAOS_SECONDS", "60"))


def _servers() -> None:
    """Skips without the programs of the servers, and fails where they are required."""
    for kind, server in (("RABBITMQ", PrivateRabbit), ("POSTGRES", PrivatePostgres)):
        try:
            server.programs()
        except NotInstalled as missing:
            if os.environ.get(f"CONTINUUM_REQUIRE_{kind}") == "1":
                pytest.fail(f"CONTINUUM_REQUIRE_{kind}=1, but there is {missing}", pytrace=False)
            pytest.skip(str(missing))


@pytest.mark.timeout(SECONDS + 840)
def test_the_main_job_comes_out_the_same_whatever_fails_on_the_way() -> None:
    """A failure prints the seed, the schedule, the command to run it again and the end of every log."""
    _servers()
    command = [sys.executable, "-W", "ignore", "-m", "tests.chaos", "--seconds", f"{SECONDS:g}"]
    seeded = {"CONTINUUM_CHAOS_SEED": "20261124"} | os.environ
    ran = subprocess.run(command, cwd=PROJECT_ROOT, env=seeded, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_seed_is_a_schedule() -> None:
    assert schedule(7, 60) == schedule(7, 60)
    assert schedule(7, 60) != schedule(8, 60)


@pytest.mark.parametrize("seed", range(20))
def test_a_minute_has_every_fault_and_all_of_them_begin_within_it(seed: int) -> None:
    planned = schedule(seed, 60)
    assert {each.kind for each in planned} == {kind.name for kind in KINDS}
    assert all(0 < each.at_s < 60 for each in planned)


def test_faults_aim_at_what_there_is() -> None:
    targets = {each.target for seed in range(50) for each in schedule(seed, 60)}
    assert {target.partition("-")[0] for target in targets} == {"", *SERVICES}
