"""A process may die at any moment: no event is lost, none has its effects twice, and order is kept."""

import signal

import pytest

from shared.testing.cluster import Cluster

pytestmark = pytest.mark.timeout(90)


def test_everything_that_is_said_is_heard_once_and_in_order(cluster: Cluster) -> None:
    cluster.start("speaker", talk="total=1000,rate=2000")
    cluster.start("listener")
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []


@pytest.mark.parametrize("place", ["inbox.before_commit", "inbox.committed"])
def test_a_consumer_killed_around_its_commit_loses_and_doubles_nothing(cluster: Cluster, place: str) -> None:
    cluster.start("speaker", talk="total=1000,rate=1000")
    victim = cluster.start("listener", failpoints=f"{place}=kill@4")
    assert victim.wait() == -signal.SIGKILL
    cluster.start("listener")
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []
