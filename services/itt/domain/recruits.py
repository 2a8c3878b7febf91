"""A recruited candidate as a trainee's national record: what the form and the course say, nothing typed again.

What neither of them says stays blank, and is asked for before the TRN is (domain page, "Trainees"). Codes are those of
the national record; the 14 routes and what belongs to them are the Register service's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.itt.domain.applications import Application
from services.itt.domain.courses import Content, Funding, Qualification, StudyMode
from services.itt.domain.dates import academic_year
from services.itt.domain.details import DISABILITIES, Details
from services.itt.domain.funding import NONE_AWARDED, Rate, Studied, certainly_none
from services.itt.domain.routes import RULES, Rules
from shared.errors import Conflict
from shared.events.applications import Degree, Recruit

AIMS = {
    Qualification.QTS: ("201", None),
    Qualification.EYTS: ("201", None),
    Qualification.PGCE_WITH_QTS: ("202", "020"),
    Qualification.PGDE_WITH_QTS: ("202", "021"),
}
STUDY_MODES = {StudyMode.FULL_TIME: "01", StudyMode.PART_TIME: "31"}
NOT_ELIGIBLE, ELIGIBLE = "2", "7"
# The candidate's provisional fee payer by the codes of the Apply service: the student finance of England.
STUDENT_FINANCE = "02"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a recruit beside the application. Equality data goes into its own table and into no fact.

    ``lead_urn`` is the URN of the lead school, None when the accredited provider runs the course or it has none;
    ``rates`` is the table of funding of the year in which the course begins.
    """

    who: Recruit
    lead_urn: str | None = None
    fee_payer: str | None = None
    sex: str | None = None
    ethnicity: str | None = None
    disabilities: Sequence[str] = ()
    rates: Sequence[Rate] = ()


def record(application: Application, known: Known) -> Details:
    """The record of the trainee whom an application makes; the route, subjects and dates are the course's.

    Raises Conflict for a course that does not say what every published one does, or a person without a birthday.
    """
    content = application.course.content
    rules = RULES[_promised(content.route)]
    return Details(
        application_id=str(application.id),
        **_person(known),
        **_course(content, application.option.study_mode, rules),
        **_schools(application, known, rules),
        **_funding(content, known),
        **_degree(known.who.degrees),
    )


T = TypeVar("T")


def _promised(value: T | None) -> T:
    """What every course says that candidates could choose, and every form that was sent."""
    if value is None:
        raise Conflict("A trainee needs a date of birth, and a course with route, qualification and dates")
    return value


def _text(value: str | None) -> str | None:
    """A text as the record holds it: without space around it, None when blank."""
    return (value or "").strip() or None


def _person(known: Known) -> dict[str, Any]:
    who = known.who
    return equality(known.ethnicity, known.disabilities) | {
        "first_names": _text(who.first_names) or "",
        "last_name": _text(who.last_name) or "",
        "previous_last_name": _text(who.previous_last_name),
        "date_of_birth": _promised(who.date_of_birth),
        "sex": known.sex,
        "email": who.email,
        "nationality": next(iter(who.nationalities), None),
    }


def equality(ethnicity: str | None, disabilities: Sequence[str]) -> dict[str, Any]:
    """Equality data by the columns of the record, which has nine for disabilities."""
    return {"ethnicity": ethnicity} | dict(zip(DISABILITIES, disabilities, strict=False))


def _course(content: Content, mode: StudyMode, rules: Rules) -> dict[str, Any]:
    """The course year is that in which its academic year begins, as providers' files write it."""
    starts = _promised(content.starts_on or content.start_month)
    aim, qualification = AIMS[_promised(content.qualification)]
    first, second, *_ = (*content.subjects, None, None)
    return {
        "itt_aim": aim,
        "itt_qualification_aim": qualification,
        "training_route": rules.code,
        "course_subject_1": first,
        "course_subject_2": second,
        "study_mode": STUDY_MODES.get(mode) if rules.study_mode else None,
        "itt_start_date": starts,
        "itt_end_date": _promised(content.ends_on),
        "course_age_range": content.age_range,
        "course_year": str(academic_year(starts)),
    }


def _schools(application: Application, known: Known, rules: Rules) -> dict[str, Any]:
    """The lead school as training partner, and on the routes that have one the site as the employing school.

    The site is no placement: where and when somebody is placed is arranged, and counts for the recommendation.
    """
    return {
        "training_partner_urn": known.lead_urn if rules.training_partner else None,
        "employing_school_urn": application.option.site_urn if rules.employing_school else None,
    }


def _funding(content: Content, known: Known) -> dict[str, Any]:
    """Student finance is for courses with a fee; there it depends on the candidate, and is known of who said so.

    That nothing is awarded is known where the table of the year has rates for the route, and none for a subject of the
    course. Whether a candidate gets a bursary, a scholarship or a grant that it has, nobody has said yet: then
    ``funding_method`` stays to be filled.
    """
    starts_on = _promised(content.starts_on or content.start_month)
    studied = Studied(
        route=_promised(content.route),
        subjects=content.subjects,
        starts_on=starts_on,
        funding=content.funding,
    )
    method = {"funding_method": NONE_AWARDED if certainly_none(studied, known.rates) else None}
    if content.funding is not Funding.FEE:
        return method | {"fund_code": NOT_ELIGIBLE}
    return method | {"fund_code": ELIGIBLE if known.fee_payer == STUDENT_FINANCE else None}


def _degree(degrees: Sequence[Degree]) -> dict[str, Any]:
    """The degree of which most is said in codes, of equals the first; the country belongs to one from elsewhere."""
    if not degrees:
        return {}
    best = max(degrees, key=_said)
    return {
        "uk_degree" if best.uk else "non_uk_degree": best.degree_type,
        "degree_subject": best.subject,
        "degree_grade": best.grade,
        "degree_graduation_year": best.graduation_year,
        "awarding_institution": best.institution if best.uk else None,
        "degree_country": None if best.uk else best.country,
    }


def _said(one: Degree) -> int:
    parts = (one.degree_type, one.subject, one.grade, one.graduation_year, one.institution, one.country)
    return sum(part is not None for part in parts)
