"""What other services said about a person, kept so that no order of arrival matters."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

TEACHING_ROLE = "teacher"


@dataclass(eq=False, kw_only=True)
class Award:
    """QTS by one trainee record; ``sequence`` is of the fact that spoke last, so an older one changes nothing."""

    trainee_id: UUID
    person_id: UUID
    sequence: int
    awarded_on: date | None = None
    provider_code: str = ""
    trained_at_urns: list[str] = field(default_factory=list)
    removed: bool = False
    removal_refused_on: date | None = None

    @property
    def holds(self) -> bool:
        """Whether the award stands."""
        return self.awarded_on is not None and not self.removed

    def is_older(self, sequence: int) -> bool:
        """Whether a fact of that sequence came after something newer, and is to be left alone."""
        return sequence <= self.sequence


@dataclass(eq=False, kw_only=True)
class Post:
    """A role period at a school. The end may be heard of before the beginning, or before it comes.

    ``ended_on`` is the first day without the post.
    """

    role_period_id: UUID
    person_id: UUID
    school_urn: str
    role: str
    begins_on: date | None = None
    fte_percent: int = 100
    relevant: bool = False
    ended_on: date | None = None

    def is_open(self, day: date) -> bool:
        """Whether its beginning is known, and its end has not come on that day."""
        return self.begins_on is not None and not self.has_ended(day)

    def has_ended(self, day: date) -> bool:
        """Whether its end has come on that day."""
        return self.ended_on is not None and self.ended_on <= day

    @property
    def teaches(self) -> bool:
        """Whether induction can be served in it: a teacher's post at a relevant school (reg. 6)."""
        return self.role == TEACHING_ROLE and self.relevant


@dataclass(eq=False, kw_only=True)
class Standing:
    """One row a person: what is not a period. An exemption has an end or none."""

    person_id: UUID
    exempt_from: date | None = None
    exempt_until: date | None = None
    failed_in_wales_on: date | None = None

    def is_exempt(self, day: date) -> bool:
        """Whether an exemption holds on that day; ``exempt_until`` is the first day without it."""
        if self.exempt_from is None or day < self.exempt_from:
            return False
        return self.exempt_until is None or day < self.exempt_until
