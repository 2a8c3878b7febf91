"""A trainee as the national sheets for recommendations and placements know one, and how a row finds it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.itt.domain.duplicates import fold
from services.itt.domain.placements import Placement
from services.itt.domain.trainees import Trainee


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A trainee with what a sheet shows beside the trainee's own data; ``unchecked``: the checks that are missing."""

    trainee: Trainee
    hesa_id: str
    provider_trainee_id: str = ""
    training_partner_urn: str = ""
    phase: str = ""
    age_range: str = ""
    placements: Sequence[Placement] = ()
    unchecked: Sequence[str] = ()


def same(left: str, right: str) -> bool:
    """Whether two cells say the same, for a person: case, accents and spacing make no difference."""
    return fold(left) == fold(right)


def by_trn(listed: Iterable[Listed]) -> dict[str, list[Listed]]:
    """The trainees by TRN: one person may have trained twice."""
    found: dict[str, list[Listed]] = {}
    for one in listed:
        found.setdefault(one.trainee.trn or "", []).append(one)
    return found
