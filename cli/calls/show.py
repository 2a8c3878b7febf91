"""``continuum rpc``: as a table, as JSON, and as ``docs/rpc.md``."""

import inspect
import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
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
from shared.service_names import SERVICES, service_class

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
HOW = """\
What the services can be asked. docs/calling.md has a script that calls; './continuum token' signs who asks.
'./continuum rpc SERVICE' lists the methods of one, './continuum rpc SERVICE.METHOD' what goes in and comes out.
"""
OF_EVERY = "Methods of every service, for operators"
NARROW, NEAREST = 160, 3


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
    raise Refused(
        f"nothing that is called {wanted!r} can be asked; {_nearest(methods, service, name or wanted)}"
    )


def _nearest(methods: Sequence[Method], service: str, last: str) -> str:
    """The methods nearest in name: of the service that was named, when there is such a service."""
    if service in SERVICES:
        mine = [m.name for m in methods if m.service == service]
        found = [name for name in mine if last in name] + get_close_matches(last, mine, n=NEAREST, cutoff=0)
        named = [f"{service}.{name}" for name in dict.fromkeys(found)]
        return f"did you mean {join(named[:NEAREST])}? './continuum rpc {service}' lists all"
    near = get_close_matches(last, [m.name for m in methods], n=NEAREST)
    named = [_called(m) for name in near for m in methods if m.name == name]
    return f"did you mean {join(named)}?" if named else f"there are {join(SERVICES)}"


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
    if wanted is not None and len(methods) == 1:
        return _whole(methods[0], screen)
    own = [method for method in methods if method.service != EVERY]
    if wanted is None:
        screen.print(HOW, soft_wrap=True, markup=False)
        screen.print(table(("service", "methods", "what it is for"), _services(own), right=[1]), "")
    _listed(own, screen)
    if shared := [method for method in methods if method.service == EVERY]:
        screen.print("", f"[bold]{OF_EVERY}[/]", "", soft_wrap=True)
        _listed(shared, screen)
    return None


def _services(methods: Sequence[Method]) -> Iterator[tuple[str, int, str]]:
    for service, number in Counter(method.service for method in methods).items():
        told = inspect.getdoc(service_class(service)) or ""
        yield service, number, told.partition("\n\n")[0]


def _listed(methods: Sequence[Method], screen: Console) -> None:
    if screen.width < NARROW:
        return _blocks(methods, screen)
    rows = [
        (m.service, m.name, "yes" if m.idempotent else "no", "; ".join(m.who).replace("`", ""), m.purpose)
        for m in methods
    ]
    if rows:
        screen.print(table(("service", "method", "safe to repeat", "who", "what it does"), rows))
    return None


def _blocks(methods: Sequence[Method], screen: Console) -> None:
    """Where five columns have no room: a block for each method."""
    for m in methods:
        repeat = "Safe to repeat" if m.idempotent else "Not safe to repeat"
        screen.print(_called(m), style="bold", soft_wrap=True)
        _beneath(f"{m.purpose} {repeat}. Who: {'; '.join(m.who)}.", screen)


def _beneath(told: str, screen: Console) -> None:
    screen.print(Padding(escape(told.replace("`", "")), (0, 0, 0, 2)))


def _whole(method: Method, screen: Console) -> None:
    """One method with everything that goes in and comes out, the fields of an object beneath its own."""
    _blocks([method], screen)
    also = "and " if method.errors else ""
    _beneath(f"Errors: {', '.join([*method.errors, f'{also}those of every call'])}.", screen)
    if not method.arguments:
        _beneath("No arguments.", screen)
    else:
        _beneath("Arguments:", screen)
        _fields(method.arguments, method.shapes, screen, set(), 4)
    if not method.result:
        return _beneath("Result: plain JSON.", screen)
    _beneath(f"Result: {'list of ' if method.many else ''}{method.result}.", screen)
    return _fields(method.result_fields, method.shapes, screen, set(), 4)


def _fields(
    fields: Sequence[Field], shapes: dict[str, list[Field]], screen: Console, told: set[str], indent: int
) -> None:
    """A line for each; what stands in an object is told beneath the first field that holds one."""
    for field in fields:
        said = "; ".join([_kind(field), *filter(None, [_limits(field).replace("`", "")])])
        screen.print(Padding(f"[bold]{escape(field.name)}[/]: {escape(said)}", (0, 0, 0, indent)))
        if field.shape in shapes and field.shape not in told:
            told.add(field.shape)
            _fields(shapes[field.shape], shapes, screen, told, indent + 2)


def _kind(field: Field) -> str:
    return f"{field.kind}{' or null' if field.may_be_null else ''}"


def markdown(methods: Sequence[Method]) -> str:
    """``docs/rpc.md``: what is in an object stands once, after the methods of its service."""
    lines = [HEAD]
    for service in dict.fromkeys(method.service for method in methods):
        mine = [method for method in methods if method.service == service]
        often = {name for name, times in Counter(method.result for method in mine).items() if times > 1}
        lines.append(f"## {service if service != EVERY else 'Every service'}\n")
        lines += [_section(method, method.result in often) for method in mine]
        lines += list(_shapes(mine, often))
    return "\n".join(lines)


def _section(method: Method, is_shared: bool) -> str:
    parts = [
        f"### `{'' if method.service == EVERY else method.service + '.'}{method.name}`\n\n{method.purpose}\n",
        f"Who: {'; or '.join(method.who)}. {'Safe to repeat.' if method.idempotent else 'Not safe to repeat.'}\n",
        f"Errors: {', '.join(method.errors) or 'those of every call'}.\n",
        f"{_table(method.arguments, 'argument', method.service)}" if method.arguments else "No arguments.\n",
        _result(method, is_shared),
    ]
    return "\n".join(parts)


def _result(method: Method, is_shared: bool) -> str:
    if not method.result:
        return "Result: plain JSON.\n"
    listed = "list of " if method.many else ""
    if is_shared:
        return f"Result: {listed}{_link(method.result, method.service)}.\n"
    fields = _table(method.result_fields, "field", method.service)
    return f"Result: {listed}`{method.result}`.\n\n{fields}"


def _shapes(methods: Sequence[Method], often: Collection[str | None]) -> Iterator[str]:
    service = methods[0].service
    shapes = {m.result: m.result_fields for m in methods if m.result and m.result in often}
    shapes |= {name: fields for method in methods for name, fields in method.shapes.items()}
    for name, fields in sorted(shapes.items()):
        yield f"#### {name} ({service})\n\n{_table(fields, 'field', service)}"


def _link(shape: str, service: str) -> str:
    """To the heading of the shape, by the name that a page gives it."""
    return f"[{shape}](#{shape.lower()}-{service.replace(' ', '-')})"


def _table(fields: Sequence[Field], what: str, service: str) -> str:
    rows = "\n".join(
        f"| `{field.name}` | {_cell(_linked(field, service))} | {_cell(_limits(field))} |" for field in fields
    )
    return f"| {what} | kind | |\n| --- | --- | --- |\n{rows}\n"


def _linked(field: Field, service: str) -> str:
    kind = _kind(field)
    return kind.replace(field.shape, _link(field.shape, service)) if field.shape else kind


def _limits(field: Field) -> str:
    told = [field.limits] if field.limits else []
    if field.required:
        told.insert(0, "required")
    elif field.default is not None:
        told.append(f"by default {json.dumps(field.default, default=_text)}")
    return "; ".join(told)


def _text(value: Any) -> str:
    return str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
