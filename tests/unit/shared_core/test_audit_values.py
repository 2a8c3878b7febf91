"""What a command changed becomes plain JSON, whatever it is made of."""

from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

import pytest

from shared.audit import plain


class State(StrEnum):
    OPEN = "open"


class Number(Enum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (7, 7),
        ("text", "text"),
        (State.OPEN, "open"),
        (Number.ONE, 1),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (date(2026, 7, 1), "2026-07-01"),
        (datetime(2026, 7, 1, 9, tzinfo=UTC), "2026-07-01T09:00:00+00:00"),
        ((1, State.OPEN), [1, "open"]),
        (frozenset({3}), [3]),
        ({Number.ONE: [UUID(int=1)]}, {"Number.ONE": ["00000000-0000-0000-0000-000000000001"]}),
    ],
)
def test_a_value_is_told_as_json_can_hold_it(value: Any, told: Any) -> None:
    assert plain(value) == told
