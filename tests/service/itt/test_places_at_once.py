"""Accepted places never exceed places, whatever happens at the same moment (itt.md, "Courses and places").

Each client has a transaction of its own on a real PostgreSQL.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import courses, places
from shared.errors import Conflict
from tests.service.itt.conftest import Kept
from tests.service.itt.courses_kit import ANALYST, FULL, LEAD, NOW, published, with_places

CLIENTS = 50


def _option(kept: Kept, places_: int) -> tuple[UUID, UUID]:
    """A published course, and its one option with so many places."""
    shown = kept(lambda session: published(session, {"990101": places_}))
    return UUID(str(shown["course_id"])), UUID(str(shown["sites"][0]["option_id"]))


def _stands(kept: Kept, option_id: UUID) -> tuple[int, int]:
    def look(session: Session) -> tuple[int, int]:
        option = session.get_one(models.CourseOption, option_id)
        return option.accepted, option.places

    found: tuple[int, int] = kept(look)
    return found


def _tried(kept: Kept, work: Callable[[Session], Any]) -> str:
    try:
        kept(work)
    except Conflict:
        return "refused"
    return "done"


def test_fifty_clients_take_as_many_places_as_there_are(kept: Kept) -> None:
    _, option_id = _option(kept, 7)
    take = lambda _: _tried(kept, lambda session: places.take(session, option_id))
    assert Counter(GreenPool(CLIENTS).imap(take, range(CLIENTS))) == {"done": 7, "refused": CLIENTS - 7}
    assert _stands(kept, option_id) == (7, 7)


def test_taking_and_giving_back_at_once_add_up(kept: Kept) -> None:
    _, option_id = _option(kept, 5)
    done: Counter[str] = Counter()

    def client(number: int) -> None:
        move = places.give_back if number % 3 == 0 else places.take
        if _tried(kept, lambda session: move(session, option_id)) == "done":
            done[move.__name__] += 1

    list(GreenPool(CLIENTS).imap(client, range(CLIENTS)))
    accepted, _ = _stands(kept, option_id)
    assert accepted == done["take"] - done["give_back"]
    assert 0 <= accepted <= 5


def test_places_that_are_taken_away_meanwhile_never_fall_below_what_is_accepted(kept: Kept) -> None:
    course_id, option_id = _option(kept, 6)
    seen: list[tuple[int, int]] = []

    def client(number: int) -> None:
        if number % 5:
            _tried(kept, lambda session: places.take(session, option_id))
        else:
            _tried(kept, lambda session: with_places(session, course_id, {"990101": 3 + number % 4}))
        seen.append(_stands(kept, option_id))

    list(GreenPool(CLIENTS).imap(client, range(CLIENTS)))
    assert len(seen) == CLIENTS
    assert all(0 <= accepted <= places_ for accepted, places_ in seen)


def test_spreading_at_once_stays_within_the_allocation(kept: Kept) -> None:
    course_id, _ = _option(kept, 4)
    kept(lambda session: places.allocate_places(session, NOW, ANALYST, course_id=course_id, places=10))

    def client(number: int) -> str:
        site = {"code": "ABCD"[number % 4], "urn": f"99010{1 + number % 4}", "study_mode": "full_time"}
        wanted = [site | {"places": 4 + number % 6}]
        return _tried(
            kept,
            lambda session: places.spread_places(session, NOW, LEAD, course_id=course_id, sites=wanted),
        )

    assert Counter(GreenPool(CLIENTS).imap(client, range(20))) == {"done": 20}

    def total(session: Session) -> int:
        return sum(option.places for option in session.query(models.CourseOption))

    assert kept(total) <= 10


def test_two_drafts_at_once_do_not_take_one_code(kept: Kept) -> None:
    def client(_: int) -> str:
        made = kept(
            lambda session: courses.create_course(
                session, NOW, LEAD, provider_code="2LS", cycle=2027, content=FULL
            )
        )
        return str(made["code"])

    assert sorted(GreenPool(10).imap(client, range(10))) == [f"A{number}" for number in range(100, 110)]


@pytest.mark.parametrize("accepted", [-1, 3])
def test_the_table_itself_refuses_what_no_statement_of_ours_would_write(kept: Kept, accepted: int) -> None:
    _, option_id = _option(kept, 2)
    wrong = update(models.CourseOption).where(models.CourseOption.id == option_id).values(accepted=accepted)
    with pytest.raises(IntegrityError, match="accepted_within_places"):
        kept(lambda session: session.execute(wrong))
