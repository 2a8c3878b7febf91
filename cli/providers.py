"""``continuum provider``: who is registered here, so that trainees can be."""

import re
from typing import Any

import typer

from cli.errors import WRONG, Refused
from cli.installation import connected, demo_option
from cli.output import as_json as print_json
from cli.output import console, table
from cli.speaking import FORMS

PAGE = 200
FIELDS = ("code", "name", "kind", "urn", "ukprn", "postcode", "region")
Answer = dict[str, Any]


def code_of(written: str) -> str:
    """The provider's code in capitals. Raises Refused for what is none."""
    code = written.strip().upper()
    pattern, _ = FORMS["provider"]
    if not re.fullmatch(pattern, code):
        raise Refused(f"{written!r} is no provider code: three letters or digits, such as 2A5", WRONG)
    return code


def check_registered(call: Any, code: str) -> None:
    """Raises Refused for a provider that is not registered: a code that was mistyped would keep its trainees."""
    if find(call, code) is None:
        register_it = f'./continuum provider register {code} "ITS NAME"{demo_option()}'
        raise Refused(
            f"provider {code} is not registered here; check the code, or register it: {register_it}", WRONG
        )


def find(call: Any, code: str) -> Answer | None:
    """The provider of that code."""
    return next((each for each in _all(call, search=code) if each["code"] == code), None)


def _all(call: Any, **asked: Any) -> list[Answer]:
    found: list[Answer] = []
    after: str | None = None
    while True:
        page = call("itt", "list_providers", asked | {"limit": PAGE, "after": after})
        found, after = found + page["items"], page["next"]
        if after is None:
            return found


def register(written: str, name: str, kind: str, urn: str | None) -> None:
    """Register it; of one that is known, what is not said stays. Raises Refused, Invalid."""
    code = code_of(written)
    with connected() as call:
        known = find(call, code) or {}
        said = {"code": code, "name": name, "kind": kind} | ({"urn": urn} if urn else {})
        row = {field: known.get(field) for field in FIELDS} | said
        call("itt", "register_providers", {"providers": [row]})
    typer.echo(f"{'changed' if known else 'registered'}: {code} {name}, {_words(kind)}")


def show(search: str | None, *, as_json: bool) -> None:
    """Print the providers, or those of which the code or a part of the name is searched."""
    with connected() as call:
        found = _all(call, search=search)
    if as_json:
        return print_json(found)
    if not found:
        return typer.echo("no such provider is registered" if search else "no provider is registered yet")
    rows = [(each["code"], each["name"], _words(each["kind"]), each["urn"]) for each in found]
    return console().print(table(("code", "name", "kind", "URN"), rows))


def _words(kind: str) -> str:
    return "lead school and accredited provider" if kind == "both" else kind.replace("_", " ")
