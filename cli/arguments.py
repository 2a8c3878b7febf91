"""The list of commands in the help; and what is wrong with an argument: what it is not, what would be right."""

import re
from datetime import datetime
from typing import Any

import typer
from typer.core import TyperGroup

from cli.summaries import PANELS, WITHIN

NUMBER, WHOLE = "is not a number", "is not a whole number"
WORDS = {
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "float_parsing": NUMBER,
    "finite_number": NUMBER,
    "uuid_parsing": "is not an id; it looks like 01890000-0000-7000-8000-000000000001",
    "greater_than_equal": "is too small; it must be at least {ge:g}",
    "less_than_equal": "is too large; it must be at most {le:g}",
}
EXAMPLE = datetime(2026, 9, 1, 9)  # noqa: DTZ001 - it is only written
FORMATS = re.compile(r" does not match the formats? (.*)\.$")


class Commands(TyperGroup):
    """The commands in groups; what the library's own checks complain of is put in words of ours."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write their list: each with its sentence, those without one at the end."""
        name = self.name or ""
        panels = {"Commands": WITHIN[name]} if name in WITHIN else PANELS
        told = {name for panel in panels.values() for name in panel}
        others = {name: self.commands[name].get_short_help_str() for name in self.commands.keys() - told}
        for title, panel in {**panels, "Others": others}.items():
            if rows := [(name, said) for name, said in panel.items() if name in self.commands]:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is asked for. Raises BadParameter."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _plain(error)
            raise


def _plain(error: typer.BadParameter) -> str:
    find = getattr(error.__cause__, "errors", None)
    if find is None:
        return str(error.message)
    found = find()[0]
    about, value = found.get("ctx", {}), found["input"]
    if found["type"] == "value_error":
        return _with_examples(str(about["error"]))
    words = WORDS.get(found["type"])
    return f"{value!r} {words.format(**about)}" if words else str(error.message)


def _with_examples(text: str) -> str:
    """The forms of a date as dates."""
    if (found := FORMATS.search(text)) is None:
        return text
    forms = [EXAMPLE.strftime(form) for form in re.findall(r"'(.*?)'", found[1])]
    return f"{text[: found.start()]} is no date; write it as {' or '.join(forms)}"
