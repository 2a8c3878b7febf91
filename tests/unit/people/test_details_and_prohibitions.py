"""What a person is called, folded from what facts told; and prohibitions."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from services.people.domain.details import Detail, Details, described_part, fold_details
from services.people.domain.facts import check_voidable
from services.people.domain.names import Names
from services.people.domain.prohibitions import Prohibition, ProhibitionState
from shared.errors import Invalid, TransitionNotAllowed
from shared.events import itt, people, training

AT = datetime(2026, 9, 1, tzinfo=UTC)
IMPOSED = Prohibition(UUID(int=1), UUID(int=2), date(2026, 9, 1))


def told(n: int, first: str, last: str, **more: Any) -> Detail:
    return Detail(UUID(int=n), AT + timedelta(days=n), n, first, last, **more)


def test_the_latest_word_counts_and_what_it_leaves_out_is_kept() -> None:
    facts = [
        told(1, "Zoë", "Smith", email="z@example.org", sex="female", birth="hash"),
        told(2, "Zoë", "O'Brien", email="new@example.org"),
        told(3, "", ""),
    ]

    folded = {fold_details(order) for order in permutations(facts)}

    assert folded == {Details("Zoë", "O'Brien", "new@example.org", "female", "hash")}


def test_what_others_say_counts_only_where_nothing_better_is_said() -> None:
    own = told(1, "Zoë", "Smith", email="z@example.org")
    said = told(2, "Eve", "Evil", email="eve@example.org", sex="female", hearsay=True)

    assert fold_details([said, own]) == Details("Zoë", "Smith", "z@example.org", "female")
    assert fold_details([said]).email == "eve@example.org"


def test_nothing_told_is_nobody() -> None:
    assert fold_details([]) == Details()
    assert Details().sort_name == ""


def test_details_are_searched_sorted_and_matched_by_normalised_names() -> None:
    details = Details("Zoë Ann", "O'Brien")

    assert (details.search_text, details.sort_name) == (" zoe ann obrien", "obrien zoe ann")
    assert details.names == Names("zoe", "ann", "obrien")


def test_the_person_of_a_placement_is_its_mentor() -> None:
    assert described_part(itt.PlacementArranged) == "mentor_id"
    assert described_part(training.PlacementCorrected) == "mentor_id"
    assert described_part(itt.TraineeRegistered) == "person_id"


def test_a_prohibition_is_lifted_once_and_not_before_it_was_imposed() -> None:
    lifted = IMPOSED.lift(date(2026, 9, 1))

    assert (lifted.state, lifted.lifted_on) == (ProhibitionState.LIFTED, date(2026, 9, 1))
    with pytest.raises(TransitionNotAllowed):
        lifted.lift(date(2026, 9, 2))
    with pytest.raises(Invalid, match="2026-09-01"):
        IMPOSED.lift(date(2026, 8, 31))


def test_a_merge_and_a_voiding_cannot_be_voided() -> None:
    check_voidable(itt.QtsAwarded.TYPE)
    for event in (people.PersonMerged, people.PersonSeparated, people.FactVoided):
        with pytest.raises(Invalid, match="separating"):
            check_voidable(event.TYPE)
