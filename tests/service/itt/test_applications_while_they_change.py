"""The feed and the lists while others write: nothing is missed, nothing comes twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import eventlet
import pytest
from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import application_lists, decisions, interviews, notes
from tests.service.itt.applications_kit import a_course, ready, sent
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import LEAD, NOW

APPLICATIONS, WRITERS, POLLERS = 8, 4, 2
INTERVIEW: dict[str, Any] = {"provider_code": "2LS", "at": NOW + timedelta(days=3), "location": "Hall"}
View = dict[str, Any]


@pytest.fixture
def ids(kept: Kept) -> list[UUID]:
    """Applications to one course that await a decision."""
    option_id = kept(partial(a_course, places=50))
    by = [kept(partial(ready, name=f"Candidate {chr(65 + n)}")) for n in range(APPLICATIONS)]
    return [kept(partial(sent, by=each, option_id=option_id)) for each in by]


def _changes(application_id: UUID) -> list[Callable[[Session], Any]]:
    """What a provider does with an application, one transaction each."""
    about: dict[str, Any] = {"now": NOW, "by": LEAD, "application_id": application_id}
    return [
        partial(interviews.arrange_interview, **about, **INTERVIEW),
        partial(notes.add_note, **about, message="Keen"),
        partial(decisions.make_offer, **about, conditions=["Degree certificate"]),
        partial(decisions.make_offer, **about, conditions=["Degree certificate", "DBS check"]),
    ]


def test_pollers_of_the_feed_miss_nothing_while_many_write(kept: Kept, ids: list[UUID]) -> None:
    """Each poller ends with the last state of every application, however the writers' commits interleave."""
    writing = GreenPool(WRITERS)
    for application_id in ids:
        writing.spawn_n(lambda id_: [kept(work) for work in _changes(id_)], application_id)
    by_position = [
        eventlet.spawn(_poll, kept, writing, {"after": 0}, lambda told: {"after": told["next"]})
        for _ in range(POLLERS)
    ]
    began = {"since": datetime(2020, 1, 1, tzinfo=UTC)}
    by_time = eventlet.spawn(_poll, kept, writing, began, lambda told: {"since": told["looked_at"]}, 50)
    expected = dict.fromkeys(ids, "offer")
    for poller in (*by_position, by_time):
        last, _ = poller.wait()
        assert last == expected
    positions = kept(lambda session: [row.feed_position for row in session.query(models.Application)])
    assert len(set(positions)) == APPLICATIONS and None not in positions


def test_who_polls_by_position_is_told_every_position_once(kept: Kept, ids: list[UUID]) -> None:
    writing = GreenPool(WRITERS)
    for application_id in ids:
        writing.spawn_n(lambda id_: [kept(work) for work in _changes(id_)], application_id)
    _, steps = _poll(kept, writing, {"after": 0}, lambda told: {"after": told["next"]})
    assert steps == sorted(set(steps))


def _poll(
    kept: Kept,
    writing: GreenPool,
    asked: View,
    next_: Callable[[View], View],
    limit: int = 5,
) -> tuple[dict[UUID, str], list[int]]:
    """Poll until the writers are done and nothing new comes: the last states that were told, and where pages ended."""
    last: dict[UUID, str] = {}
    steps: list[int] = []
    while True:
        were_done = writing.running() == 0 and writing.waiting() == 0
        told = kept(partial(application_lists.application_changes, now=NOW, by=LEAD, limit=limit, **asked))
        last |= {item["application_id"]: item["state"] for item in told["items"]}
        steps += [told["next"]] if told["items"] else []
        if were_done and not told["items"]:
            return last, steps
        asked = next_(told)


@pytest.mark.parametrize("sort", ["sent", "name"])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_everybody_once_while_applications_change_and_others_come(
    kept: Kept, ids: list[UUID], sort: str, descending: bool
) -> None:
    """Between two pages one application moves on and another one is sent: who was there all along is listed once."""
    option_id = kept(partial(a_course, places=50))
    listed: list[UUID] = []
    after, left = None, list(ids)
    while True:
        asked: View = {"sort": sort, "descending": descending, "limit": 3, "after": after}
        found = kept(partial(application_lists.list_applications, now=NOW, by=LEAD, **asked))
        listed += [item["application_id"] for item in found["items"]]
        if (after := found["next"]) is None:
            break
        for change in _changes(left.pop())[:3]:
            kept(change)
        by = kept(partial(ready, name=f"Newcomer {len(left)}"))
        kept(partial(sent, by=by, option_id=option_id))
    assert len(set(listed)) == len(listed)
    assert set(ids) <= set(listed)


def test_an_application_that_is_withdrawn_between_two_pages_moves_no_other(
    kept: Kept, ids: list[UUID]
) -> None:
    by_states = partial(
        application_lists.list_applications, now=NOW, by=LEAD, states=["awaiting_provider_decision"], limit=4
    )
    first = kept(by_states)
    gone = first["items"][0]["application_id"]
    kept(partial(decisions.withdraw_for_candidate, now=NOW, by=LEAD, application_id=gone))
    rest = kept(partial(by_states, after=first["next"], limit=50))
    told = [item["application_id"] for page in (first, rest) for item in page["items"]]
    assert sorted(told) == sorted(ids)
