"""Facts of ``services/itt`` about the accreditation of school-led providers."""

from datetime import date
from uuid import UUID

from shared.events.base import Event, Person, event_type


@event_type("itt.accreditation.submitted.v1", subject="accreditation", key="accreditation_id")
class AccreditationSubmitted(Event):
    """A lead school applies for accreditation, with these partner schools."""

    accreditation_id: UUID
    provider_code: str
    partner_urns: tuple[str, ...]


@event_type("itt.accreditation.withdrawn.v1", subject="accreditation", key="accreditation_id")
class AccreditationWithdrawn(Event):
    """The applicant takes the application back; ``state`` is the one that it was in."""

    accreditation_id: UUID
    provider_code: str
    state: str


@event_type("itt.accreditation.panel_convened.v1", subject="accreditation", key="accreditation_id")
class AccreditationPanelConvened(Event):
    """A panel of so many members meets on the day."""

    accreditation_id: UUID
    provider_code: str
    meets_on: date
    members: int


@event_type("itt.accreditation.panel_changed.v1", subject="accreditation", key="accreditation_id")
class AccreditationPanelChanged(Event):
    """The panel meets on another day, or somebody else is in the chair; ``changed`` are the names of what it is."""

    accreditation_id: UUID
    provider_code: str
    meets_on: date
    changed: tuple[str, ...]


@event_type("itt.accreditation.member_invited.v1", subject="accreditation", key="accreditation_id")
class AccreditationMemberInvited(Event):
    """Somebody is asked to sit on the panel. ``person``: the member."""

    accreditation_id: UUID
    provider_code: str
    person_id: UUID
    meets_on: date
    chair: bool
    person: Person | None = None


@event_type("itt.accreditation.interests_declared.v1", subject="accreditation", key="accreditation_id")
class AccreditationInterestsDeclared(Event):
    """A member has said whether a conflict of interest keeps them from sitting; what it is stays in the record."""

    accreditation_id: UUID
    provider_code: str
    person_id: UUID
    conflict: bool


@event_type("itt.accreditation.voted.v1", subject="accreditation", key="accreditation_id")
class AccreditationVoted(Event):
    """A member has voted, or voted otherwise; how is the panel's own."""

    accreditation_id: UUID
    provider_code: str
    person_id: UUID


@event_type("itt.accreditation.member_released.v1", subject="accreditation", key="accreditation_id")
class AccreditationMemberReleased(Event):
    """The application was withdrawn, so the panel does not sit."""

    accreditation_id: UUID
    provider_code: str
    person_id: UUID


@event_type("itt.accreditation.granted.v1", subject="accreditation", key="accreditation_id")
class AccreditationGranted(Event):
    """The panel accredits the provider from a day on, by so many votes of those who sat."""

    accreditation_id: UUID
    provider_code: str
    accredited_from: date
    decided_on: date
    votes: int
    members: int


@event_type("itt.accreditation.refused.v1", subject="accreditation", key="accreditation_id")
class AccreditationRefused(Event):
    """The panel does not accredit the provider, by so many votes of those who sat; it may apply again."""

    accreditation_id: UUID
    provider_code: str
    decided_on: date
    votes: int
    members: int


@event_type("itt.accreditation.decision_annulled.v1", subject="accreditation", key="accreditation_id")
class AccreditationDecisionAnnulled(Event):
    """Correction: the decision was recorded in error; the application is before the panel again."""

    accreditation_id: UUID
    provider_code: str
    outcome: str


@event_type("itt.provider.accredited.v1", subject="provider", key="provider_code")
class ProviderAccredited(Event):
    """From this day the lead school is an accredited provider as well: it ratifies courses and recommends."""

    provider_code: str
    accreditation_id: UUID
    accredited_from: date


@event_type("itt.provider.accreditation_undone.v1", subject="provider", key="provider_code")
class ProviderAccreditationUndone(Event):
    """Correction: the provider was accredited by a decision that was recorded in error."""

    provider_code: str
    accreditation_id: UUID
