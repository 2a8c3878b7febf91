"""``continuum token`` and ``continuum keys``: who may speak as whom."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import examples

DAY_S = 86_400


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(
        "token",
        epilog=examples(
            "token --id jo --role operator",
            "token --id jo --role accredited_provider --organisation provider:2A5",
        ),
    )(token)
    app.command("keys", epilog=examples("keys /etc/continuum/keys"))(keys)


def token(
    id: Annotated[str, typer.Option(help="Who: a person's id, or an operator's name.")],
    role: Annotated[list[str], typer.Option(help="What they are; more than once.")],
    organisation: Annotated[
        list[str] | None, typer.Option(help="provider:2A5, school:123456, body:north-tyne")
    ] = None,
    lifetime: Annotated[
        float, typer.Option(min=1, max=DAY_S, metavar="SECONDS", help="How long it is good.")
    ] = 60,
) -> None:
    """Sign a principal with the key of the command line, for scripts that call services themselves."""
    from cli.errors import WRONG, Refused
    from cli.installation import signed
    from shared.config import settings
    from shared.errors import join
    from shared.keys import KeyRing
    from shared.policy import Principal, Role

    roles = [each for each in Role if each is not Role.SERVICE]
    if unknown := set(role) - {each.value for each in roles}:
        raise Refused(f"{min(unknown)!r} is no role that can be signed for; there are {join(roles)}", WRONG)
    principal = Principal(id, frozenset(Role(each) for each in role), frozenset(organisation or ()))
    typer.echo(signed(KeyRing.from_settings(settings()), principal, lifetime))


def keys(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Write a fresh private key for every issuer, and the public keys of all, to configure servers with.

    Each process gets one private key (SIGNING_KEY_FILE) and all public ones (VERIFY_KEYS_FILE). Files are the owner's
    alone; a file that is there already is never written over.
    """
    import json

    from cli.errors import NO, Refused
    from shared.keys import CLI, GATEWAY, generate, service_issuer
    from shared.service_names import SERVICES

    private, public = generate([CLI, GATEWAY, *(service_issuer(name) for name in SERVICES)])
    texts = {f"{issuer.replace(':', '-')}.pem": pem for issuer, pem in private.items()}
    texts["public-keys.json"] = json.dumps(public, indent=2) + "\n"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if there := [name for name in texts if (folder / name).exists()]:
        raise Refused(f"{folder / there[0]} is there already; keys are never written over", NO)
    for name, text in texts.items():
        _write(folder / name, text)
        typer.echo(folder / name)


def _write(file: Path, text: str) -> None:
    import os

    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
