"""The principal of a call: a person, an operator or a service, with roles and organisations."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What somebody is in school-led teacher training; a principal may be several at once."""

    CANDIDATE = "candidate"
    REFEREE = "referee"
    TRAINEE = "trainee"
    TEACHER = "teacher"
    MENTOR = "mentor"
    TUTOR = "tutor"
    SCHOOL_LEADER = "school_leader"
    LEAD_SCHOOL = "lead_school"
    TRAINING_PARTNER = "training_partner"
    ACCREDITED_PROVIDER = "accredited_provider"
    APPROPRIATE_BODY = "appropriate_body"
    PANEL_MEMBER = "panel_member"
    ALLIANCE_LEAD = "alliance_lead"
    BROKER = "broker"
    REGIONAL_ANALYST = "regional_analyst"
    NATIONAL_ANALYST = "national_analyst"
    OPERATOR = "operator"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. ``id`` is a person's id as text, or the name of a service or operator.

    ``organisations`` are written ``kind:code``: ``provider:2A5``, ``school:123456``, ``body:north-tyne``.
    ``sets_clock`` comes with the token: only then may a call say when it happens (demonstrations).
    """

    id: str
    roles: frozenset[Role] = frozenset()
    organisations: frozenset[str] = frozenset()
    on_behalf_of: str | None = None
    sets_clock: bool = False

    @property
    def actor(self) -> str:
        """The id that audit names: who a service acts for, else the principal itself."""
        return self.on_behalf_of or self.id

    def has(self, *roles: Role) -> bool:
        """Whether the principal has one of these roles."""
        return not self.roles.isdisjoint(roles)

    def is_person(self, person_id: UUID | str) -> bool:
        """Whether the principal is this very person; a service never is, whomever it acts for."""
        return self.id == str(person_id) and Role.SERVICE not in self.roles

    def belongs(self, organisation: str) -> bool:
        """Whether the principal speaks for the organisation, such as ``provider:2A5``."""
        return organisation in self.organisations


ANONYMOUS = Principal("anonymous")
