"""Code lists of the national record (HESA and DfE codes, 2026), one ``code,label`` table a file."""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from shared.errors import join

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
MAIN = {"nationality": ("GB",)}  # of codes that share a label, the one that is told first
ALSO_WRITTEN = {  # what people write for a code; a hint and no more: it is refused like any other text
    "nationality": {
        word: "GB"
        for word in ("uk", "united kingdom", "great britain", "britain", "english", "scottish", "welsh")
    }
}


@cache
def labels(name: str) -> Mapping[str, str]:
    """Every code of a list with its label, in the order of the codes."""
    table = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return MappingProxyType({row["code"]: row["label"] for row in csv.DictReader(table)})


def advice(name: str, value: str) -> str:
    """What would be right in place of a value that is no code: what was meant, else the list when it is short."""
    table = labels(name)
    if meant := _meant(name, value):
        also = f", or with the same label {join(meant[1:])}" if len(meant) > 1 else ""
        return f"use {meant[0]} ({table[meant[0]]}){also}"
    if len(table) <= SHORT:
        return "use one of " + ", ".join(f"{code} ({label})" for code, label in table.items())
    first = next(iter(table))
    return f"use a code of the {name.replace('_', ' ')} list, such as {first} ({table[first]})"


def _meant(name: str, value: str) -> list[str]:
    """The codes of somebody who wrote their label, or lost leading zeros or a capital letter to a spreadsheet."""
    table, written = labels(name), value.casefold()
    if same := _by_label(name).get(written):
        return sorted(same, key=lambda code: code not in MAIN.get(name, ()))
    also = ALSO_WRITTEN.get(name, {}).get(written, "")
    tries = (also, value.upper(), value.zfill(len(next(iter(table)))))
    return [code for code in tries if code in table][:1]


@cache
def _by_label(name: str) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for code, label in labels(name).items():
        found.setdefault(label.casefold(), []).append(code)
    return found
