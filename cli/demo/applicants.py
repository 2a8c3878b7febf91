"""Invented candidates: who applies, what becomes of it, and what they write in their forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from cli.demo import cast
from cli.demo.names import FIRST_NAMES, LAST_NAMES, mail
from shared.policy import Principal

MATHS, PSYCHOLOGY, PHYSICS = "100403", "100497", "100425"
DEGREES = ((MATHS, "Mathematics"), (PSYCHOLOGY, "Psychology"), (PHYSICS, "Physics"))
DURHAM = "0116"
Content = dict[str, Any]


class Way(StrEnum):
    """What becomes of an application."""

    RECRUITED = "recruited"
    UNCONDITIONAL = "offered without conditions"
    TWO_OFFERS = "chooses between two offers"
    WITH_PENDING = "recruited with a condition pending"
    LEAVES = "recruited, and withdraws before the course"
    REJECTED = "rejected"
    DECLINES = "declines"
    FORGOTTEN = "nobody decides"
    WITHDRAWS = "withdraws"
    CONDITIONS_NOT_MET = "does not meet the conditions"
    NEVER_SENDS = "never sends it"


WAYS = (
    *(Way.RECRUITED,) * 4,
    Way.UNCONDITIONAL,
    *(Way.TWO_OFFERS,) * 2,
    Way.WITH_PENDING,
    Way.LEAVES,
    Way.REJECTED,
    Way.DECLINES,
    Way.FORGOTTEN,
    Way.WITHDRAWS,
    Way.CONDITIONS_NOT_MET,
    Way.NEVER_SENDS,
)


@dataclass(slots=True)
class Applicant:
    """One candidate. ``applications`` are ids, in the order in which the courses were chosen."""

    number: int
    first_names: str
    last_name: str
    sex: str
    way: Way
    person_id: str
    applications: list[str]

    @property
    def name(self) -> str:
        return f"{self.first_names} {self.last_name}"

    @property
    def myself(self) -> Principal:
        """The candidate as a caller."""
        return cast.candidate(self.person_id)


def applicants(seed: int, taken: set[str]) -> Iterator[Applicant]:
    """One for each way; nobody has the name of one who is there already."""
    random = Random(f"continuum applicants {seed}")
    firsts, lasts = random.sample(FIRST_NAMES, len(WAYS)), iter(random.sample(LAST_NAMES, len(LAST_NAMES)))
    for number, (way, (first, sex)) in enumerate(zip(WAYS, firsts, strict=True)):
        last = next(name for name in lasts if f"{first} {name}" not in taken)
        person_id = str(UUID(int=random.getrandbits(128), version=4))
        yield Applicant(number, first, last, sex, way, person_id, [])


def sections(applicant: Applicant) -> Iterator[tuple[str, Content]]:
    """The sections of the form, in the order in which candidates fill them in."""
    born = date(1995, 3, 1) + timedelta(days=97 * applicant.number)
    code, subject = DEGREES[applicant.number % len(DEGREES)]
    job = {
        "organisation_name": "Larkhill High",
        "role": "Teaching assistant",
        "start_month": {"year": "2021", "month": "09"},
    }
    gcse = {"qualification_type": "gcse", "grade": "6", "award_year": str(born.year + 16)}
    degree = {
        "qualification_type": "BSc",
        "subject": subject,
        "grade": "2:1",
        "award_year": str(born.year + 22),
        "institution_details": "Durham University",
        "hesa_degtype": "083",
        "hesa_degsbj": code,
        "hesa_degclss": "02",
        "hesa_degest": DURHAM,
        "hesa_degctry": "GB",
        "hesa_degstdt": f"{born.year + 19}-09-20",
        "hesa_degenddt": f"{born.year + 22}-07-01",
    }
    who = {"first_names": applicant.first_names, "last_name": applicant.last_name}
    yield "personal_details", who | {"date_of_birth": born.isoformat()}
    address = {"address_line1": f"{applicant.number + 1} High Street", "postcode": "NE1 4LP", "country": "GB"}
    yield "contact", address | {"phone_number": "07700 900000"}
    yield "nationality", {"nationalities": ["GB"], "uk_residency_status_code": "A"}
    yield "languages", {"english_main_language": True}
    yield "degrees", {"degrees": [degree]}
    yield "gcses", {"english": gcse, "maths": gcse, "science": gcse}
    yield "other_qualifications", {"no_other_qualifications": True}
    yield "work_history", {"status": "has_worked", "jobs": [job]}
    yield "unpaid_experience", {"no_unpaid_experience": True}
    yield "personal_statement", {"text": f"I want to teach {subject}, as I was taught it: patiently."}
    yield "safeguarding", {"has_issues": False}
    yield "interview_needs", {"has_needs": False}
    yield "previous_training", {"started": False}


def referees(applicant: Applicant) -> Iterator[Content]:
    """The two whom everybody names."""
    for first, last, kind in (("Rosalind", "Hardy", "academic"), ("Gareth", "Pugh", "school_based")):
        yield {
            "name": f"{first} {last}",
            "email": mail(first, f"{last}{applicant.number}"),
            "relationship": "They have known my work for three years",
            "referee_type": kind,
        }
