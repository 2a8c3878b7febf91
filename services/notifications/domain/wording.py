"""How dates, terms and lists read in a message."""

from collections.abc import Sequence
from datetime import date, datetime

from services.notifications.domain.quiet_hours import LONDON

STANDARDS = {
    "1": "standard 1 (high expectations)",
    "2": "standard 2 (progress and outcomes)",
    "3": "standard 3 (subject and curriculum knowledge)",
    "4": "standard 4 (well structured lessons)",
    "5": "standard 5 (adapting teaching)",
    "6": "standard 6 (assessment)",
    "7": "standard 7 (behaviour)",
    "8": "standard 8 (wider professional responsibilities)",
    "part_two": "part two (personal and professional conduct)",
}
EARLY_YEARS_STANDARDS = STANDARDS | {
    "3": "standard 3 (early learning and EYFS)",
    "4": "standard 4 (planning education and care)",
    "5": "standard 5 (adapting education and care)",
    "7": "standard 7 (welfare of children and a safe environment)",
}


def day(value: date) -> str:
    """``1 September 2026``."""
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """``Tuesday 1 September 2026 at 16:30``, London time."""
    local = value.astimezone(LONDON)
    return f"{local:%A} {day(local)} at {local:%H:%M}"


def terms(hundredths: int) -> str:
    """``1 term``, ``2.5 terms``: from hundredths of a school term."""
    number = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return f"{number} term" if hundredths == 100 else f"{number} terms"


def listed(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def standards(numbers: Sequence[str], qualification: str = "QTS") -> str:
    """The Teachers' Standards (2011), for EYTS those of early years (2013), by number and heading in a sentence."""
    headings = EARLY_YEARS_STANDARDS if qualification == "EYTS" else STANDARDS
    return listed([headings.get(number, f"standard {number}") for number in numbers])


def words(code: str) -> str:
    """A code as words: ``lesson_study`` reads ``lesson study``."""
    return code.replace("_", " ")
