"""Which year a report is about where nobody named one."""

from typing import Any

import pytest

from cli.errors import WRONG, Refused
from cli.reporting import CYCLE, KINDS, YEAR, ask
from shared.errors import Invalid


def _call(service: str, method: str, arguments: Any) -> Any:
    """A service that has something of 2023 and 2024 alone."""
    year = arguments.get(CYCLE, arguments.get(YEAR, 2026))
    found = year in (2023, 2024)
    return {
        "title": str(year),
        "empty": None if found else "Nothing",
        "elsewhere": [] if found else [2023, 2024],
    }


@pytest.mark.parametrize("name", KINDS)
def test_in_the_demonstration_it_is_the_latest_that_has_something_and_says_so(name: str) -> None:
    kind = KINDS[name]
    answer, said = ask(_call, kind, {}, demo=True)
    option = "--cycle" if kind.year == CYCLE else "--year"
    assert (answer["title"], said) == (
        "2024",
        f"This is {option} 2024, the latest with something to show. Of today's: Nothing.",
    )


def test_elsewhere_and_where_a_year_is_named_it_is_that_year() -> None:
    kind = KINDS["census"]
    assert ask(_call, kind, {}, demo=False)[0]["title"] == "2026"
    answer, said = ask(_call, kind, {YEAR: 2025}, demo=True)
    assert (answer["title"], said) == ("2025", "")


def test_what_is_wrong_is_told_by_the_options() -> None:
    def refuse(service: str, method: str, arguments: Any) -> Any:
        raise Invalid.field("provider_code", "9ZZ is no provider that is registered here")

    with pytest.raises(Refused, match="--provider: 9ZZ is no provider") as refused:
        ask(refuse, KINDS["funnel"], {"provider_code": "9ZZ"}, demo=True)
    assert refused.value.exit_code == WRONG
