"""The past of a service: in pages that travel, and in digests that are equal where both sides know the same."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.database.tables import EVENT_LOG, INBOX, INBOX_FAILURE, OUTBOX, SUBSCRIPTION
from shared.errors import Invalid
from shared.ids import new_id
from shared.messaging import catchup
from shared.operations import handlers
from shared.rpc.limits import MAX_MESSAGE_BYTES

ONE, OTHER = "cpd.induction.due.v1", "cpd.induction.passed.v1"
NOON = datetime(2024, 9, 2, 12, tzinfo=UTC)


def made_on(moment: datetime, number: int = 0) -> UUID:
    """A UUIDv7 of that moment."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | number)


def log(session: Session, id_: int, *, type_: str = ONE, event_id: UUID | None = None, **more: Any) -> UUID:
    """A row of the log; gives the event's id."""
    row = {
        "id": id_,
        "event_id": event_id or new_id(),
        "type": type_,
        "subject": "induction/1",
        "sequence": id_,
        "headers": {"correlationid": "c"},
        "payload": {"n": id_},
        "created_at": NOON,
    }
    session.execute(EVENT_LOG.insert().values(row | more))
    return row["event_id"]  # type: ignore[return-value]


def inbox(session: Session, ids: Iterable[UUID], *, type_: str = ONE, source: str = "cpd") -> None:
    for id_ in ids:
        row = {"message_id": id_, "source": source, "type": type_, "subject": "induction/1", "sequence": 1}
        session.execute(INBOX.insert().values(row))


def numbers(page: dict[str, Any]) -> list[int]:
    return [event["sequence"] for event in page["events"]]


def test_pages_follow_each_other_to_the_end(session: Session) -> None:
    for number in range(1, 8):
        log(session, number * 10, sequence=number)
    found, after = [], 0
    while (page := handlers.event_page(session, [ONE], after, 3, None))["last"] is not None:
        found.append(numbers(page))
        after = page["last"]
    assert found == [[1, 2, 3], [4, 5, 6], [7]]


def test_a_page_holds_the_types_that_were_asked_for_and_nothing_older_than_was_asked_for(
    session: Session,
) -> None:
    log(session, 1)
    log(session, 2, type_=OTHER)
    log(session, 3, created_at=NOON + timedelta(hours=1))
    assert numbers(handlers.event_page(session, [ONE], 0, 10, None)) == [1, 3]
    assert numbers(handlers.event_page(session, [ONE, OTHER], 0, 10, NOON + timedelta(minutes=1))) == [3]
    assert handlers.event_page(session, ["of.nobody.v1"], 0, 10, None) == {"events": [], "last": None}


@pytest.mark.parametrize("letter", ["x", '"', "é", "€", "\\", "\U0001f600"])
def test_a_page_of_large_events_still_fits_into_a_reply(session: Session, letter: str) -> None:
    """Each payload is about as large as one may be; quotes and backslashes double on their way."""
    size = 250_000 // len(json.dumps(letter, ensure_ascii=False)[1:-1].encode())
    for number in range(1, 9):
        log(session, number, payload={"text": letter * size})
    found, after = list[int](), 0
    while (page := handlers.event_page(session, [ONE], after, 500, None))["last"] is not None:
        assert len(json.dumps(page, ensure_ascii=False).encode()) < MAX_MESSAGE_BYTES - 1_000
        found += numbers(page)
        after = page["last"]
    assert found == list(range(1, 9))


def test_a_page_becomes_the_envelopes_that_the_relay_sent(session: Session) -> None:
    id_ = log(session, 4)
    (envelope,) = catchup.envelopes(handlers.event_page(session, [ONE], 0, 1, None), "cpd")
    assert (envelope.id, envelope.source, envelope.type, envelope.sequence) == (id_, "cpd", ONE, 4)
    assert (json.loads(envelope.payload), envelope.headers) == ({"n": 4}, {"correlationid": "c"})


def test_digests_are_equal_where_both_sides_know_the_same(session: Session) -> None:
    ids = [log(session, n, event_id=made_on(NOON + timedelta(minutes=20 * n), n)) for n in range(1, 7)]
    made = handlers.log_digest(session, [ONE], None)
    inbox(session, reversed(ids))
    inbox(session, [new_id()], source="itt")
    inbox(session, [new_id()], type_=OTHER)
    assert handlers.inbox_digest(session, "cpd", [ONE], None) == made
    assert [bucket["count"] for bucket in made["buckets"]] == [2, 3, 1]


def test_a_digest_differs_in_the_hour_of_what_is_missing_or_another(session: Session) -> None:
    ids = [log(session, n, event_id=made_on(NOON + timedelta(hours=n), n)) for n in range(1, 4)]
    inbox(session, [ids[0], made_on(NOON + timedelta(hours=2), 99)])
    made = {b["hour"]: b["hash"] for b in handlers.log_digest(session, [ONE], None)["buckets"]}
    known = {b["hour"]: b["hash"] for b in handlers.inbox_digest(session, "cpd", [ONE], None)["buckets"]}
    first = int(NOON.timestamp() // 3600) + 1
    assert made.keys() == {first, first + 1, first + 2}
    assert [made[first] == known[first], made[first + 1] == known[first + 1]] == [True, False]
    assert first + 2 not in known
    assert handlers.log_ids(session, ONE, first + 2) == {"event_ids": [ids[2]]}
    assert handlers.inbox_ids(session, ONE, first + 2, "cpd") == {"event_ids": []}


def test_what_waits_in_the_outbox_or_failed_counts_as_made_and_as_known(session: Session) -> None:
    waits, failed = made_on(NOON, 1), made_on(NOON, 2)
    row = {"type": ONE, "subject": "s", "sequence": 1, "headers": {}, "payload": {}}
    session.execute(OUTBOX.insert().values(event_id=waits, **row))
    log(session, 1, event_id=failed)
    inbox(session, [waits])
    failure = row | {
        "message_id": failed,
        "source": "cpd",
        "payload": "{}",
        "state": "parked",
        "reason": "gave up",
    }
    session.execute(INBOX_FAILURE.insert().values(failure))
    made = handlers.log_digest(session, [ONE], None)
    assert made == handlers.inbox_digest(session, "cpd", [ONE], None)
    assert made["buckets"][0]["count"] == 2


def test_a_digest_from_a_moment_on_leaves_older_hours_out(session: Session) -> None:
    for hours in range(4):
        log(session, hours, event_id=made_on(NOON + timedelta(hours=hours)))
    recent = handlers.log_digest(session, [ONE], NOON + timedelta(hours=2, minutes=30))
    assert len(recent["buckets"]) == 2


def test_what_is_to_come_is_not_verified(session: Session) -> None:
    session.execute(SUBSCRIPTION.insert().values(source="cpd", type=ONE, since="beginning"))
    with pytest.raises(Invalid, match="until"):
        handlers.mark_verified(session, "cpd", [ONE], datetime(9999, 1, 1, tzinfo=UTC))
    assert session.scalar(text("SELECT verified_until FROM subscription")) is None


def test_what_was_verified_is_never_taken_back(session: Session) -> None:
    session.execute(SUBSCRIPTION.insert().values(source="cpd", type=ONE, since="beginning"))
    for until in (NOON, NOON + timedelta(hours=1), NOON):
        handlers.mark_verified(session, "cpd", [ONE, OTHER], until)
    assert session.scalar(text("SELECT verified_until FROM subscription")) == NOON + timedelta(hours=1)
