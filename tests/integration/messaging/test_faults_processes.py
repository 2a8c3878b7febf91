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


def test_a_relay_killed_between_publish_and_move_publishes_again_and_nothing_is_doubled(
    cluster: Cluster,
) -> None:
    cluster.start("listener")
    victim = cluster.start("speaker", talk="total=1000,rate=1000", failpoints="relay.published=kill@4")
    assert victim.wait() == -signal.SIGKILL
    cluster.start("speaker", talk="total=1000,rate=2000")
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []


def test_a_service_killed_after_its_commit_has_published_what_it_committed(cluster: Cluster) -> None:
    cluster.start("listener")
    victim = cluster.start("speaker", talk="total=1000,rate=1000,die_at=400")
    assert victim.wait() == -signal.SIGKILL
    assert cluster.count("speaker", "said WHERE number = 400") == 1
    cluster.start("speaker", talk="total=1000,rate=2000")
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_standby_takes_over_from_the_active_replica_in_order(
    cluster: Cluster, how: signal.Signals
) -> None:
    active = cluster.start("listener")
    cluster.until(lambda: "inbox.active" in active.said(), "the first replica is the active one")
    cluster.start("listener")
    cluster.start("speaker", talk="total=2000,rate=1000")
    cluster.until_heard(300)
    active.signal(how)
    assert active.wait() == (0 if how == signal.SIGTERM else -how)
    cluster.until_settled(2000)
    assert cluster.ledger().mistakes() == []


def test_the_standby_relays_when_the_replica_that_relayed_is_gone(cluster: Cluster) -> None:
    cluster.start("listener")
    first = cluster.start("speaker", talk="total=400,rate=400")
    cluster.until_said(50)
    cluster.start("speaker", talk="total=1000,rate=1000")
    cluster.until_said(600)
    first.kill()
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []


def test_replicas_that_lose_their_seats_change_places_without_disorder(cluster: Cluster) -> None:
    """The seat of the consumer and the seat of the relay are taken away three times, under load."""
    active = cluster.start("listener")
    cluster.until(lambda: "inbox.active" in active.said(), "the first replica is the active one")
    cluster.start("listener")
    cluster.start("speaker")
    cluster.start("speaker", talk="total=2000,rate=1000")
    for heard in (200, 600, 1000):
        cluster.until_heard(heard)
        for service, seat in (("listener", 2), ("speaker", 1)):
            cluster.sql(
                service,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s AND datname = current_database()",
                f"continuum {service} seat {seat}",
            )
    cluster.until_settled(2000)
    assert cluster.ledger().mistakes() == []
