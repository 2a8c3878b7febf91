"""Who did what, when, why and what changed: kept with the command's transaction, personal values apart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.orm import Session, sessionmaker

from shared.audit import audit, audit_many, audit_trail
from shared.context import bound
from shared.policy import Role
from shared.testing import principal

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
SOMEBODY = principal(Role.ACCREDITED_PROVIDER, "provider:2A5", id="somebody")


class State(StrEnum):
    WITHDRAWN = "withdrawn"


def test_a_command_is_kept_with_who_when_why_and_what_changed(session: Session) -> None:
    audit(
        session,
        SOMEBODY,
        NOW,
        action="trainee.withdraw",
        subject="trainee/1",
        why="moved abroad",
        changes={"state": [None, State.WITHDRAWN], "on": date(2026, 8, 31), "ids": {UUID(int=1)}, "at": NOW},
        personal={"last_name": "Example"},
    )
    (record,) = audit_trail(session, "trainee/1")
    assert (record.at, record.who, record.on_behalf_of) == (NOW, "somebody", None)
    assert (record.action, record.why) == ("trainee.withdraw", "moved abroad")
    assert record.changes == {
        "state": [None, "withdrawn"],
        "on": "2026-08-31",
        "ids": [str(UUID(int=1))],
        "at": "2026-09-01T09:00:00+00:00",
    }
    assert record.personal == {"last_name": "Example"}


def test_the_trail_of_a_subject_is_in_the_order_of_time_and_of_nobody_else(session: Session) -> None:
    for days, action, subject in (
        (2, "third", "t/1"),
        (0, "first", "t/1"),
        (1, "of another", "t/2"),
        (1, "second", "t/1"),
    ):
        audit(session, SOMEBODY, NOW + timedelta(days=days), action=action, subject=subject)
    assert [record.action for record in audit_trail(session, "t/1")] == ["first", "second", "third"]


def test_two_records_of_one_moment_keep_the_order_in_which_they_were_made(session: Session) -> None:
    for n in range(5):
        audit(session, SOMEBODY, NOW, action=f"{n}", subject="t/1")
    assert [record.action for record in audit_trail(session, "t/1")] == list("01234")


def test_a_service_that_acts_for_somebody_is_named_with_them(session: Session) -> None:
    by = replace(principal(Role.SERVICE, id="cpd"), on_behalf_of="somebody")
    audit(session, by, NOW, action="a", subject="t/1")
    (record,) = audit_trail(session, "t/1")
    assert (record.who, record.on_behalf_of) == ("cpd", "somebody")


def test_the_record_belongs_to_the_request(session: Session) -> None:
    with bound(correlation_id="the request"):
        audit(session, SOMEBODY, NOW, action="a", subject="t/1")
    assert session.scalar(text("SELECT correlation_id FROM audit")) == "the request"


def test_a_command_that_is_rolled_back_leaves_no_record(make_session: sessionmaker[Session]) -> None:
    with make_session() as session:
        with session.begin() as transaction:
            audit(session, SOMEBODY, NOW, action="a", subject="t/1")
            transaction.rollback()
        with session.begin():
            assert audit_trail(session, "t/1") == []


def test_many_commands_are_kept_by_one_statement_and_each_as_one_is(session: Session) -> None:
    notes = [
        {
            "action": f"{n}",
            "subject": "t/1",
            "changes": {"on": date(2026, 8, 31)},
            "why": f"{n}" if n else None,
        }
        for n in range(300)
    ]
    said: list[str] = []
    listen = lambda *told: said.append(told[2])
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    with bound(correlation_id="the request"):
        audit_many(session, SOMEBODY, NOW, notes)
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    (statement,) = [each for each in said if each.startswith("INSERT")]
    assert statement.count("%(who__") == len(notes)
    records = audit_trail(session, "t/1")
    assert [record.action for record in records] == [note["action"] for note in notes]
    assert [(record.why, record.personal) for record in records[:2]] == [(None, None), ("1", None)]
    assert {record.changes["on"] for record in records} == {"2026-08-31"}
    assert set(session.scalars(text("SELECT correlation_id FROM audit"))) == {"the request"}


def test_nothing_is_said_to_the_database_when_nothing_was_done(session: Session) -> None:
    audit_many(session, SOMEBODY, NOW, [])
    assert session.scalar(text("SELECT count(*) FROM audit")) == 0
