"""Whether a role period gives its school sight of the person: a claim alone does not (docs/adr/0006).

A leader begins a role for whomever they name. The school sees the person's data only once somebody else has
vouched for it: the person, the school of another role, an operator, or a fact of another service.
"""

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
NEEDED = {training.PlacementCorrected.TYPE: ("school_urn", "from_school_urn")}


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


def vouched(facts: Iterable[PersonFact]) -> set[str]:
    """The schools that facts vouch for, without those where somebody was placed by mistake.

    Of two placements of one trainee at one school, the removal of either takes both back: sight errs on the safe side.
    """
    found: set[tuple[str, str]] = set()
    for fact in sorted(facts, key=lambda each: each.order):
        if fact.type in TAKING_BACK:
            found.discard((fact.subject, _by_mistake(fact)))
        if (fact.type, fact.part) in VOUCHING:
            found.add((fact.subject, fact.details["school_urn"]))
    return {urn for _, urn in found}


def _by_mistake(fact: PersonFact) -> str:
    """Where the person was not: the school that was corrected; all of it for a placement or a mentor that was none."""
    said: str = fact.details.get("from_school_urn") or ""
    if fact.type == training.PlacementRemoved.TYPE or fact.part == "from_mentor_id":
        return said or fact.details["school_urn"]
    return said


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
