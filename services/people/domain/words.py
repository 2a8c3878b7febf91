"""How the values of facts are written in a sentence that a person reads."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
ABBREVIATIONS = {"hesa": "HESA", "iqts": "iQTS", "itt": "ITT", "trn": "TRN", "urn": "URN", "uk": "UK"}


def london(moment: datetime) -> date:
    """The day that people in England mean by a moment."""
    return moment.astimezone(LONDON).date()


def day(value: str) -> str:
    """ISO text of a date, or of a moment -> ``1 September 2026``."""
    on = london(datetime.fromisoformat(value)) if "T" in value else date.fromisoformat(value)
    return f"{on.day} {on:%B %Y}"


def hundredths(value: int) -> str:
    """Hundredths of a term or an hour -> ``2.5``."""
    return f"{value / 100:g}"


def terms(value: int) -> str:
    """Hundredths of terms in words: ``1 term``, ``2.5 terms``."""
    return f"{hundredths(value)} term{'' if value == 100 else 's'}"


def listed(values: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else "".join(values)


def plain(code: str) -> str:
    """A code as words: ``coaching_pair`` -> ``coaching pair``, ``hesa_id`` -> ``HESA id``."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in code.split("_"))


PROPOSED_BY = {
    "head": "proposed by the head",
    "peer": "proposed by a colleague",
    "self": "on their own proposal",
    "suggestion": "after a suggestion",
}

EXTENDED = {"absence": "because of absence", "decision": "by decision of the appropriate body"}
THROUGH = {"itt": "teacher training", "cpd": "induction or peer development", "people": "a post at a school"}


def working_time(percent: int) -> str:
    """A share of full time: ``full time``, ``80% of full time``."""
    return "full time" if percent == 100 else f"{percent}% of full time"


# Guskey's five levels of evaluation (Guskey 2000).
LEVELS = {1: "reactions", 2: "learning", 3: "support of the school", 4: "use of it", 5: "outcomes of pupils"}


def body(code: str) -> str:
    """The code of an appropriate body as its name reads: ``north-tyne`` -> ``North Tyne``."""
    return code.replace("-", " ").title()


WAYS: Mapping[str, Callable[[Any], str]] = {
    "day": day,
    "hundredths": hundredths,
    "terms": terms,
    "proposed": lambda source: PROPOSED_BY.get(source, plain(source)),
    "route": lambda code: plain(code).replace("school direct", "School Direct"),
    "list": listed,
    "plain": plain,
    "cause": lambda cause: EXTENDED.get(cause, plain(cause)),
    "through": lambda service: THROUGH.get(service, f"{service} development"),
    "working_time": working_time,
    "plain_list": lambda values: listed([plain(v) for v in values]),
    "body": body,
    "level": lambda level: LEVELS.get(level, f"level {level}"),
    "activity": lambda title: title or "an activity",
    "booked": lambda waiting: "On the waiting list" if waiting else "Booked",
    "at_school": lambda urn: f"at school {urn}" if urn else "online",
    "flag": lambda flag: f", {flag}" if flag else "",
    "risk": lambda at_risk: ", at risk of not passing" if at_risk else "",
    "completed": lambda on: f", completed on {day(on)}" if on else "",
    "done": lambda days: f", {days} days" if days else "",
    "result": lambda passed: "every standard is met" if passed else "not every standard is met yet",
}


SAID_WITHOUT = {"at_school", "activity", "completed", "done"}  # ways that have words for what is missing


class Words(Formatter):
    """``str.format`` whose format specs are the ways above: ``{awarded_on:day}``; what is missing reads "not known"."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The value of that name, or None."""
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        """The value in the way that the spec names."""
        if value is None and format_spec not in SAID_WITHOUT:
            return "not known"
        return str(WAYS[format_spec](value) if format_spec else value)


def fields_of(template: str) -> set[str]:
    """The names that a template uses."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def render(template: str, details: Mapping[str, Any]) -> str:
    """The sentence of a template with these values."""
    return Words().vformat(template, (), details)
