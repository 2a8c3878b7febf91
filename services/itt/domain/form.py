"""The candidate's form, a section at a time: drafts hold what was said so far, complete ones all that is needed.

The fields are those of the national provider API (its candidate, contact, qualification and work experience objects).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from services.itt.domain.codes import labels
from shared.errors import join
from shared.events.applications import Degree, Recruit

MOST_NATIONALITIES = 5
Content = Mapping[str, Any]
Lacks = list[str]


class Section(StrEnum):
    PERSONAL_DETAILS = "personal_details"
    CONTACT = "contact"
    NATIONALITY = "nationality"
    LANGUAGES = "languages"
    DEGREES = "degrees"
    GCSES = "gcses"
    OTHER_QUALIFICATIONS = "other_qualifications"
    WORK_HISTORY = "work_history"
    UNPAID_EXPERIENCE = "unpaid_experience"
    PERSONAL_STATEMENT = "personal_statement"
    SAFEGUARDING = "safeguarding"
    INTERVIEW_NEEDS = "interview_needs"
    PREVIOUS_TRAINING = "previous_training"
    FURTHER_INFORMATION = "further_information"


OPTIONAL = frozenset({Section.FURTHER_INFORMATION})
NEEDED = tuple(section for section in Section if section not in OPTIONAL)
REFERENCES = "references"


class Residency(StrEnum):
    """The right to work and study in the UK, by the codes of the national API."""

    UK_CITIZEN = "A"
    IRISH_CITIZEN = "B"
    NEEDS_PERMISSION = "C"
    OTHER = "D"


class WorkStatus(StrEnum):
    HAS_WORKED = "has_worked"
    FULL_TIME_EDUCATION = "full_time_education"
    NEVER_WORKED = "never_worked"


def _missing(content: Content, *names: str) -> Lacks:
    return [f"{name} is missing" for name in names if content.get(name) in (None, "", [])]


def _or_none(content: Content, name: str, none: str, check: Callable[[Content], Lacks]) -> Lacks:
    """A list, or that there is nothing to say in it: ``none`` is the yes or no that says so."""
    if content.get(none):
        return []
    given = content.get(name) or []
    return (
        _each(name, given, check) if given else [f"{name} is missing; or say {none} (true) if there is none"]
    )


def _explained(content: Content, flag: str, *names: str) -> Lacks:
    """A yes or no, and what a yes asks for."""
    return _missing(content, flag) or (_missing(content, *names) if content[flag] else [])


def _personal(content: Content, on: date) -> Lacks:
    found = _missing(content, "first_names", "last_name", "date_of_birth")
    born = content.get("date_of_birth")
    if born and date.fromisoformat(born) >= on:
        found.append("date_of_birth is not in the past")
    return found


def _contact(content: Content, on: date) -> Lacks:
    found = _missing(content, "phone_number", "address_line1", "country")
    return found + (_missing(content, "postcode") if content.get("country") == "GB" else [])


def _nationality(content: Content, on: date) -> Lacks:
    found = _missing(content, "nationalities", "uk_residency_status_code")
    given = content.get("nationalities") or []
    if len(given) > MOST_NATIONALITIES:
        found.append(f"nationalities has {len(given)}; name at most {MOST_NATIONALITIES}")
    if content.get("uk_residency_status_code") == Residency.OTHER:
        found += _missing(content, "uk_residency_status")
    return found


def _languages(content: Content, on: date) -> Lacks:
    return _missing(content, "english_main_language")


def _degrees(content: Content, on: date) -> Lacks:
    return _or_none(content, "degrees", "no_degree", _degree)


def _degree(one: Content) -> Lacks:
    found = _missing(one, "qualification_type", "subject", "award_year", "institution_details")
    return found if one.get("currently_completing") else found + _missing(one, "grade")


GCSES = ("english", "maths", "science")


def _gcses(content: Content, on: date) -> Lacks:
    return [f"{name}: {lack}" for name in GCSES for lack in _gcse(content.get(name) or {})]


def _gcse(one: Content) -> Lacks:
    if one.get("missing_explanation") or one.get("currently_completing"):
        return []
    found = _missing(one, "qualification_type", "grade", "award_year")
    return [*found, "or say why it is missing (missing_explanation)"] if found else []


def _other_qualifications(content: Content, on: date) -> Lacks:
    check = lambda one: _missing(one, "qualification_type", "award_year")
    return _or_none(content, "qualifications", "no_other_qualifications", check)


def _work(content: Content, on: date) -> Lacks:
    if content.get("status") != WorkStatus.HAS_WORKED:
        return [] if content.get("status") else [f"status is missing; it is {join(list(WorkStatus))}"]
    given = content.get("jobs") or []
    never = f"or say status {WorkStatus.NEVER_WORKED} or {WorkStatus.FULL_TIME_EDUCATION}"
    return _each("jobs", given, _experience) if given else [f"jobs is missing; {never}"]


def _unpaid(content: Content, on: date) -> Lacks:
    return _or_none(content, "volunteering", "no_unpaid_experience", _experience)


def _experience(one: Content) -> Lacks:
    return _missing(one, "organisation_name", "role", "start_month")


def _each(name: str, items: Iterable[Content], check: Callable[[Content], Lacks]) -> Lacks:
    return [f"{name} {n}: {lack}" for n, item in enumerate(items, start=1) for lack in check(item)]


CHECKS: Mapping[Section, Callable[[Content, date], Lacks]] = {
    Section.PERSONAL_DETAILS: _personal,
    Section.CONTACT: _contact,
    Section.NATIONALITY: _nationality,
    Section.LANGUAGES: _languages,
    Section.DEGREES: _degrees,
    Section.GCSES: _gcses,
    Section.OTHER_QUALIFICATIONS: _other_qualifications,
    Section.WORK_HISTORY: _work,
    Section.UNPAID_EXPERIENCE: _unpaid,
    Section.PERSONAL_STATEMENT: lambda content, on: _missing(content, "text"),
    Section.SAFEGUARDING: lambda content, on: _explained(content, "has_issues", "details"),
    Section.INTERVIEW_NEEDS: lambda content, on: _explained(content, "has_needs", "interview_preferences"),
    Section.PREVIOUS_TRAINING: lambda content, on: _explained(content, "started", "provider_name", "details"),
    Section.FURTHER_INFORMATION: lambda content, on: [],
}


def lacks(section: Section, content: Content, on: date) -> Lacks:
    """What a section still needs to be complete; ``on`` is today."""
    return CHECKS[section](content, on)


def unfinished(sections: Mapping[str, tuple[Content, bool]], enough_references: bool) -> dict[str, Lacks]:
    """What keeps the form from being sent, by section: content and whether the candidate has marked it complete."""
    found = {
        section.value: ["is not marked as complete"]
        for section in NEEDED
        if not sections.get(section.value, ({}, False))[1]
    }
    return found if enough_references else found | {REFERENCES: ["two referees are needed"]}


def recruit(sections: Mapping[str, tuple[Content, bool]], email: str) -> Recruit:
    """The person as a trainee's record needs it."""
    said = {name: content for name, (content, _) in sections.items()}
    personal = said.get(Section.PERSONAL_DETAILS, {})
    born = personal.get("date_of_birth")
    degrees = said.get(Section.DEGREES, {}).get("degrees") or []
    return Recruit(
        first_names=personal.get("first_names") or "",
        last_name=personal.get("last_name") or "",
        previous_last_name=personal.get("previous_last_name"),
        date_of_birth=date.fromisoformat(born) if born else None,
        email=email,
        nationalities=tuple(said.get(Section.NATIONALITY, {}).get("nationalities") or ()),
        degrees=tuple(degree(one) for one in degrees),
    )


def degree(one: Content) -> Degree:
    """A degree by the codes of the national record; another text than a code is left out."""
    country = one.get("hesa_degctry")
    return Degree(
        uk=country in (None, "GB", "XF", "XG", "XH", "XI", "XK"),
        degree_type=_code("degree_type", one.get("hesa_degtype")),
        subject=_code("degree_subject", one.get("hesa_degsbj")),
        grade=_code("degree_grade", one.get("hesa_degclss")),
        graduation_year=one.get("award_year"),
        institution=_code("institution", one.get("hesa_degest")),
        country=_code("country", country),
    )


def _code(name: str, value: str | None) -> str | None:
    return value if value in labels(name) else None
