"""Moments, days and names of calls lie within what anybody can mean."""

from datetime import UTC, date, datetime

import pytest
from marshmallow import ValidationError

from shared.fields import ONE_LINE, Day, Moment, Since


def test_a_moment_is_told_in_utc() -> None:
    moment = Moment().deserialize("2026-09-01T09:00:00+01:00")
    assert (moment, moment.tzinfo) == (datetime(2026, 9, 1, 8, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "given",
    [
        "9999-12-31T20:00:00-14:00",
        "0001-01-01T00:00:00+14:00",
        "1999-12-31T23:00:00+00:00",
        "2201-01-01T00:00:00Z",
    ],
)
def test_a_moment_of_no_year_that_anybody_means_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="must be between 2000 and 2200"):
        Moment().deserialize(given)


def test_a_moment_has_an_offset() -> None:
    with pytest.raises(ValidationError):
        Moment().deserialize("2026-09-01T09:00:00")


def test_a_day_lies_between_1900_and_2200() -> None:
    assert Day().deserialize("1900-01-01") == date(1900, 1, 1)
    for given in ("1899-12-31", "2201-01-01", "9999-12-31", "0001-01-01"):
        with pytest.raises(ValidationError, match="must be between 1900 and 2200"):
            Day().deserialize(given)


def test_a_name_is_one_line() -> None:
    assert ONE_LINE("Siobhán O’Neill-Müller 李") == "Siobhán O’Neill-Müller 李"
    for name in ("Eve\r\nBcc: x@example.org", "Eve\n", "Eve\x1b[31m", "Eve\u2028", "Eve\0"):
        with pytest.raises(ValidationError, match="must be one line"):
            ONE_LINE(name)


def test_from_when_on_may_be_the_beginning_and_no_earlier() -> None:
    """A restored service asks for all that it missed since 1970 when it knows no later moment."""
    assert Since().deserialize("1970-01-01T00:00:00+00:00") == datetime(1970, 1, 1, tzinfo=UTC)
    with pytest.raises(ValidationError, match="must be between 1970 and 2200"):
        Since().deserialize("1969-12-31T23:00:00+00:00")
