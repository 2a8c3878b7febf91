"""``python -m shared.health.probe [PAGE]``: asks this container's own page; the exit code is 0 when it says yes."""

import os
import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException

WITHIN_S = 8.0


def main(arguments: Sequence[str]) -> int:
    """Ask ``/health``, or the page that is named, at HTTP_PORT; what a refusal says goes to the container's state."""
    page, port = (*arguments, "/health")[0], int(os.environ.get("HTTP_PORT") or 8000)
    asking = HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        asking.request("GET", page)
        answer = asking.getresponse()
        sys.stdout.write(answer.read().decode(errors="replace"))
        return 0 if answer.status == 200 else 1
    except (OSError, HTTPException) as error:
        sys.stdout.write(f"{page} at port {port}: {type(error).__name__}\n")
        return 1
    finally:
        asking.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
