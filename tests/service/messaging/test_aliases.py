"""Merged people: resolved on read, undone without loss, in whatever order the facts arrive."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.aliases import known_as, record_merge, record_separation, resolve
from shared.events.people import PersonMerged, PersonSeparated
from shared.messaging import Fact
from shared.testing import fact

ANN, BEA, CAT, DORA = (UUID(int=n) for n in range(1, 5))
DAY = datetime(2026, 9, 1, tzinfo=UTC)


def merged(merged_id: UUID, into: UUID, day: int) -> Fact[PersonMerged]:
    at = DAY + timedelta(days=day)
    return fact(PersonMerged(person_id=into, merged_id=merged_id, occurred_at=at), sequence=day)


def separated(merged_id: UUID, of: UUID, day: int) -> Fact[PersonSeparated]:
    at = DAY + timedelta(days=day)
    return fact(PersonSeparated(person_id=of, merged_id=merged_id, occurred_at=at), sequence=day)


def note(session: Session, *facts: Fact[PersonMerged] | Fact[PersonSeparated]) -> None:
    for each in facts:
        if isinstance(each.event, PersonMerged):
            record_merge(session, each)
        else:
            record_separation(session, each)


def test_somebody_who_was_never_merged_is_known_by_one_id(session: Session) -> None:
    assert resolve(session, ANN) == ANN
    assert known_as(session, ANN) == {ANN}


def test_a_merged_id_leads_to_the_person_and_the_person_to_all_of_theirs(session: Session) -> None:
    note(session, merged(BEA, ANN, 1), merged(CAT, ANN, 2))
    assert resolve(session, BEA) == ANN
    assert known_as(session, CAT) == known_as(session, ANN) == {ANN, BEA, CAT}


def test_a_chain_of_merges_is_followed_to_its_end(session: Session) -> None:
    note(session, merged(CAT, BEA, 1), merged(BEA, ANN, 2), merged(DORA, CAT, 3))
    assert resolve(session, DORA) == ANN
    assert known_as(session, DORA) == {ANN, BEA, CAT, DORA}


def test_a_merge_that_was_undone_parts_them_again(session: Session) -> None:
    note(session, merged(BEA, ANN, 1), separated(BEA, ANN, 2))
    assert resolve(session, BEA) == BEA
    assert known_as(session, ANN) == {ANN}


STORY = (merged(BEA, ANN, 1), separated(BEA, ANN, 2), merged(BEA, CAT, 3))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_word_stands_in_any_order_of_arrival_and_however_often(
    session: Session, order: list[int]
) -> None:
    note(session, *(STORY[n] for n in order), *(STORY[n] for n in order))
    assert resolve(session, BEA) == CAT
    assert known_as(session, ANN) == {ANN}


def test_a_circle_of_merges_ends(session: Session) -> None:
    note(session, merged(BEA, ANN, 1), merged(ANN, BEA, 2))
    assert resolve(session, ANN) in {ANN, BEA}
    assert known_as(session, ANN) == {ANN, BEA}
