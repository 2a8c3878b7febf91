"""The story of one request: on rows of known events, and on what a real import led to."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg2.extras import Json

from cli.demo.sample import sample
from shared.database import connect, operator_url
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations.tracing import trace
from tests.cli.conftest import Cli
from tests.cli.rows import CONSUMER, SOURCE, TYPE, empty, execute, handled

BOTH = (SOURCE, CONSUMER)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture(autouse=True)
def fresh(installation: dict[str, str]) -> Iterator[None]:
    empty(*BOTH)
    execute(SOURCE, "DELETE FROM audit WHERE correlation_id = 'c-1'")
    yield
    empty(*BOTH)


def made(correlation: str, *, by: str = SOURCE, cause: UUID | None = None, published: bool = True) -> UUID:
    """An event of that story."""
    id_, type_ = new_id(), TYPE if by == SOURCE else "cpd.induction.due.v1"
    noted = {"correlationid": correlation, "actor": "provider 2A5", "traceparent": TRACE}
    noted |= {"causationid": str(cause)} if cause else {}
    row = (str(id_), type_, "trainee/1", 1, Json(noted), Json({"person": {"last_name": "Okafor"}}))
    columns = "event_id, type, subject, sequence, headers, payload"
    if published:
        execute(
            by,
            f"INSERT INTO event_log (id, {columns}, created_at) VALUES"
            " ((SELECT coalesce(max(id), 0) + 1 FROM event_log), %s, %s, %s, %s, %s, %s, clock_timestamp())",
            row,
        )
    else:
        execute(by, f"INSERT INTO outbox ({columns}) VALUES (%s, %s, %s, %s, %s, %s)", row)
    return id_


def commanded(correlation: str) -> None:
    """A command of that story, with a reason that names somebody."""
    execute(
        SOURCE,
        "INSERT INTO audit (id, at, who, action, subject, why, changes, correlation_id) VALUES"
        " (%s, clock_timestamp(), 'provider 2A5', 'trainee.award', 'trainee/1', 'Okafor has passed', '{}', %s)",
        (str(new_id()), correlation),
    )


def failed(id_: UUID, state: str) -> None:
    execute(
        CONSUMER,
        "INSERT INTO inbox_failure (message_id, source, type, subject, sequence, headers, payload, state, reason,"
        " error, attempts) VALUES (%s, %s, %s, 'trainee/1', 1, '{}', '{}', %s, 'failed', 'Conflict - early', 3)",
        (str(id_), SOURCE, TYPE, state),
    )


def test_a_story_names_who_asked_what_was_committed_and_who_reacted_when() -> None:
    commanded("c-1")
    event = made("c-1")
    handled(event)
    answer = made("c-1", by=CONSUMER, cause=event)

    story = trace("c-1", BOTH)

    assert [(c.service, c.who, c.action, c.subject) for c in story.commands] == [
        (SOURCE, "provider 2A5", "trainee.award", "trainee/1")
    ]
    (first,) = story.events
    assert (first.id, first.type, first.actor, first.traceparent) == (event, TYPE, "provider 2A5", TRACE)
    (reaction,) = first.reactions
    assert (reaction.consumer, reaction.state) == (CONSUMER, "handled")
    assert reaction.after_s is not None
    assert [event.id for event in reaction.events] == [answer]


def test_another_story_is_not_told() -> None:
    event, _ = made("c-1"), made("c-2")

    assert [told.id for told in trace("c-1", BOTH).events] == [event]


def test_an_event_leads_to_its_story() -> None:
    event = made("c-1")
    answer = made("c-1", by=CONSUMER, cause=event)

    assert trace(str(answer), BOTH).correlation_id == "c-1"


def test_what_waits_in_the_outbox_is_part_of_the_story() -> None:
    event = made("c-1", published=False)

    (told,) = trace("c-1", BOTH).events
    assert (told.id, told.published_at) == (event, None)


def test_an_event_that_is_sent_again_is_told_once() -> None:
    event = made("c-1")
    execute(
        SOURCE,
        "INSERT INTO outbox (event_id, type, subject, sequence, headers, payload)"
        " SELECT event_id, type, subject, sequence, headers, payload FROM event_log WHERE event_id = %s",
        (str(event),),
    )

    assert [told.id for told in trace("c-1", BOTH).events] == [event]


@pytest.mark.parametrize("state", ["retrying", "waiting", "parked", "discarded"])
def test_a_failure_is_told_with_its_state_and_its_error(state: str) -> None:
    event = made("c-1")
    failed(event, state)

    (reaction,) = trace("c-1", BOTH).events[0].reactions
    assert (reaction.state, reaction.attempts, reaction.error) == (state, 3, "Conflict - early")


def test_a_declared_consumer_that_has_not_got_the_event_is_open() -> None:
    made("c-1")

    (reaction,) = trace("c-1", BOTH).events[0].reactions
    assert (reaction.consumer, reaction.state, reaction.at) == (CONSUMER, "open", None)


def test_an_event_whose_cause_is_not_here_begins_a_branch_of_its_own() -> None:
    answer = made("c-1", by=CONSUMER, cause=new_id())

    assert [told.id for told in trace("c-1", BOTH).events] == [answer]


def test_what_nobody_committed_has_no_story() -> None:
    for unknown in ("c-1", str(new_id())):
        with pytest.raises(NotFound, match="nothing was committed under"):
            trace(unknown, BOTH)


def test_a_story_holds_no_payload_and_no_reason() -> None:
    commanded("c-1")
    failed(made("c-1"), "parked")

    assert "Okafor" not in repr(trace("c-1", BOTH))


def test_the_story_is_found_by_an_index_where_the_log_is_large(installation: dict[str, str]) -> None:
    execute(
        SOURCE,
        "INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, created_at)"
        " SELECT n, gen_random_uuid(), 't', 's', n, jsonb_build_object('correlationid', n::text), '{}', now()"
        " FROM generate_series(1, 20000) AS n",
    )
    execute(SOURCE, "ANALYZE event_log")

    plan = "EXPLAIN SELECT 1 FROM event_log WHERE headers ->> 'correlationid' = '77'"
    assert "ix_event_log_correlation_id" in _text(plan)


def _text(statement: str) -> str:
    with closing(connect(operator_url(SOURCE), "tests")) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return "\n".join(row[0] for row in cursor)


@pytest.mark.usefixtures("provider")
def test_an_import_is_traced_by_the_id_that_it_answered_through_all_services(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "trainees.csv"
    file.write_bytes(sample())
    imported = cli("import", "trainees", str(file), "--provider", "2A5", "--json")
    assert imported.returncode == 0, imported.stderr
    id_ = json.loads(imported.stdout)["correlation_id"]

    for _ in range(20):  # on a slow machine a command ends before all effects; the next one goes on with them
        told = cli("trace", id_, "--json")
        assert told.returncode == 0, told.stderr
        story = json.loads(told.stdout)
        events = list(_events(story["events"]))
        consumers = {each["consumer"] for event in events for each in event["reactions"] if each["at"]}
        if consumers >= {"people", "notifications", "leadership"}:
            break
        cli("timeline", "nobody")
    shown = cli("trace", id_)

    assert consumers >= {"people", "notifications", "leadership"}
    assert [command["action"] for command in story["commands"]] == ["import.upload"]
    assert {event["source"] for event in events} == {"itt", "people"}
    assert {event["actor"] for event in events} == {"provider 2A5"}
    assert len({event["traceparent"].split("-")[1] for event in events}) == 1
    assert "more of itt.trainee.registered.v1; --all shows them" in shown.stdout
    surnames = {line.split(",")[2] for line in file.read_text().splitlines()[1:3]}
    assert not any(name in told.stdout + shown.stdout for name in surnames if len(name) > 3)


def _events(told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for event in told:
        yield event
        for reaction in event["reactions"]:
            yield from _events(reaction["events"])


def test_the_command_line_says_that_there_is_no_story(cli: Cli) -> None:
    answer = cli("trace", "nowhere")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert "nothing was committed under 'nowhere'" in answer.stderr
