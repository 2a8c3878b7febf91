"""``continuum migrate`` and ``continuum version``."""

import typer

from cli.options import Demo, Json, about, examples


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("migrate", epilog=examples("migrate", before={"DATABASE_URL=postgresql://...": "migrate"}))(
        migrate
    )
    app.command("version", epilog=examples("version", "version --json"))(version)


def migrate(demo: Demo = False) -> None:
    """Make or bring up to date: roles, databases, tables, and the broker's exchanges and queues.

    Run again it changes nothing. A running service keeps running; a schema that its code could not live with is refused
    until it is stopped.
    """
    from shared.database.migrate import migrate as bring_up_to_date

    about(demo)
    bring_up_to_date(progress=lambda line: typer.echo(f"{line} ..."))
    typer.echo("everything is up to date")


def version(json: Json = False) -> None:
    """Say which version this is, and what it stands on."""
    import platform
    from importlib.metadata import version as of

    from cli.output import as_json
    from shared.config import settings

    told = {"continuum": settings().service_version, "python": platform.python_version()}
    told |= {name: of(name) for name in ("nameko", "eventlet", "sqlalchemy", "psycopg2-binary")}
    if json:
        as_json(told)
    else:
        typer.echo("\n".join(f"{name} {number}" for name, number in told.items()))
