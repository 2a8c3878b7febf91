"""Equality data in groups that are published: sex, ethnic group, disability, age (Department's ITT statistics)."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

NOT_PROVIDED = "not_provided"
SEXES = MappingProxyType({"10": "female", "11": "male", "12": "other_sex"})
# Codes of the national record by the five groups of the census of population.
ETHNIC_GROUPS = MappingProxyType(
    {
        "asian": ("100", "101", "103", "104", "119"),
        "black": ("120", "121", "139"),
        "mixed": ("140", "141", "142", "159"),
        "white": ("160", "163", "166", "168", "179"),
        "other_ethnic_group": ("180", "899"),
    }
)
NO_DISABILITY = "95"
DISABILITY_NOT_PROVIDED = frozenset({"98", "99"})
YOUNGEST = "under_25"
# From this age on.
AGE_BANDS = MappingProxyType(
    {25: "25_to_29", 30: "30_to_34", 35: "35_to_39", 40: "40_to_49", 50: "50_and_over"}
)
CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sex": (*SEXES.values(), NOT_PROVIDED),
        "ethnicity": (*ETHNIC_GROUPS, NOT_PROVIDED),
        "disability": ("disabled", "not_disabled", NOT_PROVIDED),
        "age": (YOUNGEST, *AGE_BANDS.values(), NOT_PROVIDED),
    }
)


def age_on(year: int) -> date:
    """The day on which ages are taken: the last one before the training of that year begins."""
    return date(year, 8, 31)


def ethnic_group_codes() -> Sequence[tuple[str, str]]:
    """Every code with its group."""
    return [(code, group) for group, codes in ETHNIC_GROUPS.items() for code in codes]
