"""What a service allows, as one table of (action, role, relation): what runs, is tested and is printed."""

from collections.abc import Collection, Iterator
from typing import ClassVar, NamedTuple

from shared.errors import NotAllowed, join
from shared.policy.principal import Principal, Role

ANY = "any"
# How a refusal calls those who stand in a relation; another relation is told by its own words.
WORDS = {
    "self": "whom it is about",
    "own_provider": "its own provider",
    "own_draft": "its own provider, while it is a draft",
    "own_course": "the provider of the course",
    "own_school": "its own school",
    "own_body": "its own appropriate body",
    "own_region": "its own region",
    "former_school": "a school that it was with before",
    "training_partner": "its lead school",
    "ratifies": "the provider that ratifies it",
    "at_site": "a school that is its site",
    "mentors": "its mentor",
    "tutors": "its tutor",
    "author": "who recorded it",
    "own_note": "the organisation that wrote it",
    "unsigned_note": "a note whose organisation is not known",
    "member": "a member of the organisation",
    "referee_of": "its referee",
    "applicant": "who applies",
    "chairs": "who chairs the panel",
    "sits": "who sits on the panel",
    "offerer": "who offers it",
}


class Permission(NamedTuple):
    """A role may do the action to things that it stands in this relation to (``any``: to all)."""

    action: str
    role: Role
    relation: str


class Permissions:
    """The permissions of one service. What the table does not say is not allowed."""

    registry: ClassVar["dict[str, Permissions]"] = {}

    def __init__(self, service: str, *rows: tuple[str, Role, str]) -> None:
        self.service, self.rows = service, tuple(Permission(*row) for row in rows)
        if len(set(self.rows)) != len(self.rows):
            raise ValueError(f"{service}: the same permission stands in the table twice")
        self._of: dict[str, list[Permission]] = {}
        for row in self.rows:
            self._of.setdefault(row.action, []).append(row)
        self.registry[service] = self

    def __iter__(self) -> Iterator[Permission]:
        return iter(self.rows)

    def allows(self, by: Principal, action: str, relations: Collection[str] = ()) -> bool:
        """Whether one of the principal's roles may do it, standing in these relations to the thing."""
        return any(row.role in by.roles and _holds(row, relations) for row in self._rows(action))

    def require(self, by: Principal, action: str, relations: Collection[str] = ()) -> None:
        """Raises NotAllowed, which says who may, when the table does not allow it."""
        if not self.allows(by, action, relations):
            raise NotAllowed(self._reason(by, action), action=action, roles=self.roles(action))

    def roles(self, action: str) -> list[str]:
        """The roles that may do it to something, as the table orders them."""
        return list(dict.fromkeys(row.role.value for row in self._rows(action)))

    def _rows(self, action: str) -> list[Permission]:
        if action not in self._of:
            raise ValueError(f"{self.service}: no permission names the action {action!r}")
        return self._of[action]

    def _reason(self, by: Principal, action: str) -> str:
        needed = [row.relation for row in self._rows(action) if row.role in by.roles]
        if needed:
            who = join([WORDS.get(each, each.replace("_", " ")) for each in sorted(set(needed))])
            return f"{action} is not allowed to you here: it is for {who}"
        return f"{action} is not allowed to you: it is for {join(self.roles(action))}"


def _holds(row: Permission, relations: Collection[str]) -> bool:
    return row.relation == ANY or row.relation in relations
