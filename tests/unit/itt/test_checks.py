"""The five checks before training (DfE, "Initial teacher training: criteria and supporting advice")."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.itt.domain import checks
from services.itt.domain.checks import Check, Kind, Outcome
from shared.errors import Conflict
from tests.unit.itt.builders import NOW, TODAY, trainee

CHECKED_ON = date(2026, 7, 20)


def check(kind: Kind = Kind.IDENTITY, **changes: Any) -> Check:
    """A check that was passed."""
    made = Check(kind=kind, outcome=Outcome.PASSED, checked_by="Priya O'Neill", checked_on=CHECKED_ON)
    return replace(made, **changes)


def five(**changes: Any) -> list[Check]:
    """All five, the last with these changes."""
    made = [check(kind) for kind in Kind]
    return [*made[:-1], replace(made[-1], **changes)]


def test_there_are_five_checks() -> None:
    assert list(Kind) == ["identity", "right_to_work", "criminal_record", "fitness", "prohibition"]


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"outcome": Outcome.PASSED_WITH_RESTRICTIONS}, True),
        ({"outcome": Outcome.NOT_PASSED}, False),
        ({"expires_on": TODAY}, True),
        ({"expires_on": date(2026, 11, 22)}, False),
    ],
)
def test_a_check_holds_when_it_is_passed_and_has_not_run_out(changes: dict[str, Any], holds: bool) -> None:
    assert check(**changes).holds(TODAY) is holds
    assert checks.missing(five(**changes), TODAY) == (() if holds else ("prohibition",))


def test_all_five_are_missing_at_first() -> None:
    assert checks.missing([], TODAY) == tuple(kind.value for kind in Kind)


def test_a_trainee_is_cleared_on_the_day_of_the_last_check() -> None:
    assert checks.cleared_on(five(checked_on=date(2026, 9, 7)), TODAY) == date(2026, 9, 7)
    assert checks.cleared_on(five()[:4], TODAY) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"checked_by": " "}, "checked_by"),
        ({"checked_on": date(2026, 11, 24)}, "checked_on"),
        ({"expires_on": date(2026, 7, 19)}, "expires_on"),
        ({"outcome": Outcome.PASSED_WITH_RESTRICTIONS}, "note"),
    ],
)
def test_what_cannot_be_is_told_by_field(changes: dict[str, Any], field: str) -> None:
    assert [name for name, _ in checks.problems(check(**changes), TODAY)] == [field]
    assert not list(checks.problems(check(), TODAY))


def test_only_a_later_check_takes_the_place_of_one_that_is_recorded() -> None:
    known = check()
    assert checks.clash(None, known) is None
    assert checks.clash(known, known) is None
    assert checks.clash(known, check(checked_on=date(2026, 7, 21))) is None
    assert "2026-07-20" in (checks.clash(known, check(checked_by="Somebody else")) or "")


def test_nobody_is_in_a_school_before_the_checks_are_passed() -> None:
    checks.refuse_without(five(), TODAY)
    with pytest.raises(Conflict, match="fitness and prohibition") as raised:
        checks.refuse_without(five()[:3], TODAY)
    assert raised.value.details["checks_missing"] == ["fitness", "prohibition"]


def test_what_was_recorded_is_told_by_kind_and_never_what_was_found() -> None:
    new = five(outcome=Outcome.NOT_PASSED, note="A spent conviction")[2:]
    event = checks.recorded(trainee(), new, new, NOW)
    assert (event.passed, event.not_passed) == (("criminal_record", "fitness"), ("prohibition",))
    assert event.missing == ("identity", "right_to_work", "prohibition")
    assert "conviction" not in repr(event)


def test_a_correction_tells_the_outcome_and_a_removal_none() -> None:
    known = five()
    after = replace(known[0], outcome=Outcome.NOT_PASSED)
    event = checks.corrected(trainee(), Kind.IDENTITY, after, [after, *known[1:]], NOW)
    assert (event.kind, event.outcome, event.missing) == ("identity", "not_passed", ("identity",))
    assert checks.corrected(trainee(), Kind.IDENTITY, None, known[1:], NOW).outcome is None
