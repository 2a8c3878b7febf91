"""What operators and new services do with the past: backfill, replay, digests, sending again, giving up."""

import signal

import pytest

from shared.messaging.topology import declare_inbox, inbox_of
from shared.testing.cluster import LISTENS, Cluster

pytestmark = pytest.mark.timeout(90)
WORDS = LISTENS["listener"]


def test_the_past_comes_before_what_is_live_even_when_the_process_dies_in_between(cluster: Cluster) -> None:
    with cluster.channel() as channel:
        channel.queue_delete(inbox_of("listener"))
    cluster.sql("speaker", "DELETE FROM subscriber")
    cluster.start("speaker", talk="total=2000,rate=500")
    cluster.until(lambda: cluster.count("speaker", "event_log") >= 600, "a past of 600 events")
    with cluster.channel() as channel:
        declare_inbox(channel, "listener", [WORDS])
    cluster.sql("speaker", "INSERT INTO subscriber VALUES (%s, 'listener')", WORDS)
    cluster.sql("listener", "INSERT INTO subscription VALUES ('speaker', %s, 'beginning')", WORDS)
    dies = cluster.start("listener", failpoints="inbox.committed=kill@2")
    assert dies.wait() == -signal.SIGKILL
    assert cluster.count("listener", "subscription WHERE backfilled_at IS NULL") == 1
    cluster.start("listener")
    cluster.until_settled(2000)
    assert cluster.ledger().mistakes() == []
    assert cluster.count("listener", "subscription WHERE backfilled_at IS NULL") == 0


def test_a_subscription_from_now_on_gets_nothing_of_the_past(cluster: Cluster) -> None:
    with cluster.channel() as channel:
        channel.queue_delete(inbox_of("listener"))
    cluster.sql("speaker", "DELETE FROM subscriber")
    speaker = cluster.start("speaker", talk="total=50,rate=1000")
    cluster.until(lambda: cluster.count("speaker", "event_log") == 50, "a past of 50 events")
    assert speaker.stop() == 0
    with cluster.channel() as channel:
        declare_inbox(channel, "listener", [WORDS])
    cluster.sql("listener", "INSERT INTO subscription VALUES ('speaker', %s, 'now', now())", WORDS)
    cluster.start("listener")
    cluster.start("speaker", talk="total=80,rate=1000")
    cluster.until_heard(30)
    assert cluster.count("listener", "inbox") == 30


def test_a_replay_runs_projections_again_and_no_reaction(cluster: Cluster) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=1200,rate=2000")
    cluster.until_settled(1200)
    before = cluster.ledger()
    cluster.sql("listener", "DELETE FROM last_word")
    after, replayed = 0, 0
    while after is not None:
        page = cluster.call("listener", "replay_page", source="speaker", after=after)
        after, replayed = page["last"], replayed + page["replayed"]
    now = cluster.ledger()
    assert replayed == 1200
    assert now.last == before.last
    assert (now.words.effects, now.answers.made) == (before.words.effects, before.answers.made)
    assert now.mistakes() == []


def test_digests_show_what_is_missing_and_sending_it_again_puts_it_right(cluster: Cluster) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=200,rate=2000")
    cluster.until_settled(200)

    def digests() -> tuple[object, object]:
        made = cluster.call("speaker", "log_digest", types=[WORDS])
        known = cluster.call("listener", "inbox_digest", types=[WORDS], source="speaker")
        return made, known

    made, known = digests()
    assert made == known
    lost = [
        str(row[0])
        for row in cluster.sql("listener", "DELETE FROM inbox WHERE sequence = 3 RETURNING message_id")
    ]
    cluster.sql("listener", "DELETE FROM effect WHERE message_id = ANY(%s::uuid[])", lost)
    made, known = digests()
    assert made != known
    hours = {bucket["hour"] for bucket in made["buckets"]}  # type: ignore[index]
    missing = {
        id_
        for hour in hours
        for id_ in set(cluster.call("speaker", "log_ids", type=WORDS, hour=hour)["event_ids"])
        - set(cluster.call("listener", "inbox_ids", type=WORDS, hour=hour, source="speaker")["event_ids"])
    }
    assert missing == set(lost)
    assert cluster.call("speaker", "resend", event_ids=sorted(missing)) == {"resent": len(lost)}
    cluster.until(lambda: digests()[0] == digests()[1], "both know the same again")
    assert cluster.count("listener", "effect WHERE late") == len(lost)


def test_an_operator_tries_again_or_gives_up_and_the_subject_goes_on(cluster: Cluster) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=400,rate=1000,subjects=20,burden=raise,every=199")
    cluster.until_settled(400)
    parked = [
        str(row[0])
        for row in cluster.sql("listener", "SELECT message_id FROM inbox_failure WHERE state = 'parked'")
    ]
    assert len(parked) == 2
    assert cluster.call("listener", "parked_retry") == {"changed": 2}
    cluster.until(
        lambda: cluster.count("listener", "inbox_failure WHERE state = 'parked'") == 2, "they fail again"
    )
    assert cluster.call("listener", "parked_discard", event_ids=parked, reason="made for this test") == {
        "changed": 2
    }
    cluster.until(lambda: cluster.count("listener", "inbox") == 398, "what waited is handled")
    assert cluster.ledger().mistakes() == []
    assert cluster.call("listener", "backlog")["failed"] == {WORDS: 2}


def test_a_consumer_that_reads_its_past_is_told_how_long_it_took(cluster: Cluster) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=50,rate=1000")
    cluster.until_settled(50)
    latencies = cluster.call("listener", "latencies")["latencies_ms"]
    assert latencies.keys() == set(cluster.ledger().words.inbox)
    assert all(0 <= took < 60_000 for took in latencies.values())
    assert cluster.call("speaker", "backlog") == {
        "waiting_in_outbox": 0,
        "waiting_to_be_tried_again": 0,
        "made": {WORDS: 50},
        "handled": {LISTENS["speaker"]: 50},
        "failed": {},
    }
