"""``.env.example`` from the declarations: ``python -m shared.config.example`` writes it."""

import sys
from textwrap import wrap

from shared.config.declarations import OPERATOR, Declaration, declarations, of_each
from shared.config.environment import services
from shared.config.fields import PROJECT_ROOT

FILE = PROJECT_ROOT / ".env.example"
HEAD = """\
# Every setting of Continuum, with its default. Nothing is needed to try it: without any of these an
# embedded database and an in-process broker are used. An empty value counts as absent.
# Written by `python -m shared.config.example`; do not edit.
"""


def _lines(told: Declaration) -> list[str]:
    says = f"{told.says} Secret: {told.variable}_FILE may name a file instead." if told.secret else told.says
    return [
        "",
        *wrap(says, 105, initial_indent="# ", subsequent_indent="# "),
        f"#{told.variable}={told.shown}",
    ]


def example() -> str:
    """The text of ``.env.example``."""
    everything = list(declarations().values())
    for service in [*services(), OPERATOR]:
        everything += of_each(service).values()
    return HEAD + "\n".join(line for told in everything for line in _lines(told)) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file; with ``--check`` only say (and by the exit code) whether it is up to date."""
    if arguments != ["--check"]:
        FILE.write_text(example())
    elif FILE.read_text() != example():
        sys.stderr.write(".env.example is not up to date: python -m shared.config.example\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
