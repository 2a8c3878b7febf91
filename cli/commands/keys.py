"""``continuum keys``: the keys with which services, the gateway and the command line sign, and how they change."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import Commands
from cli.options import Demo, Json, about, examples

if TYPE_CHECKING:
    from shared.keys.folder import KeyFolder
    from shared.keys.kept import KeptRing

WAIT_S = 120.0  # tokens of services are good for one minute
Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR", help="The folder that 'keys make' wrote; without it, the data folder's own keys."
    ),
]
Issuers = Annotated[
    list[str] | None,
    typer.Option("--issuer", help="Of this issuer alone (service:cpd, gateway, cli); more than once."),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Keys that sign: make them, see them, change them while everything runs.")
    group.command("make", epilog=examples("keys make /etc/continuum/keys"))(make)
    group.command("list", epilog=examples("keys list", "keys list /etc/continuum/keys"))(list_)
    group.command(
        "rotate", epilog=examples("keys rotate /etc/continuum/keys", "keys rotate --issuer service:cpd")
    )(rotate)
    group.command("retire", epilog=examples("keys retire /etc/continuum/keys"))(retire)
    app.add_typer(group, name="keys", cls=Commands, no_args_is_help=True)


def make(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Write a fresh private key for every issuer, and the public keys of all, to configure servers with.

    Each process gets one private key (SIGNING_KEY_FILE) and all public ones (VERIFY_KEYS_FILE). Files are the owner's
    alone; a file that is there already is never written over.
    """
    from cli.errors import NO, Refused
    from shared.keys import CLI, GATEWAY, service_issuer
    from shared.keys.folder import make as made
    from shared.service_names import SERVICES

    try:
        files = made(folder, [CLI, GATEWAY, *(service_issuer(name) for name in SERVICES)])
    except FileExistsError as error:
        raise Refused(str(error), NO) from None
    for file in files:
        typer.echo(file)


def list_(folder: Folder = None, json: Json = False, demo: Demo = False) -> None:
    """List the keys that are known, and which of them sign."""
    from cli.output import as_json, console, table
    from shared.keys.issuers import issuer_of

    about(demo)
    keys = _keys(folder)
    signing = keys.signing_kids()
    found = [
        {"kid": kid, "issuer": issuer_of(kid), "signs": kid in signing}
        for kid in sorted(entry["kid"] for entry in keys.jwks()["keys"])
    ]
    if json:
        return as_json(found)
    rows = [(key["kid"], key["issuer"], "signs" if key["signs"] else "is known") for key in found]
    console().print(table(("key", "issuer", "state"), rows))


def rotate(folder: Folder = None, issuer: Issuers = None, demo: Demo = False) -> None:
    """Make a new key for each issuer, which signs from now on; the old ones are known until 'keys retire'.

    Processes that read the files take them over within a second, without a restart. Where each machine has files of
    its own, bring public-keys.json to all of them first, and then the private keys.
    """
    about(demo)
    keys = _keys(folder)
    for kid in keys.rotate(_issuers(keys, issuer)):
        typer.echo(f"{kid} signs from now on")
    where = f" {folder}" if folder else ""
    typer.echo(f"in two minutes: continuum keys retire{where}, and what the old keys have signed is refused")


def retire(
    folder: Folder = None,
    issuer: Issuers = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also within two minutes: calls under way are refused.")
    ] = False,
    demo: Demo = False,
) -> None:
    """Forget all keys but those that sign: whatever the old ones have signed is refused.

    Wait two minutes after 'keys rotate': tokens of services are good for one. Tokens that 'continuum token' has
    signed for longer end with their key.
    """
    about(demo)
    keys = _keys(folder)
    chosen = _issuers(keys, issuer)
    old = {entry["kid"] for entry in keys.jwks()["keys"]} - keys.signing_kids()
    if old and not yes:
        _check_age(folder)
    gone = keys.retire(chosen)
    for kid in gone:
        typer.echo(f"{kid} is refused from now on")
    if not gone:
        typer.echo("no key is there but those that sign")


def _check_age(folder: Path | None) -> None:
    """Raises Refused within two minutes of the last change of the keys: what was signed before is still on its way."""
    import time

    from cli.errors import Refused
    from shared.config import settings
    from shared.keys.folder import PUBLIC
    from shared.keys.kept import FILE

    file = folder / PUBLIC if folder else settings().data_dir / FILE
    left_s = WAIT_S - (time.time() - file.stat().st_mtime) if file.exists() else 0.0
    if left_s > 0:
        raise Refused(
            f"the keys changed just now, and what the old ones have signed is still on its way: wait {left_s:.0f} s, or"
            " say --yes"
        )


def _keys(folder: Path | None) -> "KeyFolder | KeptRing":
    from cli.errors import WRONG, Refused
    from shared.config import settings
    from shared.keys import kept_ring
    from shared.keys.folder import PUBLIC, KeyFolder

    if folder is None:
        if settings().verify_keys is not None:
            raise Refused(
                "the keys here are configured by VERIFY_KEYS: name the folder with their files", WRONG
            )
        return kept_ring(settings().data_dir)
    if not (folder / PUBLIC).is_file():
        raise Refused(f"{folder} holds no {PUBLIC}: 'continuum keys make {folder}' would write it", WRONG)
    return KeyFolder(folder)


def _issuers(keys: "KeyFolder | KeptRing", wanted: list[str] | None) -> list[str]:
    """Those that were named, or all that have a key."""
    from cli.errors import NO, WRONG, Refused
    from shared.errors import join
    from shared.keys.issuers import issuer_of

    known = sorted({issuer_of(entry["kid"]) for entry in keys.jwks()["keys"]})
    if not known:
        raise Refused("there are no keys here yet: each is made when it is first needed", NO)
    if unknown := set(wanted or ()) - set(known):
        raise Refused(f"{min(unknown)!r} has no key here; there are {join(known)}", WRONG)
    return list(dict.fromkeys(wanted or known))
