"""Code lists of the national record (HESA and DfE codes, 2026), one ``code,label`` table a file."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

LISTS = (
    "country",
    "course_age_range",
    "course_subject",
    "degree_grade",
    "degree_subject",
    "degree_type",
    "disability",
    "ethnicity",
    "fund_code",
    "funding_method",
    "institution",
    "itt_aim",
    "itt_qualification_aim",
    "nationality",
    "sex",
    "study_mode",
    "training_initiative",
    "training_route",
)
SHORT = 15


@cache
def labels(name: str) -> Mapping[str, str]:
    """Every code of a list with its label, in the order of the codes."""
    table = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return MappingProxyType({row["code"]: row["label"] for row in csv.DictReader(table)})


def advice(name: str, value: str) -> str:
    """What would be right in place of a value that is no code: the whole list when it is short, else what was meant."""
    table = labels(name)
    if len(table) <= SHORT:
        return "use one of " + ", ".join(f"{code} ({label})" for code, label in table.items())
    if (meant := _meant(name, value)) is not None:
        return f"use {meant} ({table[meant]})"
    return f"use a code of the {name.replace('_', ' ')} list, such as {next(iter(table))}"


def _meant(name: str, value: str) -> str | None:
    """The code of somebody who wrote its label, or lost a leading zero or a capital letter to a spreadsheet."""
    table = labels(name)
    tries = (_by_label(name).get(value.casefold(), ""), value.upper(), value.zfill(len(next(iter(table)))))
    return next((code for code in tries if code in table), None)


@cache
def _by_label(name: str) -> Mapping[str, str]:
    return {label.casefold(): code for code, label in labels(name).items()}
