"""Whether a role period gives its school sight of the person: a claim alone does not (docs/adr/0006).

A leader begins a role for whomever they name. The school sees the person's data only once somebody else has
vouched for it: the person, the school of another role, an operator, or a fact of another service.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.people.domain.facts import PersonFact
from shared.events import cpd, itt, training

# Facts that place a person at ``school_urn``, and that the school itself cannot make.
VOUCHING = frozenset(
    {
        (itt.PlacementArranged.TYPE, "person_id"),
        (itt.PlacementArranged.TYPE, "mentor_id"),
        (training.PlacementCorrected.TYPE, "person_id"),
        (training.PlacementCorrected.TYPE, "mentor_id"),
        (cpd.InductionOpened.TYPE, "person_id"),
    }
)
# Facts that say what was told by mistake, and what they say it by.
TAKING_BACK = frozenset({training.PlacementCorrected.TYPE, training.PlacementRemoved.TYPE})
NEEDED = {
    itt.PlacementArranged.TYPE: ("placement_id",),
    training.PlacementCorrected.TYPE: ("placement_id", "school_urn", "from_school_urn"),
    training.PlacementRemoved.TYPE: ("placement_id",),
}


@dataclass(frozen=True, slots=True)
class Tie:
    """A role period, as far as sight goes: ``introduced`` when the school told of a person nobody knew."""

    school_urn: str
    is_open: bool
    confirmed: bool = False
    introduced: bool = False


def gives_sight(tie: Tie, vouched_urns: Collection[str], *, known_elsewhere: bool) -> bool:
    """Confirmed, vouched for by a fact, or of a person of whom nobody but this school has told anything."""
    return tie.confirmed or tie.school_urn in vouched_urns or (tie.introduced and not known_elsewhere)


# Subject and placement -> schools. Facts that were stored without their placement stand under None.
_Found = dict[tuple[str, str | None], set[str]]


def vouched(facts: Iterable[PersonFact]) -> set[str]:
    """The schools that facts vouch for, without those where somebody was placed by mistake.

    Each placement is taken back for itself. Where a fact does not say which one it is about, all of the trainee's
    placements at the school are meant: sight errs on the safe side.
    """
    found: _Found = defaultdict(set)
    for fact in sorted(facts, key=_order):
        if fact.type in TAKING_BACK:
            _take_back(found, fact)
        if (fact.type, fact.part) in VOUCHING:
            found[fact.subject, fact.details.get("placement_id")].add(fact.details["school_urn"])
    return set().union(*found.values())


def _order(fact: PersonFact) -> tuple[int, bool]:
    """Within a subject the sequence alone counts; what a fact takes back comes before what it vouches for."""
    return (fact.sequence, (fact.type, fact.part) in VOUCHING)


def _take_back(found: _Found, fact: PersonFact) -> None:
    """The school that was corrected; of a placement, or a mentor, that was none every school where it ever was."""
    placement_id, mistaken = fact.details.get("placement_id"), fact.details.get("from_school_urn") or ""
    if fact.type == training.PlacementRemoved.TYPE or fact.part == "from_mentor_id":
        mistaken = mistaken or fact.details["school_urn"]
        if placement_id:
            found.pop((fact.subject, placement_id), None)
    for (subject, known_id), urns in found.items():
        if subject == fact.subject and (None in (known_id, placement_id) or known_id == placement_id):
            urns.discard(mistaken)


def seen_from(ties: Collection[Tie], vouched_urns: Collection[str], *, known_elsewhere: bool) -> set[str]:
    """The schools that see the person now: those where a role is open that gives sight."""
    return {
        tie.school_urn
        for tie in ties
        if tie.is_open and gives_sight(tie, vouched_urns, known_elsewhere=known_elsewhere)
    }


def may_confirm(
    claimed_urn: str, ties: Collection[Tie], vouched_urns: Collection[str], *, known_elsewhere: bool
) -> set[str]:
    """The other schools that can confirm a claim: where the person holds or held a role that is more than a claim."""
    return {
        tie.school_urn
        for tie in ties
        if tie.school_urn != claimed_urn and gives_sight(tie, vouched_urns, known_elsewhere=known_elsewhere)
    }
