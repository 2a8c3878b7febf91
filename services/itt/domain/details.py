"""The national record of a trainee: the 51 columns of the bulk file, in the order of the template."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from services.itt.domain.routes import CODES, RULES, Route, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One trainee as the national record holds it: codes as the file writes them, blank is None.

    ``course_year`` stays text, because any whole number is valid. A draft of an application may lack what neither the
    form nor the course says (HESA id, sex, funding); ``rules.problems`` tells of it before the TRN is asked for.
    """

    provider_trainee_id: str | None = None
    application_id: str | None = None
    hesa_id: str | None = None
    first_names: str
    last_name: str
    previous_last_name: str | None = None
    date_of_birth: date
    ni_number: str | None = None
    sex: str | None = None
    email: str
    nationality: str | None = None
    ethnicity: str | None = None
    disability1: str | None = None
    disability2: str | None = None
    disability3: str | None = None
    disability4: str | None = None
    disability5: str | None = None
    disability6: str | None = None
    disability7: str | None = None
    disability8: str | None = None
    disability9: str | None = None
    itt_aim: str
    training_route: str
    itt_qualification_aim: str | None = None
    course_subject_1: str
    course_subject_2: str | None = None
    course_subject_3: str | None = None
    study_mode: str | None = None
    itt_start_date: date
    itt_end_date: date
    course_age_range: str
    course_year: str
    training_partner_urn: str | None = None
    employing_school_urn: str | None = None
    trainee_start_date: date | None = None
    pg_apprenticeship_start_date: date | None = None
    fund_code: str | None = None
    funding_method: str | None = None
    training_initiative: str | None = None
    additional_training_initiative: str | None = None
    placement_1_urn: str | None = None
    placement_2_urn: str | None = None
    placement_3_urn: str | None = None
    uk_degree: str | None = None
    non_uk_degree: str | None = None
    degree_subject: str | None = None
    degree_grade: str | None = None
    degree_graduation_year: str | None = None
    awarding_institution: str | None = None
    degree_country: str | None = None
    iqts_country: str | None = None

    @property
    def route(self) -> Route:
        return CODES[self.training_route]

    @property
    def rules(self) -> Rules:
        return RULES[self.route]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The course's subjects, as codes."""
        given = (self.course_subject_1, self.course_subject_2, self.course_subject_3)
        return tuple(code for code in given if code)

    @property
    def placement_urns(self) -> dict[int, str]:
        """The placements that the file names, by number."""
        given = enumerate((self.placement_1_urn, self.placement_2_urn, self.placement_3_urn), start=1)
        return {number: urn for number, urn in given if urn}


COLUMNS = tuple(field.name for field in fields(Details))
DATES = frozenset(
    {
        "date_of_birth",
        "itt_start_date",
        "itt_end_date",
        "trainee_start_date",
        "pg_apprenticeship_start_date",
    }
)
DISABILITIES = tuple(f"disability{n}" for n in range(1, 10))
EQUALITY = ("ethnicity", *DISABILITIES)
PLACEMENTS = ("placement_1_urn", "placement_2_urn", "placement_3_urn")
DEGREE = (
    "uk_degree",
    "non_uk_degree",
    "degree_subject",
    "degree_grade",
    "degree_graduation_year",
    "awarding_institution",
    "degree_country",
)
COURSE = (
    "training_route",
    "course_subject_1",
    "course_subject_2",
    "course_subject_3",
    "course_age_range",
)
PERSONAL = (
    "first_names",
    "last_name",
    "previous_last_name",
    "date_of_birth",
    "ni_number",
    "sex",
    "email",
    "nationality",
    *EQUALITY,
)


def read(cells: Mapping[str, str]) -> Details:
    """The record of valid cells (``rules.problems`` found none in them)."""
    values = {name: _value(name, cells.get(name, "")) for name in COLUMNS}
    return Details(**values)  # type: ignore[arg-type]


def _value(name: str, cell: str) -> str | date | None:
    if not cell:
        return None
    return date.fromisoformat(cell) if name in DATES else cell


def write(details: Details) -> dict[str, str]:
    """The record as cells: the reverse of ``read``."""
    return {name: _cell(getattr(details, name)) for name in COLUMNS}


def _cell(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""
