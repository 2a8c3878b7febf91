"""Two times: the business time of two recruitment cycles, and the wall clock of the days in which it is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from services.itt.domain.cycles import cycle

FIRST, SECOND = 2026, 2027
DAYS = timedelta(days=90)
BEFORE_THE_DEADLINE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From the opening of the first cycle to the last hour of the second one, stored in the 90 days before ``until``.

    The feed of 90 days then holds every change that there was.
    """

    until: datetime
    begins: datetime = cycle(FIRST).find_opens_at
    ends: datetime = cycle(SECOND).apply_deadline_at - BEFORE_THE_DEADLINE

    def wall(self, at: datetime) -> datetime:
        """When the service stored what happened at that business time."""
        return self.until - DAYS * ((self.ends - at) / (self.ends - self.begins))


def an_id(random: Random, at: datetime) -> UUID:
    """A UUIDv7 of that moment, the same for the same seed."""
    moment = int(at.timestamp() * 1000)
    return UUID(int=moment << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62))
