"""The inbox: each event has its effects once, in its subject's order; what fails is set aside alone."""

from typing import Any

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.context import TRACEPARENT, context
from shared.errors import Conflict
from shared.events.cpd import InductionDue
from shared.messaging import Fact, failures, publish
from shared.testing.hearing import TYPE, Handler, Hearing, due


def refuses(session: Session, fact: Fact[Any]) -> None:
    raise Conflict("not like this")


def statement(sql: str) -> Handler:
    """A handler that runs this."""
    return lambda session, fact: session.execute(text(sql))


def test_an_event_has_its_effects_once_however_often_it_comes(hearing: Hearing) -> None:
    first, second = due("trainee/1", 1), due("trainee/1", 2)
    hearing.deliver(first, first, second)
    hearing.deliver(second, first)
    assert hearing.handled() == [first.id, second.id]


def test_an_event_after_a_later_one_of_its_subject_is_late(hearing: Hearing) -> None:
    hearing.deliver(due("trainee/1", 2))
    hearing.deliver(due("trainee/1", 1), due("trainee/1", 3), due("trainee/2", 1))
    hearing.deliver(due("trainee/3", 2), due("trainee/3", 1))
    late = hearing.rows("SELECT subject, sequence FROM effect WHERE late ORDER BY id")
    assert late == [("trainee/1", 1), ("trainee/3", 1)]


def test_the_same_sequence_of_another_source_is_another_subject(hearing: Hearing) -> None:
    hearing.listens["itt.training.started.v1"] = hearing.listens[TYPE]
    hearing.deliver(due("person/1", 2))
    hearing.deliver(due("person/1", 1, type_="itt.training.started.v1", payload="{}"))
    assert hearing.rows("SELECT late FROM effect") == [(False,)]


def test_a_failing_event_is_kept_with_its_error_and_leaves_no_effect(
    hearing: Hearing, quick_retries: None
) -> None:
    bad = due("trainee/1", 1)
    hearing.on[bad.id] = refuses
    hearing.deliver(bad)
    row = hearing.failure(bad)
    assert (row.state, row.reason, row.attempts) == ("retrying", "failed", 1)
    assert row.error.startswith("Conflict at messaging/test_inbox.py:")
    assert row.error.endswith("- not like this")
    assert hearing.handled() == []


def test_the_text_of_a_foreign_error_is_not_kept(hearing: Hearing) -> None:
    bad = due("trainee/1", 1)
    hearing.on[bad.id] = statement("SELECT 'born 1990-01-01'::date")
    hearing.deliver(bad)
    assert "1990" not in hearing.failure(bad).error


def test_later_events_of_the_subject_wait_and_neighbours_do_not(hearing: Hearing) -> None:
    bad, after, much_later = (due("trainee/1", n) for n in (1, 2, 3))
    before, beside = due("trainee/2", 1), due("trainee/2", 2)
    hearing.on[bad.id] = refuses
    hearing.deliver(before, bad, after, beside)
    hearing.deliver(much_later)
    assert hearing.handled() == [before.id, beside.id]
    assert hearing.states() == {
        bad.id: "retrying failed",
        after.id: "waiting behind",
        much_later.id: "waiting behind",
    }


def test_a_failed_event_that_comes_again_stays_one_failure(hearing: Hearing) -> None:
    bad, after = due("trainee/1", 1), due("trainee/1", 2)
    hearing.on[bad.id] = refuses
    hearing.deliver(bad, after)
    hearing.deliver(bad, after)
    assert len(hearing.states()) == 2
    assert hearing.failure(bad).attempts == 1


@pytest.mark.parametrize(
    "payload",
    [
        "no JSON",
        "[]",
        '{"person_id": 7}',
        b"\xff\xfe",
        "null",
        '{"a":"\\ud800"}',
        '{"a":' * 9000 + "1" + "}" * 9000,
    ]
    + ["[" * 100_000 + "]" * 100_000],
    ids=lambda payload: f"{payload[:20]!r}",
)
def test_a_payload_that_cannot_be_read_is_parked_at_once(hearing: Hearing, payload: str | bytes) -> None:
    bad = due("trainee/1", 1, payload=payload)
    hearing.deliver(bad, due("trainee/2", 1))
    assert hearing.states() == {bad.id: "parked undecodable"}
    assert len(hearing.handled()) == 1


def test_a_payload_of_too_many_levels_is_shown_as_its_text(hearing: Hearing) -> None:
    text = "[" * 100_000 + "]" * 100_000
    bad = due("trainee/1", 1, payload=text)
    hearing.deliver(bad)
    assert failures.as_dict(hearing.failure(bad))["payload"] == text


def test_a_payload_with_half_of_a_surrogate_pair_or_nul_fails_alone(hearing: Hearing) -> None:
    bad = due("trainee/1", 1, payload='{"person_id": "\x00\ud800"}')
    hearing.deliver(due("trainee/2", 1), bad, due("trainee/3", 1))
    assert hearing.states() == {bad.id: "parked undecodable"}
    assert len(hearing.handled()) == 2


def test_an_event_that_the_database_cannot_hold_is_kept_as_junk(hearing: Hearing) -> None:
    bad = due("trainee/\x00", 1)
    hearing.deliver(due("trainee/1", 1), bad)
    assert hearing.states() == {bad.id: "parked undecodable"}
    assert hearing.failure(bad).source == "unknown"
    assert len(hearing.handled()) == 1


@pytest.mark.parametrize("type_", ["cpd.induction.due.v2", "itt.something.never.heard.of.v1"])
def test_a_type_that_is_not_known_yet_waits_and_so_does_its_subject(hearing: Hearing, type_: str) -> None:
    early, after = due("induction/1", 1, type_=type_), due("induction/1", 2, type_=type_)
    hearing.deliver(early, after, due("induction/2", 1))
    assert hearing.states() == {early.id: "waiting unknown", after.id: "waiting behind"}
    assert len(hearing.handled()) == 1


def test_a_projection_may_not_publish(hearing: Hearing) -> None:
    hearing.listens[TYPE] = [("noted", True)]
    event = due("trainee/1", 1)
    hearing.on[event.id] = lambda session, fact: publish(session, fact.event)
    hearing.deliver(event)
    assert hearing.states() == {event.id: "retrying failed"}
    assert hearing.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_a_reaction_may_publish_after_a_projection_that_failed_to(hearing: Hearing) -> None:
    event = due("trainee/1", 1)

    def tries(session: Session, fact: Fact[Any]) -> None:
        with pytest.raises(RuntimeError, match="projection"):
            publish(session, fact.event)

    hearing.listens[TYPE] = [("noted", True), ("heard", False)]
    calls: list[Handler] = [lambda session, fact: publish(session, fact.event), tries]
    hearing.on[event.id] = lambda session, fact: calls.pop()(session, fact)
    hearing.deliver(event)
    assert hearing.rows("SELECT count(*) FROM outbox") == [(1,)]


def test_what_a_reaction_publishes_names_its_cause_and_keeps_the_correlation_and_the_actor(
    hearing: Hearing,
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    noted = {"correlationid": "c-1", "actor": "somebody", "traceparent": trace}
    event = due("trainee/1", 1, headers=noted)
    hearing.on[event.id] = lambda session, fact: publish(session, fact.event)
    before = context()
    hearing.deliver(event)
    ((headers,),) = hearing.rows("SELECT headers FROM outbox")
    assert (headers["correlationid"], headers["actor"]) == ("c-1", "somebody")
    assert headers["causationid"] == str(event.id)
    assert context() == before


def test_a_reaction_is_a_span_of_its_own_in_the_trace_of_its_cause(hearing: Hearing) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    event = due("trainee/1", 1, headers={"correlationid": "c-1", "traceparent": trace})
    hearing.on[event.id] = lambda session, fact: publish(session, fact.event)
    hearing.deliver(event)
    ((headers,),) = hearing.rows("SELECT headers FROM outbox")
    assert headers["traceparent"].split("-")[1] == trace.split("-")[1]
    assert headers["traceparent"].split("-")[2] != trace.split("-")[2]


def test_a_reaction_to_an_event_without_a_trace_begins_one(hearing: Hearing) -> None:
    event = due("trainee/1", 1, headers={"correlationid": "c-1"})
    hearing.on[event.id] = lambda session, fact: publish(session, fact.event)
    hearing.deliver(event)
    ((headers,),) = hearing.rows("SELECT headers FROM outbox")
    assert TRACEPARENT.fullmatch(headers["traceparent"])


def test_a_handler_gets_the_fact_as_it_was_published(hearing: Hearing) -> None:
    event, got = due("trainee/1", 4, headers={"correlationid": "c", "actor": "p"}), list[Fact[InductionDue]]()
    hearing.on[event.id] = lambda session, fact: got.append(fact)
    hearing.deliver(event)
    (fact,) = got
    assert isinstance(fact.event, InductionDue)
    assert (fact.id, fact.source, fact.type) == (event.id, "cpd", TYPE)
    assert (fact.subject, fact.sequence, fact.late) == ("trainee/1", 4, False)
    assert (fact.actor, fact.correlation_id, fact.occurred_at) == ("p", "c", fact.event.occurred_at)


def test_effects_and_inbox_are_one_transaction(hearing: Hearing) -> None:
    event = due("trainee/1", 1)
    seen: list[Any] = []

    def looks_from_outside(session: Session, fact: Fact[Any]) -> None:
        seen.extend(hearing.rows("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM effect)"))

    hearing.on[event.id] = looks_from_outside
    hearing.deliver(event)
    assert seen == [(0,)]
    assert hearing.rows("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM effect)") == [(2,)]


def test_an_event_that_another_process_has_just_handled_is_not_handled_again(hearing: Hearing) -> None:
    event = due("trainee/1", 1)
    other = Hearing(hearing.service, hearing.sessions)
    other.on[event.id] = lambda session, fact: eventlet.sleep(0.3)
    slow = eventlet.spawn(other.deliver, event)
    eventlet.sleep(0.1)
    hearing.deliver(event, due("trainee/1", 2))
    slow.wait()
    assert len(hearing.handled()) == 2
    assert hearing.states() == {}


def test_a_failure_that_another_process_has_handled_meanwhile_is_not_stored(hearing: Hearing) -> None:
    event = due("trainee/1", 1)

    hearing.deliver(event)
    failures.store_failed(hearing.sessions, event, Conflict("too late"))
    assert (hearing.states(), hearing.handled()) == ({}, [event.id])
