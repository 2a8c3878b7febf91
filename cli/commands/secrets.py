"""``continuum token``: speaking as somebody."""

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


def token(
    id: Annotated[str, typer.Option(help="Who: a person's id, or an operator's name.")],
    role: Annotated[list[str], typer.Option(help="What they are; more than once.")],
    organisation: Annotated[
        list[str] | None,
        typer.Option(help="provider:2A5, school:123456, 'region:North East', body:north-tyne"),
    ] = None,
    lifetime: Annotated[
        float, typer.Option(min=1, max=DAY_S, metavar="SECONDS", help="How long it is good.")
    ] = 60,
) -> None:
    """Sign a principal with the key of the command line, for scripts that call services themselves.

    A role that speaks for an organisation needs --organisation; a candidate, trainee or teacher needs a
    person's id (UUID). docs/calling.md shows a script.
    """
    from cli.errors import WRONG, Refused
    from cli.installation import signed
    from cli.speaking import check
    from shared.config import settings
    from shared.errors import join
    from shared.keys import KeyRing
    from shared.policy import Principal, Role

    roles = [each for each in Role if each is not Role.SERVICE]
    if unknown := set(role) - {each.value for each in roles}:
        raise Refused(f"{min(unknown)!r} is no role that can be signed for; there are {join(roles)}", WRONG)
    check(id, {Role(each) for each in role}, organisation or ())
    principal = Principal(id, frozenset(Role(each) for each in role), frozenset(organisation or ()))
    typer.echo(signed(KeyRing.from_settings(settings()), principal, lifetime))
