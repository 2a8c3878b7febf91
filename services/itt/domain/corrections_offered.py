"""What a form or a course says otherwise since the draft was made: offered to the provider as a correction, not lost.

Only what the application itself changed is offered; what the provider typed into the record stays as it is. The sex is
not offered: a candidate says it among their equality data, which no fact and no list of corrections carries. Nor is the
funding method: the draft has it from the table of the year, which is no word of the form or the course.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.itt.domain.details import COLUMNS, DEGREE, EQUALITY, PERSONAL, PLACEMENTS
from services.itt.domain.rules import MANDATORY
from services.itt.domain.trainees import Trainee, about
from shared.errors import Invalid
from shared.events.recruits import CorrectionOffered
from shared.transitions import Transitions

MAX_WHY = 500
NOT_SAID = frozenset({"sex", "funding_method", *EQUALITY, *PLACEMENTS})
SAID = tuple(name for name in COLUMNS if name not in NOT_SAID)
FORM, OF_COURSE = "form", "course"
FROM_FORM = frozenset({*PERSONAL, *DEGREE, "fund_code"})
Cells = Mapping[str, str]


class State(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"


TRANSITIONS = Transitions(
    "itt.offered_correction",
    (State.OFFERED, "accept", State.ACCEPTED),
    (State.OFFERED, "dismiss", State.DISMISSED),
    (State.OFFERED, "supersede", State.SUPERSEDED),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A column of the record with its value and the one that is offered, as cells."""

    column: str
    old: str
    new: str

    @property
    def source(self) -> str:
        """Who says it: the candidate's form, or the course."""
        return FORM if self.column in FROM_FORM else OF_COURSE


def said(cells: Cells) -> dict[str, str]:
    """What an application says of the record, which is kept to tell what changes; never equality data."""
    return {name: cells.get(name, "") for name in SAID}


def changed(before: Cells, now: Cells) -> frozenset[str]:
    """The columns of which the application says something else than it did: what was offered of them is superseded."""
    return frozenset(name for name in SAID if before.get(name, "") != now.get(name, ""))


def offers(columns: frozenset[str], now: Cells, record: Cells) -> list[Offer]:
    """The corrections of those columns, in the order of the file: not what the record holds already.

    That the application says no more what every trainee has (a mandatory column) corrects nothing.
    """
    differ = [name for name in SAID if name in columns and now.get(name, "") != record.get(name, "")]
    return [
        Offer(name, record.get(name, ""), now.get(name, ""))
        for name in differ
        if now.get(name) or name not in MANDATORY
    ]


def told(trainee: Trainee, columns: tuple[str, ...], now: datetime) -> CorrectionOffered:
    """The fact that corrections are offered: the names of the columns, never their values."""
    return CorrectionOffered(**about(trainee, now), provider_code=trainee.provider_code, columns=columns)


def why(reason: str) -> str:
    """Why a correction is not taken over: up to 500 characters. Raises Invalid."""
    given = reason.strip()
    if not given:
        raise Invalid.field("why", "is missing; say why the record stays as it is")
    if len(given) > MAX_WHY:
        raise Invalid.field("why", f"has {len(given)} characters; shorten it to {MAX_WHY}")
    return given


def refuse_strangers(asked: frozenset[UUID], known: frozenset[UUID]) -> None:
    """Raises Invalid for corrections that are none of this trainee's, or for no correction at all."""
    if not asked:
        raise Invalid.field("correction_ids", "is empty; name at least one")
    if strange := sorted(map(str, asked - known)):
        raise Invalid.field("correction_ids", f"{', '.join(strange)}: no correction of this trainee")
