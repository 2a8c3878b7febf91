"""Which stages keep somebody from being suggested."""

import pytest

from services.leadership.domain.stages import is_held


@pytest.mark.parametrize(
    ("stage", "flag", "held"),
    [
        (None, "", False),
        ("known", "", False),
        ("withdrawn", "", True),
        ("early_years", "", True),
        ("candidate", "", True),
        ("trainee", "paused", True),
        ("qualified", "", True),
        ("early_career", "", True),
        ("teacher", "", False),
        ("headteacher", "", False),
        ("headteacher", "barred", True),
        ("teacher", "suspended", True),
    ],
)
def test_only_a_teacher_in_good_standing_is_suggested(stage: str | None, flag: str, held: bool) -> None:
    assert is_held(stage, flag) is held
