"""``continuum trace``: a story as a tree, or as JSON."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.markup import escape
from rich.tree import Tree

from cli.output import as_json as print_json
from cli.output import console
from shared.operations.tracing import Command, Reaction, Story, Told

ALWAYS_SHOWN = 3


def show(story: Story, *, as_json: bool, every: bool = False) -> None:
    """Print it."""
    if as_json:
        return print_json(story.as_dict())
    screen = console()
    screen.print(tree(story, every=every))
    if traces := _traces(story.events):
        screen.print(
            f"In the logs: correlation_id {story.correlation_id}, trace {', '.join(traces)}", soft_wrap=True
        )
    return None


def tree(story: Story, *, every: bool = False) -> Tree:
    """Commands, then the first events by time, each with those who reacted to it."""
    took_s = (story.ended - story.began).total_seconds()
    top = Tree(f"{escape(story.correlation_id)}: {story.began:%Y-%m-%d %H:%M:%S} UTC, {took_s:.3f} s in all")
    _grow(top, [*story.commands, *story.events], story.began, every)
    return top


def _grow(branch: Tree, items: Sequence[Command | Told], began: datetime, every: bool) -> None:
    """Of many of a kind the first ones are shown, and the others counted."""
    counts = Counter(map(_name, items))
    left = counts.copy()
    for item in items:
        name = _name(item)
        if every or counts[name] <= ALWAYS_SHOWN + 1 or counts[name] - left[name] < ALWAYS_SHOWN:
            left[name] -= 1
            _add(branch, item, began, every)
    for name, number in left.items():
        if number:
            branch.add(f"... and {number} more of {name}; --all shows them")


def _name(item: Command | Told) -> str:
    return item.action if isinstance(item, Command) else item.type


def _add(branch: Tree, item: Command | Told, began: datetime, every: bool) -> None:
    if isinstance(item, Command):
        branch.add(_command(item, began))
        return
    here = branch.add(_event(item, began))
    for reaction in item.reactions:
        _grow(here.add(_reaction(reaction, began)), reaction.events, began, every)


def _command(command: Command, began: datetime) -> str:
    whom = f" on behalf of {command.on_behalf_of}" if command.on_behalf_of else ""
    said = f"{command.service}: {command.action} {command.subject} by {command.who}{whom}"
    return f"{_since(began, command.at)} {escape(said)}"


def _event(event: Told, began: datetime) -> str:
    waits = "" if event.published_at else " (not published yet)"
    name = f"[bold]{escape(event.type)}[/] {escape(event.subject)}"
    return f"{_since(began, event.at)} {name} {event.id}{waits}"


def _reaction(reaction: Reaction, began: datetime) -> str:
    if reaction.at is None:
        return f"          {reaction.consumer} has not got it yet"
    when = _since(began, reaction.at)
    told = f"{when} {reaction.consumer} {reaction.state}, {reaction.after_s:.3f} s after it was made"
    if reaction.attempts:
        told += f", {reaction.attempts} attempts"
    if reaction.next_attempt_at is not None:
        told += f", again at {reaction.next_attempt_at:%H:%M:%S} UTC"
    return told + (f": {escape(reaction.error)}" if reaction.error else "")


def _since(began: datetime, at: datetime) -> str:
    return f"+{(at - began).total_seconds():8.3f}"


def _traces(events: Iterable[Told]) -> list[str]:
    """The ids of the W3C traces, in the order of the story."""
    found: dict[str, None] = {}
    for event in events:
        if event.traceparent:
            found[event.traceparent.split("-")[1]] = None
        for reaction in event.reactions:
            found |= dict.fromkeys(_traces(reaction.events))
    return list(found)
