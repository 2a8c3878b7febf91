"""Which teacher reference number counts where somebody was given several: a file taken back, two records joined."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from services.people.domain.facts import VOIDING, PersonFact
from shared.events import itt

TELLING = (itt.TrnReceived.TYPE, itt.TraineeDiscarded.TYPE, VOIDING)
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def in_order(given: Iterable[str], facts: Collection[PersonFact]) -> list[str]:
    """The numbers of one person, the one that counts first: the last that was received for a record that stands.

    One that came with a record counts less than one that was received; one of a record that was removed, or that was
    received by a fact recorded in error, counts least.
    """
    voided = {fact.details["fact_id"] for fact in facts if fact.type == VOIDING}
    removed = {
        fact.subject
        for fact in facts
        if fact.type == itt.TraineeDiscarded.TYPE and str(fact.id) not in voided
    }
    ranks: dict[str, tuple[bool, datetime, int]] = {}
    for fact in facts:
        if fact.type == itt.TrnReceived.TYPE:
            stands = fact.subject not in removed and str(fact.id) not in voided
            trn, rank = fact.details["trn"], (stands, fact.occurred_at, fact.id.int)
            ranks[trn] = max(rank, ranks.get(trn, rank))
    return sorted(given, key=lambda trn: (ranks.get(trn, (True, BEFORE_ALL, 0)), trn), reverse=True)
