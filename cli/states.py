"""``continuum transitions``: every state machine of the system, from the tables that the code runs."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from rich.console import Console
from rich.padding import Padding

from cli.errors import Refused
from cli.output import as_json, console, table
from shared.errors import join
from shared.service_names import SERVICES
from shared.transitions import Transitions

Machine = Transitions[StrEnum]
HEADS = ("machine", "from", "event", "to")
HEAD = """\
# States

Every state machine of the system, drawn from the tables that the code runs. Written by
`continuum transitions --format markdown`; do not edit.

Every other pair of state and event is refused. Corrections are commands of an administrator, with a reason, that stand
outside the table.
"""


def machines() -> dict[str, Machine]:
    """Every machine by name; the domain of each service is imported for it."""
    for service in SERVICES:
        package = import_module(f"services.{service}.domain")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    found = {
        name: machine for name, machine in Transitions.registry.items() if name.split(".")[0] in SERVICES
    }
    return dict(sorted(found.items()))


def show(machine: str | None, format: str) -> None:
    """Print one machine or all of them. Raises Refused for a name that there is not."""
    found = machines()
    if machine is not None and machine not in found:
        raise Refused(f"there is no state machine {machine!r}; {_meant(machine, list(found))}")
    chosen = found if machine is None else {machine: found[machine]}
    if format == "json":
        return as_json({name: described(each) for name, each in chosen.items()})
    if format == "mermaid":
        return print("\n\n".join(diagram(each) for each in chosen.values()))
    if format == "markdown":
        return print(markdown(chosen.values()), end="")
    screen = console()
    rows = [(each.name, *move) for each in chosen.values() for move in each]
    if _width(rows) <= screen.width:
        screen.print(table(HEADS, rows))
    else:
        _blocks(chosen.values(), screen)
    return _corrections(chosen.values(), screen)


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How wide the table is in which nothing is broken, with a blank between columns."""
    return sum(max(map(len, column)) + 1 for column in zip(HEADS, *rows, strict=True))


def _blocks(chosen: Iterable[Machine], screen: Console) -> None:
    """Where four columns have no room: a table for each machine, or its moves line by line."""
    for machine in chosen:
        rows = [tuple(map(str, move)) for move in machine]
        screen.print(machine.name, style="bold", soft_wrap=True)
        for source, event, target in rows:
            screen.print(f"  {source} -> {target}: {event}", markup=False, soft_wrap=True)


def _corrections(chosen: Iterable[Machine], screen: Console) -> None:
    told = [(machine.name, ", ".join(machine.corrections)) for machine in chosen if machine.corrections]
    if not told:
        return
    screen.print(
        "\nCorrections, which an administrator makes with a reason, and which stand outside the table:"
    )
    for name, corrections in told:
        screen.print(name, style="bold", soft_wrap=True)
        screen.print(Padding(corrections, (0, 0, 0, 2)))


def _meant(machine: str, names: list[str]) -> str:
    """Those of the same last name, else the ones that are nearly so called; then all."""
    near = [name for name in names if name.rpartition(".")[2] == machine.rpartition(".")[2]]
    near = near or get_close_matches(machine, names, n=3, cutoff=0.8)
    return f"{f'did you mean {join(near)}? ' if near else ''}there are {join(names)}"


def described(machine: Machine) -> dict[str, Any]:
    """A machine as plain data."""
    return {
        "states": [state.value for state in machine.states],
        "transitions": [[source.value, event, target.value] for source, event, target in machine],
        "corrections": list(machine.corrections),
    }


def diagram(machine: Machine) -> str:
    """A machine as a Mermaid state diagram; a state with no way in is where it begins, one with no way out an end."""
    sources = {source for source, _, _ in machine}
    targets = {target for source, _, target in machine if target is not source}
    lines = [f"%% {machine.name}", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in machine.states if state in sources - targets]
    lines += [f"    {source} --> {target}: {event}" for source, event, target in machine]
    lines += [f"    {state} --> [*]" for state in machine.states if state in targets - sources]
    lines += [f"    {state}" for state in machine.states if state not in sources | targets]
    return "\n".join(lines)


def markdown(chosen: Iterable[Machine]) -> str:
    """``docs/states.md``."""
    return "\n".join([HEAD, *(_section(machine) for machine in chosen)])


def _section(machine: Machine) -> str:
    moves = [f"| {source} | {event} | {target} |" for source, event, target in machine]
    rows = "\n".join(["| from | event | to |", "| --- | --- | --- |", *moves])
    told = ", ".join(f"`{each}`" for each in machine.corrections)
    corrections = f"\nCorrections: {told}.\n" if told else ""
    count = f"{len(machine.states)} states, {len(machine.moves)} transitions."
    return f"## {machine.name}\n\n{count}\n\n```mermaid\n{diagram(machine)}\n```\n\n{rows}\n{corrections}"
