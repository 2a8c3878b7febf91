"""``continuum events``: the catalogue, from the event classes and from what the services declare."""

import inspect
import types
from dataclasses import asdict, dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin, get_type_hints

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from cli.asyncapi import document
from cli.errors import Refused
from cli.output import as_json, console, table
from shared.errors import join
from shared.events import Event, Person, event_types
from shared.messaging.declarations import subscriptions

NARROW = 140
HEAD = """\
# Events

Every fact that the services publish. Written by `continuum events --format markdown`; do not edit.

A type reads `service.subject.happened.version`. Within a version fields are only added. Every event has `occurred_at`,
the moment in business time at which it happened. The subject is the thing that it is about: order is kept for each.
Personal data stands in the field `person` alone, which may be null.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event type."""

    type: str
    version: int
    subject: str
    producer: str
    consumers: list[str]
    fields: list[dict[str, Any]]
    purpose: str
    personal_data: bool


def catalogue() -> list[Entry]:
    """Every event, sorted by type."""
    listening: dict[str, set[str]] = {}
    for consumer, listed in subscriptions().items():
        for subscription in listed:
            listening.setdefault(subscription.type, set()).add(consumer)
    return [_entry(type_, cls, sorted(listening.get(type_, ()))) for type_, cls in event_types().items()]


def _entry(type_: str, cls: type[Event], consumers: list[str]) -> Entry:
    hints = get_type_hints(cls)
    members = [
        {"name": f.name, "kind": kind(hints[f.name]), "may_be_null": _may_be_null(hints[f.name])}
        for f in fields(cls)
        if f.name != "occurred_at"
    ]
    producer, version = type_.split(".")[0], int(type_.rpartition(".v")[2])
    subject = f"{cls.SUBJECT[0]}/{{{cls.SUBJECT[1]}}}"
    return Entry(type_, version, subject, producer, consumers, members, _purpose(cls), "person" in hints)


def _purpose(cls: type[Event]) -> str:
    return " ".join((inspect.getdoc(cls) or "").split()).replace("``", "`")


def kind(hint: Any) -> str:
    """What a field holds, in a word."""
    if get_origin(hint) in (Union, types.UnionType):
        return kind(next(each for each in get_args(hint) if each is not type(None)))
    if get_origin(hint) is tuple:
        return f"list of {kind(get_args(hint)[0])}"
    if hint is Person:
        return "person"
    if is_dataclass(hint):
        return "object"
    name: str = hint.__name__
    return {"str": "text", "int": "number", "bool": "true or false"}.get(name, name.lower())


def _may_be_null(hint: Any) -> bool:
    return type(None) in get_args(hint)


def chosen(wanted: str | None) -> list[Entry]:
    """Those whose type is, or begins or has in it, what is wanted. Raises Refused when there is none."""
    entries = catalogue()
    found = [entry for entry in entries if wanted is None or wanted.casefold() in entry.type]
    if not found:
        near = get_close_matches(str(wanted), [entry.type for entry in entries], n=3, cutoff=0.5)
        hint = f"; did you mean {join(near)}?" if near else "; './continuum events' lists all"
        raise Refused(f"there is no event {wanted!r}{hint}")
    return found


def show(format: str, wanted: str | None = None) -> None:
    """Print the catalogue, or the part of it that is wanted."""
    entries = chosen(wanted)
    if format == "json":
        return as_json([asdict(entry) for entry in entries])
    if format == "markdown":
        return print(markdown(entries), end="")
    if format == "asyncapi":
        return as_json(document())
    screen = console()
    if wanted is not None:
        return _blocks(entries, screen, fields=True)
    if screen.width < NARROW:
        return _blocks(entries, screen)
    rows = [
        (
            e.type,
            e.subject,
            ", ".join(e.consumers) or "(nobody)",
            "yes" if e.personal_data else "no",
            e.purpose,
        )
        for e in entries
    ]
    return screen.print(table(("event", "subject", "heard by", "personal data", "what it says"), rows))


def _blocks(entries: list[Entry], screen: Console, *, fields: bool = False) -> None:
    """Where five columns have no room, or the fields are asked for: a block for each event."""
    for e in entries:
        personal = "; personal data" if e.personal_data else ""
        heard = ", ".join(e.consumers) or "nobody"
        screen.print(e.type, style="bold", soft_wrap=True)
        screen.print(Padding(escape(f"{e.purpose} Heard by {heard}{personal}."), (0, 0, 0, 2)))
        if fields:
            screen.print(Padding(_fields(e), (0, 0, 0, 2)))


def _fields(entry: Entry) -> Table:
    """What travels, as docs/events.md has it; what the subject names is told apart."""
    subject = entry.subject.partition("{")[2].rstrip("}")
    rows = [("occurred_at", "moment", "the business time at which it happened")]
    rows += [(f["name"], f["kind"], _meaning(f, subject)) for f in entry.fields]
    return table(("field", "type", ""), rows)


def _meaning(field: dict[str, Any], subject: str) -> str:
    said = []
    if field["name"] == subject:
        said.append("the subject, whose order is kept")
    if field["kind"] == "person":
        said.append("all personal data")
    if field["may_be_null"]:
        said.append("may be null")
    return "; ".join(said)


def markdown(entries: list[Entry]) -> str:
    """``docs/events.md``."""
    lines = [HEAD]
    for producer in sorted({entry.producer for entry in entries}):
        lines.append(f"## {producer}\n")
        for entry in (each for each in entries if each.producer == producer):
            lines.append(_section(entry))
    return "\n".join(lines)


def _section(entry: Entry) -> str:
    heard = ", ".join(entry.consumers) or "nobody yet"
    personal = "yes, in `person`" if entry.personal_data else "no"
    told = ", ".join(
        f"`{f['name']}` ({f['kind']}{', may be null' if f['may_be_null'] else ''})" for f in entry.fields
    )
    facts = [
        ("version", str(entry.version)),
        ("subject", f"`{entry.subject}`"),
        ("producer", entry.producer),
        ("consumers", heard),
        ("personal data", personal),
        ("fields", told),
    ]
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts)
    return f"### `{entry.type}`\n\n{entry.purpose}\n\n| | |\n| --- | --- |\n{rows}\n"
