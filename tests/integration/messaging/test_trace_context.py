"""A call, what it commits, what others make of it, and what is logged: one correlation, one trace, a span for each."""

import json
from typing import Any

import pytest

from shared.context import TRACEPARENT
from shared.testing.cluster import Cluster

pytestmark = pytest.mark.timeout(120)
NOTED = "SELECT event_id::text, subject, headers FROM event_log ORDER BY id"


def noted(cluster: Cluster, service: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Event -> its subject and what was noted with it."""
    return {id_: (subject, headers) for id_, subject, headers in cluster.sql(service, NOTED)}


def test_an_answer_names_its_cause_and_stays_in_its_correlation_and_trace(cluster: Cluster) -> None:
    cluster.start("listener")
    cluster.start("speaker", talk="total=100,rate=1000")
    cluster.until_settled(100)
    words, answers = noted(cluster, "speaker"), noted(cluster, "listener")
    assert len(answers) == 100
    spans = set()
    for _, answer in answers.values():
        _, word = words[answer["causationid"]]
        assert answer["correlationid"] == word["correlationid"]
        assert TRACEPARENT.fullmatch(answer["traceparent"])
        spans.add(answer["traceparent"].split("-")[2])
        if "traceparent" in word:
            assert answer["traceparent"].split("-")[1] == word["traceparent"].split("-")[1]
            assert answer["traceparent"].split("-")[2] != word["traceparent"].split("-")[2]
    assert len(spans) == 100


def test_the_trace_of_an_event_survives_the_broker_and_its_answer_is_a_child_of_it(cluster: Cluster) -> None:
    """One word with a known trace, as a call with that traceparent would have committed it."""
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    cluster.start("speaker")
    cluster.start("listener")
    say(cluster, "c-77", f"00-{trace}-{span}-01")
    cluster.until(lambda: noted(cluster, "listener"), "it is answered")
    ((_, answer),) = noted(cluster, "listener").values()
    version, its_trace, its_span, _ = answer["traceparent"].split("-")
    assert (version, its_trace, answer["correlationid"]) == ("00", trace, "c-77")
    assert its_span != span


def test_a_failure_is_logged_with_the_correlation_and_the_trace_of_its_event(cluster: Cluster) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    cluster.start("speaker")
    listener = cluster.start("listener")
    say(cluster, "c-78", trace, burden="raise")
    cluster.until(lambda: '"event.parked"' in listener.said(), "it is parked")
    lines = [json.loads(line) for line in listener.said().splitlines() if line.startswith("{")]
    told = [line for line in lines if line["event"] in ("event.failed", "event.parked")]
    assert {line["event"] for line in told} == {"event.failed", "event.parked"}
    assert {(line["correlation_id"], line["traceparent"]) for line in told} == {("c-78", trace)}


def say(cluster: Cluster, correlation: str, traceparent: str, burden: str = "") -> None:
    """Put one word into the speaker's outbox."""
    cluster.sql(
        "speaker",
        "INSERT INTO outbox (event_id, type, subject, sequence, headers, payload)"
        " SELECT id, 'speaker.word.said.v1', 'speech/' || id, 1,"
        " jsonb_build_object('time', now(), 'correlationid', %s, 'traceparent', %s),"
        " jsonb_build_object('speech_id', id, 'number', 7, 'burden', %s, 'occurred_at', now())"
        " FROM gen_random_uuid() AS id",
        correlation,
        traceparent,
        burden,
    )
