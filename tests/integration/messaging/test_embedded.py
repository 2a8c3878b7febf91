"""In one process and without a broker the same holds: nothing is lost or doubled, and order is kept."""

import signal

import pytest

from shared.testing.cluster import Cluster

pytestmark = pytest.mark.timeout(90)
NO_BROKER = {"AMQP_URI": ""}


def test_facts_travel_both_ways_inside_one_process(cluster: Cluster) -> None:
    cluster.start("speaker", "listener", talk="total=1000,rate=2000", **NO_BROKER)
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []


@pytest.mark.parametrize("place", ["inbox.before_commit", "inbox.committed"])
def test_a_process_that_is_killed_around_a_commit_goes_on_where_it_was(cluster: Cluster, place: str) -> None:
    process = cluster.start(
        "speaker", "listener", talk="total=600,rate=1000", failpoints=f"{place}=kill@8", **NO_BROKER
    )
    assert process.wait() == -signal.SIGKILL
    cluster.start("speaker", "listener", talk="total=600,rate=2000", **NO_BROKER)
    cluster.until_settled(600)
    assert cluster.ledger().mistakes() == []


def test_events_wait_for_a_consumer_that_is_not_there(cluster: Cluster) -> None:
    speaker = cluster.start("speaker", talk="total=100,rate=1000", **NO_BROKER)
    cluster.until_said(100)
    assert speaker.stop() == 0
    assert (cluster.count("speaker", "event_log"), cluster.count("speaker", "outbox")) == (0, 100)
    cluster.start("speaker", "listener", **NO_BROKER)
    cluster.until_settled(100)
    assert cluster.ledger().mistakes() == []


def test_an_event_that_kills_the_process_is_parked_without_a_broker_too(cluster: Cluster) -> None:
    deaths = 0
    while True:
        process = cluster.start(
            "speaker", "listener", talk="total=100,rate=500,burden=kill,every=60", **NO_BROKER
        )
        cluster.until(
            lambda: process.returncode is not None or cluster.settled(100),  # noqa: B023
            "the process died, or has settled everything",
        )
        if process.returncode is None:
            break
        assert process.returncode == -signal.SIGKILL
        deaths += 1
    assert deaths == 3
    assert cluster.ledger().mistakes() == []
    assert cluster.count("listener", "inbox_failure WHERE reason = 'died' AND state = 'parked'") == 1
