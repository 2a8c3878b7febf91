"""Moments, days and names as calls take them: within what anybody can mean, and what every store can hold."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

FIRST_YEAR, LAST_YEAR = 2000, 2200
FIRST_YEAR_OF_A_LIFE = 1900
EPOCH_YEAR = 1970
# Names come into the headers of mails: one line, nothing that is not seen.
_UNSEEN = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]))
ONE_LINE = validate.ContainsNoneOf(_UNSEEN, error="must be one line without control characters")


class Moment(fields.AwareDateTime):
    """A moment between 2000 and 2200, in UTC whatever the offset that it came with. Raises ValidationError."""

    first_year = FIRST_YEAR

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any
    ) -> datetime:
        given = super()._deserialize(value, attr, data, **more)
        _refuse_year(
            given.year, self.first_year
        )  # first: at the ends of the calendar the offset leads out of it
        return given.astimezone(UTC)


class Since(Moment):
    """From when on: 1970 stands for the beginning, from which a restored service asks for all that it missed."""

    first_year = EPOCH_YEAR


class Day(fields.Date):
    """A day between 1900 and 2200: a birth, a visa, the end of a course. Raises ValidationError."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> date:
        day = super()._deserialize(value, attr, data, **more)
        _refuse_year(day.year, FIRST_YEAR_OF_A_LIFE)
        return day


def _refuse_year(year: int, first: int) -> None:
    if not first <= year <= LAST_YEAR:
        raise ValidationError(f"must be between {first} and {LAST_YEAR}")
