"""Appropriate bodies, the schools that they are responsible for, and when they may not act."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.cpd.domain.facts import Award, Post
from services.cpd.domain.rules import RuleSet


class ConflictCode(StrEnum):
    """Why a body cannot be the appropriate body of a person (SI 2012/1115, reg. 4)."""

    ASSESSED_FOR_QTS = "assessed_for_qts"
    SERVES_THERE = "serves_there"
    RECOMMENDED_FOR_QTS = "recommended_for_qts"
    EMPLOYS = "employs"
    SERVED_THERE = "served_there"


@dataclass(eq=False, kw_only=True)
class AppropriateBody:
    """A teaching school, hub or authority; ``own_school_urns`` are the schools that it is, or that it runs."""

    code: str
    name: str
    provider_code: str | None = None
    own_school_urns: list[str] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class School:
    """What induction needs to know of a school: its appropriate body, and whether it is open to intervention."""

    urn: str
    appropriate_body: str | None = None
    intervention_from: date | None = None
    intervention_until: date | None = None
    inspectorate_certified: bool = False

    def in_intervention(self, day: date) -> bool:
        """Whether the school is eligible for intervention on that day."""
        if self.intervention_from is None or day < self.intervention_from:
            return False
        return self.intervention_until is None or day < self.intervention_until


def conflicts(
    body: AppropriateBody,
    rule_set: RuleSet,
    *,
    school_urn: str,
    awards: Collection[Award],
    served_at: Collection[str],
) -> list[ConflictCode]:
    """The conflicts of the body over a post at ``school_urn``, in the order of the rule; none means it may act."""
    own = set(body.own_school_urns)
    recommended = any(a.holds and a.provider_code == body.provider_code for a in awards)
    trained = any(a.holds and own & set(a.trained_at_urns) for a in awards)
    here, earlier = school_urn in own, bool(own & set(served_at))
    found = {
        RuleSet.NEWLY_QUALIFIED: {
            ConflictCode.ASSESSED_FOR_QTS: recommended or trained,
            ConflictCode.SERVES_THERE: here or earlier,
        },
        RuleSet.EARLY_CAREER: {
            ConflictCode.RECOMMENDED_FOR_QTS: recommended,
            ConflictCode.EMPLOYS: here,
            ConflictCode.SERVED_THERE: earlier,
        },
    }
    return [code for code, holds in found[rule_set].items() if holds]


def may_serve_at(school: School, day: date, *, served_at: Collection[str], posts: Collection[Post]) -> bool:
    """Whether induction may be served there: not in a school eligible for intervention (reg. 6(3)).

    Unless the inspectorate certifies it, induction began there, or the teacher worked there before.
    """
    if not school.in_intervention(day) or school.inspectorate_certified or school.urn in served_at:
        return True
    since = school.intervention_from or day
    return any(p.school_urn == school.urn and p.begins_on and p.begins_on < since for p in posts)
