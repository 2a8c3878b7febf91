"""The cohort: as many invented trainees as asked for, each with a fate that only their number decides."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cli.demo.names import DOMAIN, FIRST_NAMES, LAST_NAMES, SCHOOLS
from services.itt.domain.csv_files import write
from services.itt.domain.details import COLUMNS

URNS = tuple(SCHOOLS)
STARTS, ENDS = date(2024, 9, 2), date(2025, 7, 4)


@dataclass(slots=True)
class One:
    """Somebody of the cohort; the ids are those that itt minted."""

    number: int
    first_names: str
    last_name: str
    trainee_id: str = ""
    person_id: str = ""

    @property
    def email(self) -> str:
        """The natural key of a person: the same in every run."""
        return f"person.{self.number}@{DOMAIN}"

    @property
    def withdraws(self) -> bool:
        return self.number % 11 == 7

    @property
    def fails(self) -> bool:
        return self.number % 17 == 5

    @property
    def leads(self) -> bool:
        """Offers two activities to peers after induction."""
        return self.number % 4 == 0 and not self.withdraws and not self.fails

    @property
    def school(self) -> str:
        """Where the person teaches."""
        return URNS[(self.number * 5 + 1) % len(URNS)]

    def placed_at(self, nth: int) -> str:
        """The school of the first or second placement."""
        return URNS[(self.number + 5 * (nth - 1)) % len(URNS)]


def cohort(size: int) -> list[One]:
    """Everybody has another name: 60 first names by 60 last names, in an order that repeats no pair."""
    return [
        One(
            n,
            FIRST_NAMES[n % len(FIRST_NAMES)][0],
            LAST_NAMES[(7 * n + n // len(FIRST_NAMES)) % len(LAST_NAMES)],
        )
        for n in range(size)
    ]


def bulk_file(people: list[One]) -> bytes:
    """They in the national format."""
    return write(COLUMNS, [_row(each) for each in people]).encode()


def _row(one: One) -> dict[str, str]:
    dice = Random(f"chaos {one.number}")
    born = date(1980, 1, 1) + timedelta(days=31 * one.number % 7_300)
    return {
        "provider_trainee_id": f"24/25-{one.number}",
        "hesa_id": f"{dice.randrange(10**12, 10**13)}",
        "first_names": one.first_names,
        "last_name": one.last_name,
        "date_of_birth": born.isoformat(),
        "sex": "99",
        "email": one.email,
        "nationality": "GB",
        "itt_aim": "202",
        "itt_qualification_aim": "020",
        "training_route": "12",
        "course_subject_1": "100403",
        "study_mode": "01",
        "itt_start_date": STARTS.isoformat(),
        "itt_end_date": ENDS.isoformat(),
        "course_age_range": "13918",
        "course_year": "2024",
        "trainee_start_date": STARTS.isoformat(),
        "fund_code": "7",
        "funding_method": "6",
        "uk_degree": "083",
        "degree_subject": "100403",
        "degree_grade": "02",
        "degree_graduation_year": str(born.year + 22),
        "awarding_institution": "0116",
    }
