"""An event may be poison, junk, too large, early, doubled or out of order: only it and its subject are held up."""

import json
import random
import signal
from typing import Any
from uuid import uuid4

import pytest
from amqp import Channel, Message

from shared.ids import new_id
from shared.messaging.topology import inbox_of
from shared.testing.cluster import Cluster

pytestmark = pytest.mark.timeout(90)


def _failures(cluster: Cluster, condition: str = "true") -> dict[str, Any]:
    return dict(
        cluster.sql("listener", f"SELECT state, count(*) FROM inbox_failure WHERE {condition} GROUP BY 1")
    )


def _drain(cluster: Cluster) -> list[Message]:
    """Everything that lies in the listener's queue, taken out of it."""
    found: list[Message] = []
    with cluster.channel() as channel:
        lies = channel.queue_declare(inbox_of("listener"), passive=True).message_count
        channel.basic_consume(inbox_of("listener"), no_ack=True, callback=found.append)
        while len(found) < lies:
            channel.connection.drain_events(timeout=10)
    return found


def _put(channel: Channel, message: Message) -> None:
    """Into the listener's queue, past every exchange of ours, and known to lie there."""
    channel.basic_publish_confirm(message, exchange="", routing_key=inbox_of("listener"))


def _word(body: bytes = b"{}", properties: dict[str, Any] | None = None, **headers: Any) -> Message:
    id_ = str(new_id())
    told = {
        "cloudEvents_id": id_,
        "cloudEvents_source": "/speaker",
        "cloudEvents_type": "speaker.word.said.v1",
        "cloudEvents_subject": f"speech/{uuid4()}",
        "cloudEvents_sequence": 1,
    }
    told |= headers
    kept = {name: value for name, value in told.items() if value is not None}
    return Message(body, application_headers=kept, message_id=id_, **(properties or {}))


class _NotUtf8(Message):  # type: ignore[misc]
    """Properties as bytes of its own: a content type of one byte that is no UTF-8."""

    def _serialize_properties(self) -> bytes:
        return b"\x80\x00\x01\xff"


def test_a_handler_that_always_raises_at_one_event_in_a_hundred_holds_up_their_subjects_alone(
    cluster: Cluster,
) -> None:
    cluster.start("speaker", talk="total=1000,rate=500,subjects=37,burden=raise,every=100")
    killed = cluster.start("listener")
    cluster.until_heard(400)
    killed.kill()
    cluster.start("listener")
    cluster.until_settled(1000)
    ledger = cluster.ledger()
    assert ledger.mistakes() == []
    blocked = {subject for (subject,) in cluster.sql("listener", "SELECT subject FROM inbox_failure")}
    states = _failures(cluster)
    assert states["parked"] == len(blocked)
    assert 5 <= len(blocked) <= 10
    made = {id_ for id_, (subject, _) in ledger.words.made.items() if subject not in blocked}
    assert made <= set(ledger.words.inbox)


def test_events_of_other_subjects_do_not_wait_for_the_retries_of_poisoned_ones(cluster: Cluster) -> None:
    """The first retry comes after two minutes: by then everything else is long handled."""
    cluster.start("listener", RETRY_DELAYS_S="120")
    cluster.start("speaker", talk="total=1000,rate=1000,subjects=37,burden=raise,every=50")
    cluster.until(
        lambda: cluster.count("speaker", "said") == 1000 and not cluster.ledger().words.lost, "all arrived"
    )
    blocked = [
        subject for (subject,) in cluster.sql("listener", "SELECT DISTINCT subject FROM inbox_failure")
    ]
    made = cluster.ledger().words.made
    assert 15 <= len(blocked) <= 20
    assert {id_ for id_, (subject, _) in made.items() if subject not in blocked} <= set(
        cluster.ledger().words.inbox
    )
    assert cluster.count("listener", "inbox_failure WHERE attempts > 1") == 0


def test_an_event_that_kills_the_process_is_parked_and_all_others_are_handled(cluster: Cluster) -> None:
    cluster.start("speaker", talk="total=250,rate=1000,burden=kill,every=150")
    deaths = 0
    while True:
        listener = cluster.start("listener")
        cluster.until(
            lambda: listener.returncode is not None or cluster.settled(250),  # noqa: B023
            "the listener died, or has settled everything",
        )
        if listener.returncode is None:
            break
        assert listener.returncode == -signal.SIGKILL
        deaths += 1
    assert 3 <= deaths <= 4
    assert cluster.ledger().mistakes() == []
    assert _failures(cluster, "reason = 'died'") == {"parked": 1}
    assert _failures(cluster, "reason = 'behind'").keys() == {"waiting"}


def test_every_message_may_come_five_times_and_in_any_order(cluster: Cluster) -> None:
    cluster.start("speaker", talk="total=400,rate=2000")
    cluster.until(
        lambda: len(cluster.ledger().words.made) == 400 and not cluster.ledger().words.waiting, "published"
    )
    dice = random.Random(20261)
    deliveries = [message for message in _drain(cluster) for _ in range(dice.randint(1, 5))]
    assert len({message.properties["message_id"] for message in deliveries}) == 400
    dice.shuffle(deliveries)
    with cluster.channel() as channel:
        for message in deliveries:
            message.properties["application_headers"].pop("x-delivery-count", None)
            _put(channel, Message(message.body, **message.properties))
    cluster.start("listener")
    cluster.until_settled(400)
    assert cluster.ledger().mistakes(ordered=False) == []
    assert cluster.count("listener", "effect WHERE late") > 0


JUNK = {
    "nothing at all": Message(b""),
    "no headers": Message(b"what is this?", content_type="text/plain"),
    "an id that is none": _word(cloudEvents_id="17"),
    "no sequence": _word(cloudEvents_sequence=None),
    "a sequence below one": _word(cloudEvents_sequence=0),
    "a sequence beyond the column": _word(cloudEvents_sequence=str(2**63)),
    "a type that is a number": _word(cloudEvents_type=5),
    "a subject with NUL": _word(cloudEvents_subject="speech/\x00"),
    "a subject too long for an index": _word(cloudEvents_subject="s" * 10_000),
    "half of a surrogate pair": _word(cloudEvents_subject="speech/\ud800"),
    "an actor that is a list": _word(cloudEvents_actor=["me"]),
    "properties that are not UTF-8": _NotUtf8(b"{}"),
    "fifteen mebibytes": _word(b"x" * (15 * 2**20)),
}
WRONG = {
    "no JSON": _word(b"\xff\xfe{"),
    "another schema": _word(json.dumps({"speech_id": "no", "number": []}).encode()),
    "a list": _word(b"[]"),
    "nested beyond reading": _word(b"[" * 100_000),
    "a number beyond reading": _word(b'{"number": 1' + b"0" * 5000 + b"}"),
}


def test_junk_is_parked_with_its_reason_and_everything_else_goes_on(cluster: Cluster) -> None:
    cluster.start("speaker", talk="total=100,rate=1000")
    with cluster.channel() as channel:
        for message in (*JUNK.values(), *WRONG.values()):
            _put(channel, message)
        _put(channel, _word(cloudEvents_type="speaker.word.said.v2"))
    listener = cluster.start("listener")
    cluster.until(lambda: cluster.count("listener", "inbox") == 100, "every word is heard")
    cluster.until(
        lambda: _failures(cluster) == {"parked": len(JUNK) + len(WRONG), "waiting": 1}, "all junk is parked"
    )
    assert _failures(cluster, "reason = 'unknown'") == {"waiting": 1}
    assert cluster.count("listener", "inbox_failure WHERE error = ''") == 0
    assert listener.returncode is None
    with cluster.channel() as channel:
        assert channel.queue_declare(inbox_of("listener"), passive=True).message_count == 0
