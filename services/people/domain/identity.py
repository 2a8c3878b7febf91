"""Who is the same person (domain page, "The professional continuum", identity).

Candidates for a match share three of first, middle, last name and date of birth, or the NI number, or the
e-mail. Definite is exactly one with date of birth and NI number; or exactly one with first, last, date of
birth, e-mail and sex when no NI number was given. Otherwise a person decides.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.people.domain.names import Names, same_name, shared_names
from shared.errors import Invalid
from shared.transitions import Transitions

SHARED_TO_BE_CANDIDATE = 3
EMAIL_SCORE, NI_NUMBER_SCORE = 5, 10
SEX_NOT_TOLD = (None, "sex_not_provided", "prefer_not_to_say")
# Two letters (not D F I Q U V, the second not O), six digits, A to D (HMRC's published form).
NI_NUMBER = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]\Z")


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a person for matching; date of birth and NI number are keyed hashes."""

    person_id: UUID
    names: Names
    birth: str | None = None
    email: str | None = None
    sex: str | None = None
    ni_number: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two people share. ``score``: names and birth date 1 each, e-mail 5, NI number 10."""

    names: int
    birth: bool
    email: bool
    ni_number: bool

    @property
    def score(self) -> int:
        """By which possible matches are ordered."""
        return self.names + self.birth + EMAIL_SCORE * self.email + NI_NUMBER_SCORE * self.ni_number

    @property
    def is_candidate(self) -> bool:
        """Whether the two may be the same person at all."""
        return self.names + self.birth >= SHARED_TO_BE_CANDIDATE or self.email or self.ni_number

    @property
    def shared(self) -> list[str]:
        """What is shared, in words."""
        told = [(f"{self.names} names", self.names), ("date of birth", self.birth)]
        told += [("e-mail", self.email), ("NI number", self.ni_number)]
        return [words for words, holds in told if holds]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``same_as`` is the definite match; ``possible`` are for a person to decide, the likeliest first."""

    same_as: UUID | None
    possible: tuple[tuple[UUID, Likeness], ...]


class MatchState(StrEnum):
    """A pair of people: waiting for a decision, one person, or two."""

    WAITING = "waiting"
    MERGED = "merged"
    APART = "apart"


MATCH_TRANSITIONS = Transitions(
    "people.match",
    (MatchState.WAITING, "merge", MatchState.MERGED),
    (MatchState.WAITING, "keep_apart", MatchState.APART),
    (MatchState.MERGED, "separate", MatchState.APART),
    (MatchState.APART, "merge", MatchState.MERGED),
)


def keyed_hash(key: bytes, kind: str, value: str) -> str:
    """HMAC-SHA256 of ``kind:value``, hexadecimal: equal values of one kind have equal hashes under one key."""
    return hmac.new(key, f"{kind}:{value}".encode(), "sha256").hexdigest()


def birth_hash(key: bytes, born: date | None) -> str | None:
    """The keyed hash of a date of birth."""
    return None if born is None else keyed_hash(key, "birth", born.isoformat())


def ni_number_hash(key: bytes, number: str) -> str:
    """The keyed hash of an NI number, written in any case and with blanks. Raises Invalid when it cannot be one."""
    tidy = "".join(number.split()).upper()
    if not NI_NUMBER.match(tidy):
        raise Invalid.field("national_insurance_number", "must look like QQ 12 34 56 C")
    return keyed_hash(key, "ni_number", tidy)


def tidy_email(email: str | None) -> str | None:
    """An e-mail address as it is compared."""
    return (email or "").strip().casefold() or None


def likeness(one: Identity, other: Identity) -> Likeness:
    """What the two share; what is not known is not shared."""
    return Likeness(
        names=shared_names(one.names, other.names),
        birth=one.birth is not None and one.birth == other.birth,
        email=one.email is not None and one.email == other.email,
        ni_number=one.ni_number is not None and one.ni_number == other.ni_number,
    )


def decide(newcomer: Identity, known: Iterable[Identity]) -> Verdict:
    """Whether the newcomer is somebody known for certain, perhaps, or not at all.

    A person may be known by several identities (after merges); each person counts once, by the likest.
    """
    compared = [(other, likeness(newcomer, other)) for other in known]
    candidates = [(other, alike) for other, alike in compared if alike.is_candidate]
    best: dict[UUID, Likeness] = {}
    for other, alike in sorted(candidates, key=lambda found: (-found[1].score, found[0].person_id)):
        best.setdefault(other.person_id, alike)
    return Verdict(_definite(newcomer, candidates), tuple(best.items()))


def _definite(newcomer: Identity, candidates: list[tuple[Identity, Likeness]]) -> UUID | None:
    by_number = {other.person_id for other, alike in candidates if alike.birth and alike.ni_number}
    if len(by_number) == 1:
        return by_number.pop()
    if newcomer.ni_number is not None:
        return None
    in_all = {
        o.person_id for o, alike in candidates if alike.birth and alike.email and _same_bearer(newcomer, o)
    }
    return in_all.pop() if len(in_all) == 1 else None


def _same_bearer(one: Identity, other: Identity) -> bool:
    """First name, last name and sex agree, each in its own place; who does not tell their sex agrees with nobody."""
    names = same_name(one.names.first, other.names.first) and same_name(one.names.last, other.names.last)
    return names and one.sex not in SEX_NOT_TOLD and one.sex == other.sex
