"""``continuum rpc``: as a table, as JSON, and as ``docs/rpc.md``."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from cli.calls.offered import EVERY, Method, offered
from cli.calls.shapes import Field
from cli.output import as_json, console, table

HEAD = """\
# Calls

Every method that the services offer by RPC. Written by `continuum rpc --format markdown`; do not edit.

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


def show(format: str) -> None:
    """Print it."""
    methods = offered()
    if format == "json":
        return as_json([asdict(method) for method in methods])
    if format == "markdown":
        return print(markdown(methods), end="")
    rows = [
        (m.service, m.name, "yes" if m.idempotent else "no", "; ".join(m.who).replace("`", ""), m.purpose)
        for m in methods
    ]
    return console().print(table(("service", "method", "safe to repeat", "who", "what it does"), rows))


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
