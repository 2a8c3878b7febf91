"""Who recruits in the demonstration: a lead school, its courses with their places, and its decisions."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cli.demo import cast
from cli.demo.names import LEAD_SCHOOL, SCHOOLS, UNIVERSITY
from cli.demo.stage import Answer, Stage

CYCLE = 2024
LEAD, OTHER_LEAD = "2LS", "2LT"  # the second one where somebody's file is the first one's
FIRST_DAY, PARTNERS_SINCE = date(2024, 1, 15), date(2023, 9, 1)
STARTS, ENDS = date(2024, 9, 2), date(2025, 7, 4)
URNS = tuple(SCHOOLS)
GCSE_RULES = {"english": ["at_application"], "maths": ["at_application", "before_training"]}


@dataclass(frozen=True, slots=True)
class Offered:
    """A course of the demonstration: its name, what the national record calls it, how it is paid for, its sites."""

    name: str
    level: str
    subjects: tuple[str, ...]
    ages: str
    funding: str
    sites: tuple[str, ...]

    @property
    def content(self) -> Answer:
        """What the lead school says of it."""
        salaried = self.funding == "salary"
        science = {"science": ["at_application"]} if self.level == "primary" else {}
        return {
            "name": self.name,
            "level": self.level,
            "subjects": list(self.subjects),
            "age_range": self.ages,
            "study_mode": "full_time",
            "funding": self.funding,
            "route": "school_direct_salaried" if salaried else "school_direct_tuition_fee",
            "qualification": "pgce_with_qts",
            "start_month": STARTS.replace(day=1).isoformat(),
            "starts_on": STARTS.isoformat(),
            "ends_on": ENDS.isoformat(),
            "degree_required": "two_two",
            "gcse": GCSE_RULES | science,
            "fee_pence": None if salaried else 925_000,
            "visa_sponsorship": False,
        }


COURSES = (
    Offered("Mathematics", "secondary", ("100403",), "13918", "fee", (URNS[1], URNS[3])),
    Offered("Primary", "primary", ("100511",), "13914", "fee", (URNS[0], URNS[2])),
    Offered("Physics with mathematics", "secondary", ("100425", "100403"), "13918", "salary", (URNS[6],)),
)
PLACES = 6


def lead_code(stage: Stage) -> str:
    """The lead school's code, which is not that of the accredited provider."""
    return LEAD if stage.provider_code != LEAD else OTHER_LEAD


def providers(stage: Stage) -> dict[str, str]:
    """The two providers of the demonstration, code -> name."""
    return {stage.provider_code: UNIVERSITY, lead_code(stage): LEAD_SCHOOL}


def ask(stage: Stage, method: str, **arguments: Any) -> Answer:
    """The lead school asks the service of initial teacher training."""
    answer: Answer = stage.ask(cast.lead_school(lead_code(stage)), "itt", method, **arguments)
    return answer


def open_courses(stage: Stage) -> list[list[str]]:
    """Register the lead school, agree the partnership, publish the courses; gives the choices, a list a course."""
    lead = {"code": lead_code(stage), "name": LEAD_SCHOOL, "kind": "lead_school", "urn": URNS[0]}
    stage.ask(cast.OPERATOR, "itt", "register_providers", providers=[lead | {"region": "North East"}])
    partners = {"lead_code": lead["code"], "accredited_code": stage.provider_code}
    known = ask(stage, "list_partnerships", provider_code=lead["code"])["items"]
    agreed = any(partners.items() <= each.items() for each in known)
    if not agreed:  # No demonstration before this one has.
        stage.ask(stage.provider, "itt", "agree_partnership", **partners, from_on=PARTNERS_SINCE)
    return [_published(stage, course) for course in COURSES]


def _published(stage: Stage, course: Offered) -> list[str]:
    content = course.content | {"accredited_code": stage.provider_code}
    made = ask(stage, "create_course", provider_code=lead_code(stage), cycle=CYCLE, content=content)
    course_id = made["course_id"]
    places = PLACES * len(course.sites)
    stage.ask(cast.OPERATOR, "itt", "allocate_places", course_id=course_id, places=places)
    sites = [
        {"code": chr(ord("A") + nth), "urn": urn, "study_mode": "full_time", "places": PLACES}
        for nth, urn in enumerate(course.sites)
    ]
    ask(stage, "spread_places", course_id=course_id, sites=sites)
    shown = ask(stage, "publish_course", course_id=course_id)
    return [site["option_id"] for site in shown["sites"]]


def interview(stage: Stage, application_id: str) -> None:
    """Invite for the next week."""
    at = (stage.now + timedelta(days=7)).isoformat()
    ask(
        stage,
        "arrange_interview",
        application_id=application_id,
        provider_code=lead_code(stage),
        at=at,
        location="Alder Grove Primary, the library",
    )
