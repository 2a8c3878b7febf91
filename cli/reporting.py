"""``continuum report``: asks for a report as the operator who sits here, and prints it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from cli.errors import WRONG, Refused
from cli.installation import connected
from cli.output import as_json, console
from cli.report_table import print_report
from shared.errors import Invalid, join

Call = Callable[[str, str, Mapping[str, Any]], Any]
CYCLE, YEAR = "cycle", "academic_year"
OPTIONS = {CYCLE: "--cycle", YEAR: "--year", "by": "--by", "provider_code": "--provider"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A report: the method that tells it, the year that it goes by, its headings, the first one by default."""

    method: str
    year: str
    by: tuple[str, ...] = ()


KINDS = {
    "recruitment": Kind("recruitment_report", CYCLE, ("provider", "subject", "route", "region")),
    "funnel": Kind("funnel_report", CYCLE),
    "decisions": Kind("decisions_report", CYCLE),
    "census": Kind("census_report", YEAR, ("route", "subject", "region", "study_mode")),
    "performance-profile": Kind("profile_report", YEAR, ("route", "subject")),
    "equality-of-applications": Kind("equality_of_applications", CYCLE),
    "equality-of-trainees": Kind("equality_of_trainees", YEAR),
}


def show(name: str, given: Mapping[str, Any], format: str, *, demo: bool) -> None:
    """Print it; what was not given is left to the report. Raises Refused for an option that does not fit it.

    The demonstration's days are not today's: where this year has nothing, the latest that has something is taken.
    """
    asked = {key: value for key, value in given.items() if value is not None}
    _check(name, asked)
    kind = KINDS[name]
    with connected() as call:
        asked["format"] = "csv" if format == "csv" else "json"
        answer, instead = ask(call, kind, asked, demo=demo)
    if instead:
        typer.echo(instead, err=format != "table")
    if format == "csv":
        sys.stdout.write(answer["content"])
    elif format == "json":
        as_json(answer)
    elif answer["rows"]:
        print_report(answer, console())
    if answer["empty"] and format != "json":
        typer.echo(answer["empty"] + _hint(kind, answer.get("elsewhere", [])), err=format == "csv")


def ask(call: Call, kind: Kind, asked: Mapping[str, Any], *, demo: bool) -> tuple[Mapping[str, Any], str]:
    """The answer, and a sentence where it is about another year than today's."""
    answer = _answer(call, kind, asked)
    elsewhere = answer.get("elsewhere", [])
    if not demo or kind.year in asked or not elsewhere:
        return answer, ""
    latest = max(elsewhere)
    said = f"This is {OPTIONS[kind.year]} {latest}, the latest with something to show. Of today's: {answer['empty']}."
    return _answer(call, kind, {**asked, kind.year: latest}), said


def _answer(call: Call, kind: Kind, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = call("itt", kind.method, asked)
    except Invalid as error:
        raise Refused(_in_options(error), WRONG) from None
    return found


def _check(name: str, asked: Mapping[str, Any]) -> None:
    """Raises Refused for an option that this report does not take, and for a heading that it has not."""
    kind = KINDS[name]
    other = YEAR if kind.year == CYCLE else CYCLE
    if other in asked:
        raise Refused(f"report {name} goes by {OPTIONS[kind.year]}, not by {OPTIONS[other]}", WRONG)
    if (by := asked.get("by")) is None or by in kind.by:
        return
    if not kind.by:
        raise Refused(f"report {name} has one heading alone: leave --by out", WRONG)
    raise Refused(f"--by: {by!r} is no heading of report {name}; it has {join(kind.by)}", WRONG)


def _in_options(error: Invalid) -> str:
    """What is wrong, by the options of the command and not by the fields of the call."""
    fields: Mapping[str, list[str]] = error.details.get("fields", {})
    told = [f"{OPTIONS.get(name, name)}: {text}" for name, texts in fields.items() for text in texts]
    return "; ".join(told) or error.message


def _hint(kind: Kind, years: list[int]) -> str:
    """Where to look instead."""
    option = OPTIONS[kind.year]
    return f"; there is something with {join([f'{option} {year}' for year in years])}" if years else ""
