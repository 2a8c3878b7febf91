"""When two records are the same trainee (domain page, duplicate)."""

import pytest

from services.itt.domain.duplicates import first_name, fold, keys
from tests.unit.itt.builders import details


def duplicates(**changes: str) -> bool:
    return bool(set(keys(details())) & set(keys(details(**changes))))


@pytest.mark.parametrize(
    "changes",
    [
        {"hesa_id": "1234567890123"},
        {"first_names": "AMINA"},
        {"first_names": "Somebody Else"},
        {"email": "other@example.com"},
        {"last_name": " okÁfor "},
        {"itt_start_date": "2027-01-10"},
    ],
)
def test_the_same_birth_name_cycle_and_route_with_first_name_or_email_is_a_duplicate(
    changes: dict[str, str],
) -> None:
    assert duplicates(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"first_names": "Ben", "email": "ben@example.com"},
        {"last_name": "Smith"},
        {"date_of_birth": "2002-05-15"},
        {"training_route": "12"},
        {"itt_start_date": "2025-09-01"},
    ],
)
def test_anything_else_is_another_trainee(changes: dict[str, str]) -> None:
    assert not duplicates(**changes)


def test_names_are_compared_without_case_accents_and_spaces() -> None:
    assert fold("  Zoë   ÅNGSTRÖM ") == "zoe angstrom"
    assert first_name("Éve-Marie Ann") == "eve-marie"
    assert first_name(" ") == ""
