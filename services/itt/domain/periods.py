"""Periods of days, first and last both counted; a last day of None has not come yet."""

from datetime import date


def overlap(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    """Whether the two periods share a day."""
    begins_in_time = other_last is None or first <= other_last
    ends_late_enough = last is None or other_first <= last
    return begins_in_time and ends_late_enough
