"""Drills of docs/runbook.md: the fault is made, seen as an operator sees it, mended as the runbook says."""

import re
import signal

import pytest

from shared.config import PROJECT_ROOT
from shared.messaging.topology import inbox_of
from shared.testing.cluster import Cluster
from shared.testing.servers import PrivateRabbit

pytestmark = pytest.mark.timeout(180)
MORE_THAN_THERE_IS = "900000GB"


def test_a_broker_whose_disk_is_nearly_full_holds_events_up_and_loses_none(
    cluster: Cluster, rabbit: PrivateRabbit
) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=1500,rate=500")
    cluster.until_heard(100)
    rabbit.control("set_disk_free_limit", MORE_THAN_THERE_IS)
    try:
        cluster.until(lambda: "disk space alarm" in rabbit.control("status").lower(), "the alarm is raised")
        cluster.until_said(1500, within_s=90)
        cluster.until(lambda: cluster.count("speaker", "outbox") >= 100, "events wait in the outbox")
    finally:
        rabbit.control("set_disk_free_limit", "50MB")
    cluster.until_settled(1500, within_s=90)
    assert cluster.ledger().mistakes() == []


def test_a_slow_consumer_falls_behind_in_its_queue_and_catches_up_in_order(cluster: Cluster) -> None:
    """One event a transaction, as slow as this consumer gets; the queue holds what it has not taken."""
    slow = cluster.start("listener", INBOX_BATCH="1", INBOX_PREFETCH="1")
    cluster.until(lambda: "inbox.active" in slow.said(), "it consumes")
    slow.signal(signal.SIGSTOP)
    cluster.start("speaker", talk="total=2000,rate=2000")
    cluster.until(lambda: queued(cluster) > 1000, "its queue grows", within_s=60)
    slow.signal(signal.SIGCONT)
    cluster.until_heard(50)
    assert slow.stop() == 0
    cluster.start("listener")
    cluster.until_settled(2000, within_s=90)
    assert queued(cluster) == 0
    assert cluster.ledger().mistakes() == []


def queued(cluster: Cluster) -> int:
    """What an operator sees: the messages that are ready in the queue."""
    with cluster.channel() as channel:
        return int(channel.queue_declare(inbox_of("listener"), passive=True).message_count)


def test_a_relay_that_is_stuck_loses_its_seat_to_the_standby(cluster: Cluster) -> None:
    """The process is frozen: it holds the lock, and neither publishes nor goes. The runbook's own SQL mends it."""
    cluster.start("listener")
    frozen = cluster.start("speaker", talk="total=2000,rate=300")
    cluster.until_heard(50)
    cluster.start("speaker")
    frozen.signal(signal.SIGSTOP)
    execute_as_somebody_else(cluster)
    cluster.until(lambda: cluster.count("speaker", "outbox") >= 1, "an event waits in the outbox")
    found = cluster.sql("speaker", runbook_sql("who holds the seat of the relay"))
    (held,) = [row for row in found if row[0] == 1]
    assert "speaker seat 1" in str(held[2])
    assert cluster.sql("speaker", runbook_sql("free the seat of the relay")) == [(True,)]
    cluster.until(lambda: not cluster.count("speaker", "outbox"), "the standby publishes")
    frozen.signal(signal.SIGCONT)
    cluster.until_settled(2000, within_s=90)
    assert cluster.ledger().mistakes() == []


def execute_as_somebody_else(cluster: Cluster) -> None:
    """A word that is committed while the relay is frozen."""
    cluster.sql(
        "speaker",
        "WITH word AS (INSERT INTO said VALUES (100000, 'speech/' || gen_random_uuid()) RETURNING *)"
        " INSERT INTO outbox (event_id, type, subject, sequence, headers, payload)"
        " SELECT gen_random_uuid(), 'speaker.word.said.v1', subject, 1,"
        " jsonb_build_object('time', now(), 'correlationid', 'drill'),"
        " jsonb_build_object('speech_id', substr(subject, 8), 'number', number, 'occurred_at', now()) FROM word",
    )


def runbook_sql(comment: str) -> str:
    """The statement of the runbook that begins with that comment."""
    text = (PROJECT_ROOT / "docs" / "runbook.md").read_text()
    for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL):
        if block.startswith(f"-- {comment}"):
            return str(block)
    raise AssertionError(f"the runbook has no statement: {comment}")
