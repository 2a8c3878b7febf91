"""A timer that kills its process is found out, parked, and holds up neither its service nor the other timers."""

import signal

import pytest

from shared.testing.cluster import Cluster

pytestmark = pytest.mark.timeout(180)
KILLS = "timer.silence.deadly=kill"


def test_a_timer_that_kills_its_process_is_parked_at_the_third_start(cluster: Cluster) -> None:
    for subject in ("deadly", "harmless"):
        statement = "INSERT INTO due (at, kind, subject) VALUES (now() - interval '1 day', 'silence', %s)"
        cluster.sql("listener", statement, subject)
    for _ in range(2):
        assert cluster.start("listener", failpoints=KILLS).wait(60) == -signal.SIGKILL
    assert cluster.count("listener", "silence") == 0
    survivor = cluster.start("listener", failpoints=KILLS)
    cluster.until(lambda: cluster.count("listener", "silence") == 1, "the harmless one fired", 60)
    assert survivor.returncode is None
    assert cluster.sql("listener", "SELECT subject FROM silence") == [("harmless",)]
    assert cluster.count("listener", "due WHERE subject = 'deadly' AND parked_at IS NOT NULL") == 1
