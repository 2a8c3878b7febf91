"""Deadlines as rows: dates that people see, fired by the active process, late or twice without harm."""

from shared.timers.entrypoints import TimerLoop, timer
from shared.timers.errands import Away, ErrandLoop, errand
from shared.timers.table import cancel, next_due, next_kinds, retry_parked, schedule, schedule_many

__all__ = [
    "Away",
    "ErrandLoop",
    "TimerLoop",
    "cancel",
    "errand",
    "next_due",
    "next_kinds",
    "retry_parked",
    "schedule",
    "schedule_many",
    "timer",
]
