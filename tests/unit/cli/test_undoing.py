"""``continuum import undo``: it says what it would discard, and asks as the provider whose file it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cli import importing
from cli.errors import Refused

KNOWN = {"created": 1, "file_name": "trainees.csv", "provider_code": "2A5", "undone_at": None}


class Itt:
    """Stands for the service: notes what it is asked."""

    def __init__(self, **known: Any) -> None:
        self.known, self.asked = KNOWN | known, list[tuple[str, str | None]]()

    def __call__(self, service: str, method: str, arguments: Any, by: Any = None) -> Any:
        self.asked.append((method, by.id if by else None))
        return self.known


@pytest.fixture
def itt(monkeypatch: pytest.MonkeyPatch) -> Itt:
    made = Itt()

    @contextmanager
    def connected() -> Iterator[Itt]:
        yield made

    monkeypatch.setattr(importing, "connected", connected)
    return made


def test_what_would_be_discarded_is_said_before_it_is(itt: Itt) -> None:
    with pytest.raises(
        Refused, match=r"1 trainee of trainees.csv \(provider 2A5\) would be discarded; say --yes"
    ):
        importing.undo("an id", yes=False)
    assert itt.asked == [("get_import", None)]


def test_a_file_is_taken_back_on_behalf_of_its_provider(itt: Itt, capsys: pytest.CaptureFixture[str]) -> None:
    assert importing.undo("an id", yes=True) == 0
    assert itt.asked == [("get_import", None), ("undo_import", "provider 2A5")]
    assert capsys.readouterr().out == "discarded: 1 trainee of trainees.csv (provider 2A5)\n"


def test_what_was_taken_back_before_stays_so(itt: Itt, capsys: pytest.CaptureFixture[str]) -> None:
    itt.known["undone_at"] = "2026-11-27"
    assert importing.undo("an id", yes=True) == 0
    assert "were discarded before" in capsys.readouterr().out
    assert itt.asked == [("get_import", None)]
