"""Of several teacher reference numbers one counts: the last that was received for a record that stands."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.people.domain.facts import PersonFact
from services.people.domain.trns import in_order
from shared.events import Event, itt, people

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)


def told(event: type[Event], n: int, subject: str, **details: Any) -> PersonFact:
    return PersonFact(UUID(int=n), event.TYPE, subject, 1, AT + timedelta(days=n), details=details)


def received(trn: str, n: int, subject: str) -> PersonFact:
    return told(itt.TrnReceived, n, subject, trn=trn)


FIRST, SECOND = received("1000004", 1, "trainee/1"), received("1000008", 2, "trainee/2")
BOTH = ("1000004", "1000008")


@pytest.mark.parametrize(
    ("more", "order"),
    [
        ([], ["1000008", "1000004"]),
        ([told(itt.TraineeDiscarded, 3, "trainee/1")], ["1000008", "1000004"]),
        ([told(itt.TraineeDiscarded, 3, "trainee/2")], ["1000004", "1000008"]),
        ([told(people.FactVoided, 3, "person/1", fact_id=str(SECOND.id))], ["1000004", "1000008"]),
    ],
    ids=["two records", "the first removed", "the second removed", "the second received by mistake"],
)
def test_the_number_counts_that_was_received_last_for_a_record_that_stands(
    more: list[PersonFact], order: list[str]
) -> None:
    facts = [FIRST, SECOND, *more]
    for seed in range(3):
        Random(seed).shuffle(facts)

        assert in_order(BOTH, facts) == order


def test_a_number_that_came_with_a_record_counts_until_one_is_received() -> None:
    assert in_order(["1000001"], []) == ["1000001"]
    assert in_order(["1000001", "1000004"], [FIRST]) == ["1000004", "1000001"]
    removed = told(itt.TraineeDiscarded, 3, "trainee/1")
    assert in_order(["1000001", "1000004"], [FIRST, removed]) == ["1000001", "1000004"]


def test_a_number_that_a_removed_record_has_as_well_counts_for_the_record_that_stands() -> None:
    old, standing, twin = (
        received("1", 1, "trainee/1"),
        received("2", 2, "trainee/2"),
        received("2", 3, "trainee/3"),
    )
    facts = [old, standing, twin, told(itt.TraineeDiscarded, 4, "trainee/3")]
    assert in_order(["1", "2"], facts) == in_order(["1", "2"], facts[::-1]) == ["2", "1"]


def test_who_has_no_number_has_none() -> None:
    assert in_order([], []) == []
