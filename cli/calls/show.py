"""``continuum rpc``: as a table, as JSON, and as ``docs/rpc.md``."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from cli.calls.offered import EVERY, Method, offered
from cli.calls.shapes import Field
from cli.errors import Refused
from cli.output import as_json, console, table
from shared.errors import join
from shared.service_names import SERVICES

HEAD = """\
# Calls

Every method that the services offer by RPC. Written by `continuum rpc --format markdown`; do not edit.
[docs/calling.md](calling.md) has a script that calls.

A call goes to the exchange `nameko-rpc` with the routing key `service.method`, in Nameko's protocol: the body is
`{"args": [], "kwargs": {...}}`, the answer `{"result": ..., "error": null}` or `{"result": null, "error": {"exc_type",
"value", "details"}}`. The header `nameko.principal` carries a signed principal (`continuum token` signs one),
`nameko.deadline` until when an answer is wanted (unix seconds), `nameko.correlation_id` and `nameko.traceparent` what
the call belongs to.

Who may call stands as *action: roles (relation)*. The relation is how the caller must stand to the thing; with `any` it
does not matter. Besides the errors that a method names, every call may end with `Unauthenticated`, `Invalid` (with the
fields that are wrong), `TooLarge` (above 1 MiB), `Busy` and `Unavailable` (nothing was done), `DeadlineExceeded`,
`OutcomeUnknown` (look before asking again; a method that is *safe to repeat* may be asked again at once) and `Fault`;
any other method, while its service rests, with `Maintenance` (nothing was done).
"""


NARROW = 160


def chosen(wanted: str | None) -> list[Method]:
    """The methods of a service, or the one of that name; those that every service has go by their own names.

    Raises Refused when there is none.
    """
    methods = offered()
    if wanted is None:
        return methods
    service, _, name = wanted.rpartition(".") if "." in wanted else (wanted, "", "")
    if found := [m for m in methods if m.service == service and name in ("", m.name)]:
        return found
    last = name or wanted
    if found := [m for m in methods if m.name == last and (service == last or m.service == EVERY)]:
        return found
    near = get_close_matches(last, [m.name for m in methods], n=3)
    named = [_called(m) for name in near for m in methods if m.name == name]
    hint = f"did you mean {join(named)}?" if named else f"there are {join(SERVICES)}"
    raise Refused(f"nothing that is called {wanted!r} can be asked; {hint}")


def _called(method: Method) -> str:
    return method.name if method.service == EVERY else f"{method.service}.{method.name}"


def show(format: str, wanted: str | None = None) -> None:
    """Print it, or the part of it that is wanted."""
    methods = chosen(wanted)
    if format == "json":
        return as_json([asdict(method) for method in methods])
    if format == "markdown":
        return print(markdown(methods), end="")
    screen = console()
    if screen.width < NARROW:
        return _blocks(methods, screen)
    rows = [
        (m.service, m.name, "yes" if m.idempotent else "no", "; ".join(m.who).replace("`", ""), m.purpose)
        for m in methods
    ]
    return screen.print(table(("service", "method", "safe to repeat", "who", "what it does"), rows))


def _blocks(methods: Sequence[Method], screen: Console) -> None:
    """Where five columns have no room: a block for each method."""
    for m in methods:
        repeat = "Safe to repeat" if m.idempotent else "Not safe to repeat"
        screen.print(_called(m), style="bold", soft_wrap=True)
        told = f"{m.purpose} {repeat}. Who: {'; '.join(m.who)}.".replace("`", "")
        screen.print(Padding(escape(told), (0, 0, 0, 2)))


def markdown(methods: Sequence[Method]) -> str:
    """``docs/rpc.md``."""
    lines = [HEAD]
    for service in dict.fromkeys(method.service for method in methods):
        mine = [method for method in methods if method.service == service]
        lines.append(f"## {service if service != EVERY else 'Every service'}\n")
        lines += [_section(method) for method in mine]
        lines += list(_shapes(mine))
    return "\n".join(lines)


def _section(method: Method) -> str:
    listed = "list of " if method.many else ""
    parts = [
        f"### `{'' if method.service == EVERY else method.service + '.'}{method.name}`\n\n{method.purpose}\n",
        f"Who: {'; or '.join(method.who)}. {'Safe to repeat.' if method.idempotent else 'Not safe to repeat.'}\n",
        f"Errors: {', '.join(method.errors) or 'those of every call'}.\n",
        f"{_table(method.arguments, 'argument', coming_in=True)}" if method.arguments else "No arguments.\n",
        f"Result: {listed}`{method.result}`.\n\n{_table(method.result_fields, 'field', coming_in=False)}"
        if method.result
        else "Result: plain JSON.\n",
    ]
    return "\n".join(parts)


def _shapes(methods: Iterable[Method]) -> Iterator[str]:
    shapes = {name: fields for method in methods for name, fields in method.shapes.items()}
    for name, fields in sorted(shapes.items()):
        yield f"#### {name}\n\n{_table(fields, 'field', coming_in=False)}"


def _table(fields: Sequence[Field], what: str, *, coming_in: bool) -> str:
    rows = "\n".join(
        f"| `{field.name}` | {_cell(field.kind)}{' or null' if field.may_be_null else ''} |"
        f" {_cell(_limits(field, coming_in))} |"
        for field in fields
    )
    return f"| {what} | kind | |\n| --- | --- | --- |\n{rows}\n"


def _limits(field: Field, coming_in: bool) -> str:
    told = [field.limits] if field.limits else []
    if coming_in and field.required:
        told.insert(0, "required")
    elif coming_in and field.default is not None:
        told.append(f"by default {json.dumps(field.default, default=_text)}")
    return "; ".join(told)


def _text(value: Any) -> str:
    return str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
