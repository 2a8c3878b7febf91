"""What a trainee gets by the tables of funding, and why.

"Bursaries by subject and year ...; a course 'X with Y' counts as X; 50/50 goes to the higher. Tables are data with
dates, not code" (domain page, "Funding"). What no table says is not made up: then nothing is due by the table, and
what it cannot tell (part of a year, a record that says otherwise) is told as something to check.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.itt.domain.codes import labels
from services.itt.domain.courses import Funding
from services.itt.domain.dates import academic_year
from services.itt.domain.routes import CODES, EMPLOYING_SCHOOL, Route
from services.itt.domain.subject_balance import Balance, Weighed, weighed
from services.itt.domain.trainees import State

ROUTE_LABELS = {route: labels("training_route")[code] for code, route in CODES.items()}
NONE_AWARDED, SCHOLARSHIP_AWARDED, GRANT_AWARDED = "6", "4", "E"
NO_STUDENT_FINANCE = "2"
PAID = (Funding.SALARY, Funding.APPRENTICESHIP)


class Kind(StrEnum):
    BURSARY = "bursary"
    SCHOLARSHIP = "scholarship"
    GRANT = "grant"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Rate:
    """A row of the table: who starts in between, on one of the routes, with one of the subjects, gets the amount.

    ``academic_year`` is the year in which it begins; ``subject`` what the table calls ``subject_codes``.
    """

    academic_year: int
    kind: Kind
    subject: str
    subject_codes: tuple[str, ...]
    routes: tuple[Route, ...]
    amount_pence: int
    valid_from: date
    valid_until: date
    source: str

    def fits(self, studied: "Studied", code: str) -> bool:
        """Whether it is for this subject on this route by this start."""
        in_time = self.valid_from <= studied.starts_on <= self.valid_until
        return in_time and studied.route in self.routes and code in self.subject_codes


def overlap(one: Rate, other: Rate) -> bool:
    """Whether somebody could get both: the same year and kind, and a subject, a route and a day in common."""
    return (
        (one.academic_year, one.kind) == (other.academic_year, other.kind)
        and not set(one.subject_codes).isdisjoint(other.subject_codes)
        and not set(one.routes).isdisjoint(other.routes)
        and one.valid_from <= other.valid_until
        and other.valid_from <= one.valid_until
    )


def difference(known: Collection[Rate], wanted: Collection[Rate]) -> tuple[list[Rate], list[Rate]]:
    """What a table of whole academic years adds to what is known, and what it ends; other years stay."""
    years = {rate.academic_year for rate in wanted}
    ended = [rate for rate in known if rate.academic_year in years and rate not in wanted]
    return sorted(set(wanted) - set(known)), sorted(ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """What decides the amount. ``subjects`` are codes, the first named first; ``course_name`` where it is known.

    ``method`` and ``fund_code`` are those of the national record, None for a course; ``paused_on``, ``left_on`` are
    when a trainee deferred or withdrew.
    """

    route: Route
    subjects: tuple[str, ...]
    starts_on: date
    course_name: str | None = None
    funding: Funding | None = None
    state: State | None = None
    method: str | None = None
    fund_code: str | None = None

    @property
    def paid(self) -> bool:
        """Whether a school pays a salary: then there is neither bursary nor scholarship."""
        return self.route in EMPLOYING_SCHOOL or self.funding in PAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """``full_amount_pence`` is what the table gives for a whole course; ``amount_pence`` is None where it cannot tell.

    ``sentences`` say why, in order; ``to_check`` what a person should look at.
    """

    academic_year: int
    amount_pence: int | None
    full_amount_pence: int
    subject_code: str | None
    rate: Rate | None
    sentences: tuple[str, ...]
    to_check: tuple[str, ...]


def entitlement(studied: Studied, table: Sequence[Rate]) -> Entitlement:
    """What the table gives, and why."""
    year = academic_year(studied.starts_on)
    rates = [rate for rate in table if rate.academic_year == year]
    known, eligible = weighed(studied.subjects, studied.course_name), _eligible(studied, rates)
    counts, rate = _counts(studied, known, rates)
    told = [_of_year(studied.starts_on), _of_route(studied, rates, year)]
    if eligible:
        told += [_of_subject(studied, known, counts, rates), _of_rate(studied, counts, rate, year)]
    full = rate.amount_pence if rate else 0
    gone = studied.state in (State.WITHDRAWN, State.DEFERRED)
    return Entitlement(
        academic_year=year,
        amount_pence=None if gone and full else full,
        full_amount_pence=full,
        subject_code=counts if eligible else None,
        rate=rate,
        sentences=tuple(told),
        to_check=tuple(_to_check(studied, known, counts, rate, rates)),
    )


def certainly_none(studied: Studied, table: Iterable[Rate]) -> bool:
    """Whether the table of the year has rates for the route, and none for any of the subjects."""
    year, kinds = academic_year(studied.starts_on), (Kind.GRANT,) if studied.paid else tuple(Kind)
    rates = [rate for rate in table if rate.academic_year == year and rate.kind in kinds]
    due = any(rate.fits(studied, code) for code in studied.subjects for rate in rates)
    return any(studied.route in rate.routes for rate in rates) and not due


def _eligible(studied: Studied, rates: Iterable[Rate]) -> bool:
    return any(studied.route in rate.routes and rate.kind in _kinds(studied) for rate in rates)


def _kinds(studied: Studied) -> tuple[Kind, ...]:
    """The kinds that may be due, the first that has a rate first: a scholarship is only due to who was given it."""
    if studied.paid or studied.method == GRANT_AWARDED:
        return (Kind.GRANT,)
    if studied.method == SCHOLARSHIP_AWARDED:
        return (Kind.SCHOLARSHIP,)
    return (Kind.BURSARY, Kind.GRANT)


def _rate(studied: Studied, code: str, rates: Iterable[Rate]) -> Rate | None:
    """The rate of a subject; rows that overlap are refused, so there is one of a kind at most."""
    kinds = _kinds(studied)
    fitting = [rate for rate in rates if rate.kind in kinds and rate.fits(studied, code)]
    return min(fitting, key=lambda rate: kinds.index(rate.kind)) if fitting else None


def _pence(rate: Rate | None) -> int:
    return rate.amount_pence if rate else 0


def _counts(studied: Studied, known: Weighed, rates: Sequence[Rate]) -> tuple[str, Rate | None]:
    """The subject that counts and its rate: the higher of two in equal parts, else the first."""
    first = known.subjects[0]
    if known.balance is Balance.EQUAL:
        first = max(known.subjects, key=lambda code: _pence(_rate(studied, code, rates)))
    return first, _rate(studied, first, rates)


# --- in words


def pounds(pence: int) -> str:
    """``29,000 pounds``, ``29,000.50 pounds``."""
    whole, rest = divmod(pence, 100)
    return f"{whole:,}{f'.{rest:02}' if rest else ''} pounds"


def _years(year: int) -> str:
    return f"{year} to {year + 1}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _label(code: str) -> str:
    return labels("course_subject").get(code, code)


def _of_year(starts_on: date) -> str:
    year = academic_year(starts_on)
    return f"The training starts on {_day(starts_on)}, in the academic year {_years(year)}."


def _of_route(studied: Studied, rates: Sequence[Rate], year: int) -> str:
    label, nothing = ROUTE_LABELS[studied.route], "so nothing is due by this table"
    if not rates:
        return f"No rate is known for {_years(year)}, {nothing}."
    if _eligible(studied, rates):
        return f"{label} is a route for which the table of {_years(year)} has rates."
    if studied.paid:
        return (
            f"On {label} a school pays a salary, and no grant is known for it in {_years(year)}, {nothing}."
        )
    return f"No rate is known for {label} in {_years(year)}, {nothing}."


def _of_subject(studied: Studied, known: Weighed, counts: str, rates: Sequence[Rate]) -> str:
    named, others = _label(counts), [_label(code) for code in known.subjects if code != counts]
    beside = " and ".join(others)
    if known.balance is Balance.EQUAL:
        (other,) = (_pence(_rate(studied, code, rates)) for code in known.subjects if code != counts)
        mine = _pence(_rate(studied, counts, rates))
        told = f"{pounds(mine)} against {pounds(other)}"
        return f"{named} and {beside} are in equal parts: the higher counts, {named} ({told})."
    return {
        Balance.SINGLE: f"The subject is {named}.",
        Balance.MAJOR: f"{named} with {beside} counts as {named}.",
        Balance.PRIMARY: f"{named} counts, whatever is specialised in beside it.",
        Balance.NOT_TOLD: f"{named} is named first, so it counts as {named}; {beside} beside it does not count.",
    }[known.balance]


def _of_rate(studied: Studied, counts: str, rate: Rate | None, year: int) -> str:
    if rate is None:
        kinds = " or ".join(_kinds(studied))
        return (
            f"No {kinds} is known for {_label(counts)} on {ROUTE_LABELS[studied.route]} in {_years(year)},"
            " so nothing is due by this table."
        )
    return (
        f"{rate.subject} has a {rate.kind} of {pounds(rate.amount_pence)} for who starts from"
        f" {_day(rate.valid_from)} until {_day(rate.valid_until)} ({rate.source})."
    )


def _to_check(
    studied: Studied, known: Weighed, counts: str, rate: Rate | None, rates: Sequence[Rate]
) -> Iterable[str]:
    if studied.state in (State.WITHDRAWN, State.DEFERRED) and rate:
        yield (
            f"The trainee is {studied.state.value}: the table gives a whole course, and cannot tell which part is due."
        )
    if known.balance is Balance.NOT_TOLD:
        yield from _if_equal(studied, known, counts, rates)
    yield from _against_record(studied, rate)


def _if_equal(studied: Studied, known: Weighed, counts: str, rates: Sequence[Rate]) -> Iterable[str]:
    """The national record has no proportions, so a person must know whether another subject is half of it."""
    best = max(known.subjects, key=lambda code: _pence(_rate(studied, code, rates)))
    if _pence(found := _rate(studied, best, rates)) > _pence(_rate(studied, counts, rates)):
        yield (
            "Nothing says whether the subjects are in equal parts; if they are, the higher counts:"
            f" {_label(best)}, {pounds(_pence(found))}."
        )


def _against_record(studied: Studied, rate: Rate | None) -> Iterable[str]:
    if studied.method is not None:
        said = labels("funding_method").get(studied.method, studied.method)
        if studied.method == NONE_AWARDED and rate:
            yield f"The record says “{said}”, while the table gives a {rate.kind}."
        if studied.method != NONE_AWARDED and rate is None:
            yield f"The record says “{said}”, for which the table has no rate."
    if studied.fund_code == NO_STUDENT_FINANCE and rate:
        said = labels("fund_code")[NO_STUDENT_FINANCE]
        yield f"The record says “{said}”; whether a {rate.kind} is due all the same, the table cannot tell."
