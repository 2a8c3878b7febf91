"""Two candidates who may be one person: the machine finds, a person decides (Apply service)."""

from datetime import date
from enum import StrEnum

from services.itt.domain.duplicates import fold


class Decision(StrEnum):
    SAME_PERSON = "same_person"
    DIFFERENT_PEOPLE = "different_people"


def key(last_name: str | None, born: date | None, postcode: str | None) -> str | None:
    """Who shares it in one cycle is a suspected duplicate: last name, date of birth and postcode, without case,
    accents and spaces. None while one of them is not known."""
    name, where = fold(last_name or ""), fold(postcode or "").replace(" ", "")
    return f"{name}|{born.isoformat()}|{where}" if name and born and where else None
