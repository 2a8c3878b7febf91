"""What somebody reads who starts services while the database is away."""

import psycopg2
import pytest

from shared.runner import startup
from shared.runner.startup import CannotStart, make_databases_ready


def test_whoever_waits_for_a_database_is_told_once_and_for_how_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(service: str) -> None:
        raise psycopg2.OperationalError("connection refused")

    monkeypatch.setattr(startup, "check_revision", away)
    monkeypatch.setattr(startup, "DATABASE_WITHIN_S", 0.2)
    monkeypatch.setattr(startup, "PAUSE_S", 0.02)
    monkeypatch.setattr(startup, "settings", lambda: type("Here", (), {"database_url": "x", "amqp_uri": "y"}))

    with pytest.raises(CannotStart) as ended:
        make_databases_ready(["itt"])

    assert ended.value.exit_code == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "continuum: the database of itt is away (connection refused); waiting for it, 0 s at most"
    )
