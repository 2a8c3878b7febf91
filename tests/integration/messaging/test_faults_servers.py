"""Broker and database may go away and come back: services wait for them, and nothing is lost or doubled."""

import pytest

from shared.messaging.topology import inbox_of
from shared.operations.handlers import RESEND
from shared.testing.cluster import Cluster
from shared.testing.servers import PrivatePostgres, PrivateRabbit

pytestmark = pytest.mark.timeout(120)


def test_a_broker_that_is_killed_under_load_loses_nothing(cluster: Cluster, rabbit: PrivateRabbit) -> None:
    services = cluster.start("listener"), cluster.start("speaker", talk="total=2000,rate=400")
    cluster.until_heard(200)
    rabbit.kill()
    rabbit.start()
    cluster.until_settled(2000, within_s=60)
    assert cluster.ledger().mistakes() == []
    assert [service.returncode for service in services] == [None, None]


def test_services_start_without_a_broker_and_begin_when_it_comes(
    cluster: Cluster, rabbit: PrivateRabbit
) -> None:
    rabbit.stop()
    services = cluster.start("listener"), cluster.start("speaker", talk="total=500,rate=500")
    cluster.until_said(500)
    assert cluster.ledger().words.inbox == []
    rabbit.start()
    cluster.until_settled(500)
    assert cluster.ledger().mistakes() == []
    assert [service.returncode for service in services] == [None, None]


def test_a_broker_short_of_memory_holds_events_up_and_loses_none(
    cluster: Cluster, rabbit: PrivateRabbit
) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=1500,rate=500")
    cluster.until_heard(100)
    rabbit.memory_alarm(on=True)
    try:
        cluster.until_said(1000)
    finally:
        rabbit.memory_alarm(on=False)
    cluster.until_settled(1500)
    assert cluster.ledger().mistakes() == []


def test_a_process_stops_in_time_while_the_broker_is_short_of_memory(
    cluster: Cluster, rabbit: PrivateRabbit
) -> None:
    cluster.start("listener")
    speaker = cluster.start("speaker", talk="total=1000,rate=500")
    cluster.until_heard(100)
    rabbit.memory_alarm(on=True)
    try:
        assert speaker.stop(within_s=25) == 0
    finally:
        rabbit.memory_alarm(on=False)
    cluster.start("speaker", talk="total=1000,rate=1000")
    cluster.until_settled(1000)
    assert cluster.ledger().mistakes() == []


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_database_that_goes_away_under_load_loses_nothing(
    cluster: Cluster, postgres: PrivatePostgres, how: str
) -> None:
    services = cluster.start("listener"), cluster.start("speaker", talk="total=1500,rate=500")
    cluster.until_heard(200)
    getattr(postgres, how)()
    postgres.start()
    cluster.until_settled(1500)
    assert cluster.ledger().mistakes() == []
    assert [service.returncode for service in services] == [None, None]


def test_a_deleted_queue_is_declared_again_and_what_was_in_it_comes_back_when_it_is_sent_again(
    cluster: Cluster,
) -> None:
    cluster.start("speaker", talk="total=300,rate=1000")
    cluster.until(
        lambda: len(cluster.ledger().words.made) == 300 and not cluster.ledger().words.waiting, "published"
    )
    with cluster.channel() as channel:
        channel.queue_delete(inbox_of("listener"))
    cluster.start("listener")
    cluster.start("speaker", talk="total=400,rate=1000")
    cluster.until(lambda: len(cluster.ledger().words.inbox) == 100, "those after the loss are heard")
    lost = cluster.ledger().words.lost
    assert len(lost) == 300
    cluster.sql("speaker", RESEND.text.replace(":ids", "%s::uuid[]"), sorted(lost))
    cluster.until_settled(400)
    assert cluster.ledger().mistakes(ordered=False) == []


def test_a_queue_that_is_deleted_while_its_consumer_runs_is_declared_again(cluster: Cluster) -> None:
    listener = cluster.start("listener")
    cluster.until(lambda: "inbox.active" in listener.said(), "it consumes")
    with cluster.channel() as channel:
        channel.queue_delete(inbox_of("listener"))
    cluster.until(lambda: listener.said().count("inbox.active") == 2, "it consumes again")
    cluster.start("speaker", talk="total=100,rate=1000")
    cluster.until_settled(100)
    assert cluster.ledger().mistakes() == []


def test_events_are_held_while_the_queue_of_a_declared_consumer_is_missing(cluster: Cluster) -> None:
    with cluster.channel() as channel:
        channel.queue_delete(inbox_of("listener"))
    speaker = cluster.start("speaker", talk="total=100,rate=1000")
    cluster.until_said(100)
    cluster.until(lambda: "relay.returned" in speaker.said(), "the relay has noticed")
    cluster.until(
        lambda: cluster.count("speaker", "outbox WHERE not_before IS NOT NULL") >= 20, "subjects are held"
    )
    assert (cluster.count("speaker", "event_log"), cluster.count("speaker", "outbox")) == (0, 100)
    cluster.start("listener")
    cluster.until_settled(100)
    assert cluster.ledger().mistakes(ordered=False) == []
