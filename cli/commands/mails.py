"""``continuum mails``: messages whose e-mail failed or got lost, and how to send them once more."""

from typing import Annotated, Any

import typer

from cli.arguments import Commands
from cli.options import Demo, Json, about, examples

SERVICE, PAGE = "notifications", 200
NONE = {  # a state -> that no mail is in it, in plain words
    "failed": "no mail has failed",
    "unknown": "of no mail it is unknown whether it arrived",
    "ready": "no mail is ready to be sent",
    "waiting": "no mail waits for an address",
    "held": "no mail is held until the morning",
    "sending": "no mail is being sent",
    "sent": "no mail has been sent",
    "in_app_only": "no message is read in the service alone",
}


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        help="Mails that failed, or of which nobody knows whether they arrived: look, send again."
    )
    group.command("list", epilog=examples("mails list", "mails list --state ready"))(list_)
    group.command(
        "retry",
        epilog=examples(
            'mails retry 0199... --reason "the mailbox was full"',
            'mails retry --all --reason "the mail server did not take our sender"',
            'mails retry --all --state unknown --reason "they may come twice"',
        ),
    )(retry)
    app.add_typer(group, name="mails", cls=Commands, no_args_is_help=True)


def list_(
    state: Annotated[
        list[str] | None,
        typer.Option(
            help="failed and unknown (default), ready, waiting, held, sending, sent, in_app_only; more than once."
        ),
    ] = None,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """List messages by the state of their e-mail, oldest first, without text and address."""
    from cli.errors import WRONG, Refused
    from cli.installation import connected
    from cli.output import as_json, console, counted

    about(demo)
    states = list(dict.fromkeys(state or ["failed", "unknown"]))
    if wrong := [each for each in states if each not in NONE]:
        raise Refused(f"--state: {wrong[0]!r} is none; there are {', '.join(NONE)}", WRONG)
    with connected() as call:
        found = [message for each in states for message in _listed(call, each)]
        sent = call(SERVICE, "counts")["states"].get("sent", 0)
    if json:
        return as_json(found)
    if not found:
        return typer.echo(
            f"{' and '.join(NONE[each] for each in states)}; {counted(sent, 'mail')} sent so far"
        )
    screen = console()
    for message in found:
        screen.print(_told(message), soft_wrap=True, markup=False)
    return None


def retry(
    reason: Annotated[str, typer.Option(help="Why; kept with your name.")],
    message_id: Annotated[str | None, typer.Argument(metavar="MESSAGE_ID")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are in the state.")] = False,
    state: Annotated[
        str, typer.Option(help="With --all: failed, or unknown: these may have arrived, and come twice then.")
    ] = "failed",
    demo: Demo = False,
) -> None:
    """Send mails once more, from the first attempt. Those whose recipient has no address stay as they are."""
    from cli.errors import WRONG, Refused
    from cli.installation import connected

    if (message_id is not None) == every:
        raise Refused("name a message, or say --all", WRONG)
    about(demo)
    with connected() as call:
        if message_id is not None:
            call(SERVICE, "send_again", {"message_id": message_id, "reason": reason})
            changed, left = 1, 0
        else:
            changed, left = _retry_all(call, state, reason)
    typer.echo(f"{changed} mails are sent again" if changed != 1 else "1 mail is sent again")
    if left:
        typer.echo(f"{left} stay as they are: no address is known of the recipient")


def _told(message: dict[str, Any]) -> str:
    """A message in three lines, the ids in one piece: it, whom it is for, and what became of it."""
    from cli.output import counted

    whom = message["organisation"] or f"{message['audience']} {message['recipient_id']}"
    tries = counted(message["attempts"], "try", "tries")
    became = f"{message['state']} since {_minute(message['created_at'])}, {tries}"
    became += f", again at {_minute(message['retry_at'])}" if message["retry_at"] else ""
    became += f": {message['reason']}" if message["reason"] else ""
    return f"{message['id']}  {message['template']}\n  for {whom}\n  {became}"


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _listed(call: Any, state: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"state": state, "oldest_first": True, "limit": PAGE}
    while True:
        answer = call(SERVICE, "deliveries", asked)
        found += answer["items"]
        if answer["next"] is None:
            return found
        asked["after"] = answer["next"]


def _retry_all(call: Any, state: str, reason: str) -> tuple[int, int]:
    """How many were changed, and how many were left, a page at a time, told on the way where somebody watches."""
    from cli.output import progress

    changed = left = 0
    total = call(SERVICE, "counts")["states"].get(state, 0)
    asked: dict[str, Any] = {"state": state, "reason": reason, "limit": PAGE}
    with progress("sending again", total) as advance:
        while True:
            answer = call(SERVICE, "send_all_again", asked)
            changed, left = changed + answer["changed"], left + answer["without_address"]
            advance(answer["changed"] + answer["without_address"])
            if answer["next"] is None:
                return changed, left
            asked["after"] = answer["next"]
