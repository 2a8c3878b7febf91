"""Which of a course's subjects is the main one: what "X with Y" and "X and Y" say.

"A course 'X with Y' counts as X; 50/50 goes to the higher" (domain page, "Funding"). The national record has no
proportions: it names up to three subjects, the main one first (Register service, which takes the allocation subject
from the first). So only the name of the course tells them apart: "Physics with Mathematics" is mainly physics, two
subjects joined by "and" are in equal parts; where the name says neither, or is not known, the first counts.
"With" says so only before a subject: "Biology and Physics (PGCE with QTS)" and "... with EBacc" are in equal parts.
Primary teaching comes first on a primary course, whatever is specialised in (Register service).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.itt.domain.codes import labels

PRIMARY_TEACHING = "100511"
_QUALIFICATION = re.compile(r"\bwith\s+(?:QTS|EYTS|PGCE|PGDE|qualified teacher status)\b", re.IGNORECASE)
_WITH = re.compile(r"\bwith\b", re.IGNORECASE)
_AND = re.compile(r"\band\b|&|/", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
_JOINING = frozenset({"a", "and", "as", "or", "the"})
# What courses are called, by a word of the label that the national record has for the subject.
_MEANT = {
    "maths": "mathematics",
    "pe": "sport",
    "physical": "sport",
    "re": "religious",
    "computing": "computer",
    "ict": "information",
    "mfl": "languages",
}


class Balance(StrEnum):
    SINGLE = "single"
    PRIMARY = "primary"
    MAJOR = "major"
    EQUAL = "equal"
    NOT_TOLD = "not_told"


@dataclass(frozen=True, slots=True)
class Weighed:
    """The subjects, the main one first, and how they stand to each other."""

    balance: Balance
    subjects: tuple[str, ...]


def weighed(subjects: tuple[str, ...], course_name: str | None) -> Weighed:
    """How one to three subjects, by code as the record names them, stand to each other."""
    if len(subjects) == 1:
        return Weighed(Balance.SINGLE, subjects)
    if PRIMARY_TEACHING in subjects:
        return Weighed(Balance.PRIMARY, _first(PRIMARY_TEACHING, subjects))
    before, *after = _WITH.split(_QUALIFICATION.sub("", course_name or ""), maxsplit=1)
    if beside := _named("".join(after), subjects):
        return _beside(beside, _named(before, subjects), subjects)
    if len(subjects) == 2 and _AND.search(before):
        return Weighed(Balance.EQUAL, subjects)
    return Weighed(Balance.NOT_TOLD, subjects)


def _beside(beside: list[str], before: list[str], subjects: tuple[str, ...]) -> Weighed:
    """Subjects stand after "with": the one before it is the main one; of several before it, nothing tells which."""
    if len(before) > 1:
        return Weighed(Balance.NOT_TOLD, subjects)
    others = [code for code in subjects if code not in beside]
    return Weighed(Balance.MAJOR, _first([*before, *others, *subjects][0], subjects))


def _first(code: str, subjects: tuple[str, ...]) -> tuple[str, ...]:
    return (code, *(other for other in subjects if other != code))


def _named(text: str, subjects: tuple[str, ...]) -> list[str]:
    """The subjects whose names stand in the text."""
    words = set(_WORDS.findall(text.casefold()))
    said = words | {_MEANT[word] for word in words & _MEANT.keys()}
    return [code for code in subjects if said & _telling(code, subjects)]


def _telling(code: str, subjects: tuple[str, ...]) -> set[str]:
    """The words of a subject's label that none of the others has."""
    words = {
        each: set(_WORDS.findall(labels("course_subject").get(each, "").casefold())) for each in subjects
    }
    return words[code].difference(_JOINING, *(words[other] for other in subjects if other != code))
