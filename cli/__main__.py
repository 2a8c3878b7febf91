"""``python -m cli``, as ``./continuum`` starts it."""

import sys
from collections.abc import Sequence

# Commands that run services or call them: their sockets are green, so they are patched before anything is imported.
GREEN = frozenset(
    "backup demo events import ledger mails maintenance migrate parked provider reconcile replay report restore"
    " restored rpc run timeline trace token keys version".split()
)


def main(arguments: Sequence[str]) -> int:
    """Run the command; gives the exit code."""
    command, *rest = arguments or [""]
    asks_help = bool({"--help", "-h"} & set(rest))
    if command in GREEN and not asks_help:
        from shared.runner.green import patch

        patch()
    if command == "run" and not asks_help:
        from shared.runner.green import stay_light

        stay_light()
        from shared.runner.command import main as run

        return run(rest)
    from cli.app import main as others

    return others(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
