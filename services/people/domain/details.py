"""What a person is called and reached by, folded from every fact that told it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.people.domain.names import Names, search_text
from shared.events import Event, accreditation, itt, training

# The person of an event is the one in ``person_id``, but for a placement its mentor.
DESCRIBED = {itt.PlacementArranged.TYPE: "mentor_id", training.PlacementCorrected.TYPE: "mentor_id"}
# Somebody else names a person whom they know: it stands until a better source speaks, and never in place of it.
HEARSAY = frozenset({*DESCRIBED, accreditation.AccreditationMemberInvited.TYPE})


@dataclass(frozen=True, slots=True)
class Detail:
    """What one fact told; ``birth`` is a keyed hash; ``hearsay`` is what somebody else said of the person."""

    id: UUID
    at: datetime
    sequence: int
    first_names: str
    last_name: str
    email: str | None = None
    sex: str | None = None
    birth: str | None = None
    hearsay: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """A person as known now."""

    first_names: str = ""
    last_name: str = ""
    email: str | None = None
    sex: str | None = None
    birth: str | None = None

    @property
    def names(self) -> Names:
        """As they are matched."""
        return Names.of(self.first_names, self.last_name)

    @property
    def search_text(self) -> str:
        """As they are searched."""
        return search_text(self.first_names, self.last_name)

    @property
    def sort_name(self) -> str:
        """As lists are sorted: last name first."""
        return search_text(self.last_name, self.first_names).strip()


def described_part(event_class: type[Event]) -> str:
    """The field with the id of the person whom ``event.person`` describes."""
    return DESCRIBED.get(event_class.TYPE, "person_id")


def fold_details(told: Iterable[Detail]) -> Details:
    """The latest word on each: what a later fact leaves out is kept from an earlier one; hearsay comes last."""
    latest_first = sorted(told, key=lambda d: (not d.hearsay, d.at, d.sequence, d.id), reverse=True)
    named = next((d for d in latest_first if d.last_name), None)
    return Details(
        first_names=named.first_names if named else "",
        last_name=named.last_name if named else "",
        email=next((d.email for d in latest_first if d.email), None),
        sex=next((d.sex for d in latest_first if d.sex), None),
        birth=next((d.birth for d in latest_first if d.birth), None),
    )
