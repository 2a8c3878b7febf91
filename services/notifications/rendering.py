"""Messages as text: Jinja templates whose first line is the subject. Text is not escaped: it is never HTML."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from textwrap import fill
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from services.notifications.domain import wording
from shared.events import Event, Person

FOLDER = Path(__file__).parent / "templates"
AWARDS = {"QTS": "qualified teacher status (QTS)", "EYTS": "early years teacher status (EYTS)"}
# The fields of an event with the code of a provider whom a template names.
PROVIDERS = ("provider_code", "from_provider_code", "with_provider_code")
# Guskey's levels of evaluation, as the question that each asks.
QUESTIONS = {
    1: "What did you think of it?",
    2: "What did you learn?",
    3: "What has changed at your school because of it?",
    4: "What do you do differently in your teaching now?",
    5: "What difference has it made to pupils?",
}


def full_name(person: Person) -> str:
    """``Siobhan O'Neill``."""
    return f"{person.first_names} {person.last_name}".strip()


@pass_context
def provider(context: Context, event: Any, code: str | None = None) -> str:
    """``Oakfield Academy (2LS)``; ``provider 2LS`` where neither the event nor any fact before has told its name."""
    own = getattr(event, "provider_name", "") if code in (None, event.provider_code) else ""
    code = code or event.provider_code
    named = own or context["names"].get(code)
    return f"{named} ({code})" if named else f"provider {code}"


def provider_codes(event: Event) -> set[str]:
    """The providers whom a message about the event may name."""
    return {code for field in PROVIDERS if (code := getattr(event, field, None))}


def organisation_name(organisation: str | None, names: Mapping[str, str]) -> str:
    """``provider:2A5`` as it is called, with its code; ``provider 2A5`` where no name is known, ``school 123456``."""
    kind, _, code = (organisation or "").partition(":")
    return f"{names[code]} ({code})" if kind == "provider" and code in names else f"{kind} {code}".strip()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters |= {
        "day": wording.day,
        "moment": wording.moment,
        "terms": wording.terms,
        "listed": wording.listed,
        "standards": wording.standards,
        "words": wording.words,
        "award": lambda code: AWARDS.get(code, code),
        "question": lambda level: QUESTIONS.get(level, "What has come of it?"),
        "name": full_name,
        "provider": provider,
        "sentence": lambda text: f"{text[:1].upper()}{text[1:]}",
    }
    return made


def render(
    template: str,
    event: Event,
    *,
    about: str | None,
    activity: Mapping[str, Any] | None,
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, str]:
    """Subject and text of a message. ``about`` names the person whom the event is about, where that is known.

    ``names``: what providers are called, by code.
    """
    values = {"e": event, "person": getattr(event, "person", None), "about": about, "activity": activity}
    values["names"] = names
    subject, body = (part.render(values) for part in _parts(template))
    return " ".join(subject.split()), "\n\n".join(map(_paragraph, _paragraphs(body)))


@cache
def _parts(template: str) -> tuple[Template, Template]:
    """The first line and the rest are rendered apart: what somebody entered cannot begin another line."""
    subject, _, body = (FOLDER / f"{template}.txt").read_text().partition("\n")
    return _environment().from_string(subject), _environment().from_string(body)


def as_mail(
    name: str, body: str, *, notice: bool, audience: str = "person", organisation: str | None = None
) -> str:
    """The text of an e-mail: greeting, message, and why it comes; lines of 72 characters."""
    values = {"name": name, "body": body, "notice": notice, "audience": audience}
    text = _environment().get_template("mail.txt").render(values, organisation=organisation or "")
    return "".join(f"{fill(line, 72, break_long_words=False)}\n" for line in text.splitlines())


def _paragraphs(body: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", body.strip()) if part.strip()]


def _paragraph(part: str) -> str:
    """One line, except for lists: templates are wrapped for those who write them, not for those who read."""
    lines = [" ".join(line.split()) for line in part.splitlines()]
    return ("\n" if lines[0].startswith("- ") else " ").join(lines)
