"""``continuum report``: the census and the other reports, as a table, as CSV or as JSON."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.options import Demo, about, examples


class Name(StrEnum):
    RECRUITMENT = "recruitment"
    FUNNEL = "funnel"
    DECISIONS = "decisions"
    CENSUS = "census"
    PERFORMANCE_PROFILE = "performance-profile"
    EQUALITY_OF_APPLICATIONS = "equality-of-applications"
    EQUALITY_OF_TRAINEES = "equality-of-trainees"


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "report",
        epilog=examples(
            "report recruitment --cycle 2027 --by subject",
            "report funnel --provider 2A5",
            "report census --year 2026 --format csv > census.csv",
        ),
    )(report)


def report(
    name: Annotated[Name, typer.Argument(metavar="NAME", help=", ".join(Name))],
    cycle: Annotated[
        int | None, typer.Option(help="Recruitment cycle; by default the one that runs.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="The year in which the academic year begins; by default the latest.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="HEADING", help="One of the headings of the report, as above.")
    ] = None,
    provider: Annotated[str | None, typer.Option(metavar="CODE", help="Of this provider alone.")] = None,
    format: Annotated[Format | None, typer.Option(help="table (the default), csv or json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    demo: Demo = False,
) -> None:
    """Report on recruitment, applications, decisions, the census or equality data in numbers.

    \b
    NAME                      year      --by (the first by default)
    recruitment               --cycle   provider, subject, route, region
    funnel                    --cycle
    decisions                 --cycle
    census                    --year    route, subject, region, study_mode
    performance-profile       --year    route, subject
    equality-of-applications  --cycle
    equality-of-trainees      --year

    An equality report has small numbers left out (c); one of a single provider is the provider's own. Exit code 0,
    also when there is nothing to report: then a sentence says so, and which years have something. With --demo and no
    year it is the latest of those.
    """
    from cli.errors import WRONG, Refused
    from cli.reporting import show

    if json and format not in (None, Format.JSON):
        raise Refused(f"--json is --format json: leave out it or --format {format}", WRONG)
    shown = Format.JSON if json else format or Format.TABLE
    about(demo)
    given = {"cycle": cycle, "academic_year": year, "by": by, "provider_code": provider}
    show(name.value, given, shown.value, demo=demo)
