"""Facts of ``services/people``: who somebody is, which roles they hold, where they stand."""

from datetime import date
from uuid import UUID

from shared.events.base import Event, Person, event_type


@event_type("people.person.identified.v1", subject="person", key="person_id")
class PersonIdentified(Event):
    """The id that a service minted stands for a person who was not known before."""

    person_id: UUID
    met_by: str


@event_type("people.person.merged.v1", subject="person", key="person_id")
class PersonMerged(Event):
    """``merged_id`` is the same person as ``person_id``; rows keep theirs, aliases are resolved on read."""

    person_id: UUID
    merged_id: UUID


@event_type("people.person.separated.v1", subject="person", key="person_id")
class PersonSeparated(Event):
    """A merge was a mistake: ``merged_id`` is a person of their own again."""

    person_id: UUID
    merged_id: UUID


@event_type("people.role.begun.v1", subject="person", key="person_id")
class RoleBegun(Event):
    """A role period begins: ``role`` is teacher, middle_leader, senior_leader, headteacher or executive_head."""

    person_id: UUID
    role_period_id: UUID
    role: str
    school_urn: str
    begins_on: date
    full_time_equivalent_percent: int = 100
    relevant_school: bool = True
    person: Person | None = None


@event_type("people.role.ended.v1", subject="person", key="person_id")
class RoleEnded(Event):
    """A role period is over."""

    person_id: UUID
    role_period_id: UUID
    role: str
    school_urn: str
    ended_on: date


@event_type("people.stage.changed.v1", subject="person", key="person_id")
class StageChanged(Event):
    """The folded stage is another one now; ``flag`` is paused, barred, suspended or empty."""

    person_id: UUID
    from_stage: str
    stage: str
    flag: str = ""


@event_type("people.prohibition.imposed.v1", subject="person", key="person_id")
class ProhibitionImposed(Event):
    """The person may not teach: every stage is suspended until it is lifted."""

    person_id: UUID
    prohibition_id: UUID
    imposed_on: date


@event_type("people.prohibition.lifted.v1", subject="person", key="person_id")
class ProhibitionLifted(Event):
    """The prohibition is over or was set aside; what it suspended counts again."""

    person_id: UUID
    prohibition_id: UUID
    lifted_on: date


@event_type("people.fact.voided.v1", subject="person", key="person_id")
class FactVoided(Event):
    """A fact was recorded in error: it counts no longer, and stays on the timeline. ``fact_id`` is its event's id."""

    person_id: UUID
    fact_id: UUID
    fact_type: str
