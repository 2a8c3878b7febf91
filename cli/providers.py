"""``continuum provider``: who is registered here, so that trainees can be."""

import re
from typing import Any

import typer

from cli.errors import WRONG, Refused
from cli.installation import connected, demo_option
from cli.output import as_json as print_json
from cli.output import console, table
from cli.speaking import FORMS
from shared.errors import Invalid

PAGE = 200
FIELDS = ("code", "name", "kind", "urn", "ukprn", "postcode", "region")
NEW = "accredited_provider"
Answer = dict[str, Any]


def code_of(written: str) -> str:
    """The provider's code in capitals. Raises Refused for what is none."""
    code = written.strip().upper()
    pattern, _ = FORMS["provider"]
    if not re.fullmatch(pattern, code):
        raise Refused(f"{written!r} is no provider code: three letters or digits, such as 2A5", WRONG)
    return code


def check_registered(call: Any, code: str) -> None:
    """Raises Refused for a code that was mistyped, and would keep its trainees: nobody's, or a lead school's."""
    known = find(call, code)
    if known is not None and known["kind"] == "lead_school":
        raise Refused(
            f"{code} ({known['name']}) is a lead school; trainees stand in the records of their accredited provider",
            WRONG,
        )
    if known is None:
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


def register(written: str, name: str, kind: str | None, urn: str | None) -> None:
    """Register it; of one that is known, what is not said stays. Raises Refused."""
    code = code_of(written)
    with connected() as call:
        known = find(call, code) or {}
        before = {field: known.get(field) for field in FIELDS}
        kind = kind or before["kind"] or NEW
        row = before | {"code": code, "name": name, "kind": kind} | ({"urn": urn} if urn else {})
        try:
            call("itt", "register_providers", {"providers": [row]})
        except Invalid as error:
            raise Refused(_in_words(error), WRONG) from error
    done = "registered" if not known else "changed" if row != before else "unchanged"
    typer.echo(f"{done}: {code} {name}, {_words(kind)}")


def _in_words(error: Invalid) -> str:
    """What is wrong, by the words of the command and not by the fields of the call."""
    names = {"providers.0.name": "NAME", "providers.0.urn": "--urn"}
    told = [f"{names.get(field, field)}: {text}" for field, texts in error.fields.items() for text in texts]
    return "; ".join(told) or error.message


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
