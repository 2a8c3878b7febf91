"""The 14 training routes and what each asks for (Register service; HESA codes of ENTRYRTE)."""

from dataclasses import dataclass
from enum import StrEnum

QTS, EYTS = "QTS", "EYTS"


class Route(StrEnum):
    ASSESSMENT_ONLY = "assessment_only"
    EARLY_YEARS_ASSESSMENT_ONLY = "early_years_assessment_only"
    EARLY_YEARS_POSTGRAD = "early_years_postgrad"
    EARLY_YEARS_SALARIED = "early_years_salaried"
    EARLY_YEARS_UNDERGRAD = "early_years_undergrad"
    HIGH_POTENTIAL = "hpitt_postgrad"
    INTERNATIONAL_QTS = "iqts"
    OPT_IN_UNDERGRAD = "opt_in_undergrad"
    TEACHING_APPRENTICESHIP = "pg_teaching_apprenticeship"
    PROVIDER_LED_POSTGRAD = "provider_led_postgrad"
    PROVIDER_LED_UNDERGRAD = "provider_led_undergrad"
    SCHOOL_DIRECT_SALARIED = "school_direct_salaried"
    SCHOOL_DIRECT_TUITION_FEE = "school_direct_tuition_fee"
    TEACHER_DEGREE_APPRENTICESHIP = "teacher_degree_apprenticeship"


CODES = {
    "02": Route.SCHOOL_DIRECT_TUITION_FEE,
    "03": Route.SCHOOL_DIRECT_SALARIED,
    "09": Route.OPT_IN_UNDERGRAD,
    "10": Route.TEACHING_APPRENTICESHIP,
    "11": Route.PROVIDER_LED_UNDERGRAD,
    "12": Route.PROVIDER_LED_POSTGRAD,
    "14": Route.TEACHER_DEGREE_APPRENTICESHIP,
    "15": Route.INTERNATIONAL_QTS,
    "16": Route.ASSESSMENT_ONLY,
    "17": Route.EARLY_YEARS_ASSESSMENT_ONLY,
    "18": Route.EARLY_YEARS_UNDERGRAD,
    "19": Route.EARLY_YEARS_POSTGRAD,
    "20": Route.EARLY_YEARS_SALARIED,
    "21": Route.HIGH_POTENTIAL,
}
EMPLOYING_SCHOOL = frozenset(
    {
        Route.SCHOOL_DIRECT_SALARIED,
        Route.TEACHING_APPRENTICESHIP,
        Route.EARLY_YEARS_SALARIED,
        Route.TEACHER_DEGREE_APPRENTICESHIP,
    }
)
TRAINING_PARTNER = EMPLOYING_SCHOOL | {
    Route.SCHOOL_DIRECT_TUITION_FEE,
    Route.PROVIDER_LED_POSTGRAD,
    Route.PROVIDER_LED_UNDERGRAD,
    Route.EARLY_YEARS_UNDERGRAD,
    Route.INTERNATIONAL_QTS,
}
UNDERGRADUATE = frozenset(
    {
        Route.EARLY_YEARS_UNDERGRAD,
        Route.PROVIDER_LED_UNDERGRAD,
        Route.OPT_IN_UNDERGRAD,
        Route.TEACHER_DEGREE_APPRENTICESHIP,
    }
)
WITHOUT_STUDY_MODE = frozenset({Route.ASSESSMENT_ONLY, Route.EARLY_YEARS_ASSESSMENT_ONLY})
EARLY_YEARS = frozenset(route for route in Route if route.value.startswith("early_years_"))
POSTGRADUATE_SCHOOL_DAYS = 120
# The age ranges of the national list that end above 11, the upper bound of primary (Register service).
SECONDARY_AGES = frozenset({"13916", "13917", "13918", "13919"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a route asks for; ``school_days`` is the default of days in schools, None where the course alone sets it."""

    code: str
    award: str
    employing_school: bool
    training_partner: bool
    degree: bool
    study_mode: bool
    iqts_country: bool
    placements: int
    school_days: int | None


def _placements(route: Route) -> int:
    """Placements to be recommended: early years 0, assessment only 0, overseas iQTS 1, all others 2."""
    if route in EARLY_YEARS or route is Route.ASSESSMENT_ONLY:
        return 0
    return 1 if route is Route.INTERNATIONAL_QTS else 2


def _school_days(route: Route) -> int | None:
    return None if _placements(route) == 0 or route in UNDERGRADUATE else POSTGRADUATE_SCHOOL_DAYS


def _rules(code: str, route: Route) -> Rules:
    return Rules(
        code=code,
        award=EYTS if route in EARLY_YEARS else QTS,
        employing_school=route in EMPLOYING_SCHOOL,
        training_partner=route in TRAINING_PARTNER,
        degree=route not in UNDERGRADUATE,
        study_mode=route not in WITHOUT_STUDY_MODE,
        iqts_country=route is Route.INTERNATIONAL_QTS,
        placements=_placements(route),
        school_days=_school_days(route),
    )


RULES = {route: _rules(code, route) for code, route in CODES.items()}


def phase(route: Route, age_range: str) -> str:
    """The phase of education, in words: of early years routes their own, else primary up to the age of 11."""
    if route in EARLY_YEARS:
        return "Early years"
    return "Secondary" if age_range in SECONDARY_AGES else "Primary"
