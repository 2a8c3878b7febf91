"""Who applies, and what stands in their forms: invented, no two of them alike, in the lengths that forms have."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.cohort.spans import Span, an_id
from cli.demo.names import FIRST_NAMES, LAST_NAMES
from services.itt.domain import form
from services.itt.domain.candidate_duplicates import key
from services.itt.domain.cycles import cycle
from services.itt.domain.duplicates import fold
from services.itt.domain.form import Section
from shared.events import Person
from shared.events.applications import Recruit

BORN_FROM, BORN_WITHIN_DAYS = date(1966, 1, 1), 13_800
OPEN_DAYS, PEAK_DAY, LAST_DAY = 0, 90, 330
SENTENCES = 36
SAID = (
    "I have wanted to teach since I helped in a primary school during my degree.",
    "Explaining an idea in three ways until it is understood is what I enjoy most.",
    "As a tutor I learned how much patience and planning a single lesson takes.",
    "My own teachers showed me what high expectations and kindness can do together.",
    "I observed lessons in two schools and saw how routines make room for curiosity.",
    "In my last job I led a team, met deadlines and gave feedback that people could use.",
    "I coach a junior football team, and I know what encouragement does for confidence.",
    "My subject opens doors, and I want more children to walk through them.",
)
JOB = {
    "organisation_name": "A school",
    "role": "Teaching assistant",
    "start_month": {"year": "2020", "month": "09"},
}
GCSE = {"qualification_type": "gcse", "grade": "5", "award_year": "2018"}
DEGREE = {
    "qualification_type": "BSc",
    "subject": "Mathematics",
    "award_year": "2024",
    "institution_details": "Durham University",
    "grade": "2:1",
}


@dataclass(frozen=True, slots=True)
class Applicant:
    """A candidate of one cycle, with the sections of the form, all complete."""

    id: UUID
    person_id: UUID
    year: int
    created_at: datetime
    first_names: str
    last_name: str
    date_of_birth: date
    email: str
    postcode: str
    sections: dict[Section, dict[str, Any]]

    @property
    def person(self) -> Person:
        """As facts carry people."""
        return Person(
            first_names=self.first_names,
            last_name=self.last_name,
            date_of_birth=self.date_of_birth,
            email=self.email,
        )

    @property
    def recruit(self) -> Recruit:
        """As a trainee's record needs them."""
        said = {section.value: (content, True) for section, content in self.sections.items()}
        return form.recruit(said, self.email)

    @property
    def statement(self) -> str:
        return str(self.sections[Section.PERSONAL_STATEMENT]["text"])

    @property
    def duplicate_key(self) -> str | None:
        return key(self.last_name, self.date_of_birth, self.postcode)


def applicant(random: Random, span: Span, number: int, year: int) -> Applicant:
    """The next one: most open their account in the first months of the cycle."""
    days = random.triangular(OPEN_DAYS, LAST_DAY, PEAK_DAY)
    created_at = cycle(year).apply_opens_at + timedelta(seconds=int(days * 86_400))
    (first, _), (second, _) = random.choice(FIRST_NAMES), random.choice(FIRST_NAMES)
    last = random.choice(LAST_NAMES)
    if random.random() < 0.5:
        last = f"{last}-{random.choice(LAST_NAMES)}"
    names = {"first_names": f"{first} {second}", "last_name": last}
    born = BORN_FROM + timedelta(days=random.randrange(BORN_WITHIN_DAYS))
    postcode = _postcode(number)
    return Applicant(
        id=an_id(random, span.wall(created_at)),
        person_id=an_id(random, span.wall(created_at)),
        year=year,
        created_at=created_at,
        **names,
        date_of_birth=born,
        email=f"{fold(first).replace(' ', '.')}.{number}@example.com",
        postcode=postcode,
        sections=_sections(random, names, born, postcode),
    )


def _postcode(number: int) -> str:
    """One for each candidate, so that nobody is suspected of being somebody else."""
    first, second = chr(65 + number // 882 % 26), chr(65 + number // 22_932 % 26)
    return f"NE{1 + number % 98} {1 + number // 98 % 9}{first}{second}"


def _sections(
    random: Random, names: dict[str, str], born: date, postcode: str
) -> dict[Section, dict[str, Any]]:
    statement = " ".join(random.choices(SAID, k=SENTENCES))
    where = {"address_line1": "1 High Street", "postcode": postcode, "country": "GB"}
    return {
        Section.PERSONAL_DETAILS: names | {"date_of_birth": born.isoformat()},
        Section.CONTACT: {"phone_number": "07700 900000"} | where,
        Section.NATIONALITY: {"nationalities": ["GB"], "uk_residency_status_code": "A"},
        Section.LANGUAGES: {"english_main_language": True},
        Section.DEGREES: {"degrees": [DEGREE]},
        Section.GCSES: {"english": GCSE, "maths": GCSE, "science": GCSE},
        Section.OTHER_QUALIFICATIONS: {"no_other_qualifications": True},
        Section.WORK_HISTORY: {"status": "has_worked", "jobs": [JOB]},
        Section.UNPAID_EXPERIENCE: {"volunteering": [JOB]},
        Section.PERSONAL_STATEMENT: {"text": statement},
        Section.SAFEGUARDING: {"has_issues": False},
        Section.INTERVIEW_NEEDS: {"has_needs": False},
        Section.PREVIOUS_TRAINING: {"started": False},
    }
