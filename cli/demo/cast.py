"""Who acts in the demonstration: each call is made as somebody who may make it, at the moment of the clock."""

from shared.policy import Principal, Role


def _somebody(id: str, role: Role, *organisations: str) -> Principal:
    return Principal(id, frozenset({role}), frozenset(organisations), sets_clock=True)


OPERATOR = _somebody("the demonstration", Role.OPERATOR)


def provider(code: str) -> Principal:
    """The training office of an accredited provider."""
    return _somebody(f"provider {code}", Role.ACCREDITED_PROVIDER, f"provider:{code}")


def head(urn: str) -> Principal:
    """The head of a school."""
    return _somebody(f"head of school {urn}", Role.SCHOOL_LEADER, f"school:{urn}")


def body(code: str) -> Principal:
    """Whoever decides at an appropriate body."""
    return _somebody(f"body {code}", Role.APPROPRIATE_BODY, f"body:{code}")


def teacher(person_id: str) -> Principal:
    """A person, for themselves."""
    return _somebody(person_id, Role.TEACHER)


def lead_school(code: str) -> Principal:
    """Whoever recruits at a lead school."""
    return _somebody(f"lead school {code}", Role.LEAD_SCHOOL, f"provider:{code}")


def candidate(person_id: str) -> Principal:
    """Somebody who applies, for themselves."""
    return _somebody(person_id, Role.CANDIDATE)


def referee(reference_id: str) -> Principal:
    """Whoever was asked for this one reference."""
    return _somebody(reference_id, Role.REFEREE)
