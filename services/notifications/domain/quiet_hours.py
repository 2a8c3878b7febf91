"""Quiet hours: no mail between ten in the evening and seven in the morning, London time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
BEGIN, END = time(22), time(7)


def quiet_until(now: datetime) -> datetime | None:
    """When the quiet hours end in which this moment lies (UTC); None when it lies in none."""
    local = now.astimezone(LONDON)
    if END <= local.time() < BEGIN:
        return None
    day = local.date() + timedelta(days=1) if local.time() >= BEGIN else local.date()
    return datetime.combine(day, END, LONDON).astimezone(UTC)
