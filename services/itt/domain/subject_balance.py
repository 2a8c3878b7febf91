"""Which of a course's subjects is the main one: what "X with Y" and "X and Y" say.

"A course 'X with Y' counts as X; 50/50 goes to the higher" (domain page, "Funding"). The national record has no
proportions: it names up to three subjects, the main one first (Register service, which takes the allocation subject
from the first). So only the name of the course tells them apart: "Physics with Mathematics" is mainly physics, two
subjects joined by "and" are in equal parts; where the name says neither, or is not known, the first counts.
Primary teaching comes first on a primary course, whatever is specialised in (Register service).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.itt.domain.codes import labels

PRIMARY_TEACHING = "100511"
_WITH = re.compile(r"\bwith\b", re.IGNORECASE)
_AND = re.compile(r"\band\b|&|/", re.IGNORECASE)
_WORDS = re.compile(r"\w+")


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
    name = course_name or ""
    if len(subjects) == 1:
        return Weighed(Balance.SINGLE, subjects)
    if PRIMARY_TEACHING in subjects:
        return Weighed(Balance.PRIMARY, _first(PRIMARY_TEACHING, subjects))
    if _WITH.search(name):
        return Weighed(Balance.MAJOR, _first(_named(_WITH.split(name)[0], subjects), subjects))
    if len(subjects) == 2 and _AND.search(name):
        return Weighed(Balance.EQUAL, subjects)
    return Weighed(Balance.NOT_TOLD, subjects)


def _first(code: str, subjects: tuple[str, ...]) -> tuple[str, ...]:
    return (code, *(other for other in subjects if other != code))


def _named(text: str, subjects: tuple[str, ...]) -> str:
    """The one subject whose name stands in the text; the first when that is none or several."""
    said = set(_WORDS.findall(text.casefold()))
    named = [code for code in subjects if said & _telling(code, subjects)]
    return named[0] if len(named) == 1 else subjects[0]


def _telling(code: str, subjects: tuple[str, ...]) -> set[str]:
    """The words of a subject's label that none of the others has."""
    words = {
        each: set(_WORDS.findall(labels("course_subject").get(each, "").casefold())) for each in subjects
    }
    return words[code].difference(*(words[other] for other in subjects if other != code))
