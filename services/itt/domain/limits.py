"""How many applications somebody may have: 4 in progress at once, 15 a cycle (Apply service)."""

from collections.abc import Iterable

from services.itt.domain.applications import IN_PROGRESS, UNSUCCESSFUL, Application, Candidacy
from shared.errors import Conflict

MOST_IN_PROGRESS = 4
MOST_A_CYCLE = 15
ALL_COUNT_FROM = 2027


def counted(applications: Iterable[Application], cycle: int) -> int:
    """How many count against the 15 of a cycle: from the 2027 cycle all that were sent, before it unsuccessful ones."""
    mine = [application for application in applications if application.cycle == cycle]
    if cycle >= ALL_COUNT_FROM:
        return sum(application.sent_at is not None for application in mine)
    return sum(application.state in UNSUCCESSFUL for application in mine)


def refuse_too_many(known: Candidacy) -> None:
    """A place of an earlier cycle that is taken up in a later one counts there. Raises Conflict for a fifth."""
    if known.in_progress > MOST_IN_PROGRESS:
        raise Conflict(
            f"The candidate has {MOST_IN_PROGRESS} other applications in progress: one of them ends first",
            in_progress=known.in_progress - 1,
        )


def refuse_no_room(application: Application, others: Candidacy) -> None:
    """An application that comes back into progress needs one of the four places. Raises Conflict."""
    if application.state not in IN_PROGRESS and others.in_progress >= MOST_IN_PROGRESS:
        raise Conflict(
            f"The candidate has {MOST_IN_PROGRESS} applications in progress already; this one may be taken up"
            " again when one of them ends",
            in_progress=others.in_progress,
        )
