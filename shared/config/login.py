"""Logging in while passwords change: the one of now, the one of before, and a moment's patience.

A password changes in two places, in a file and at the server, and not at the same instant. A new connection is tried
with what the files say now, then with what they said before; while both are refused it is tried again for a moment.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from shared.config import Settings, settings

PATIENCE_S, PAUSE_S = 2.0, 0.2
C = TypeVar("C")
Addresses = Callable[[Settings], list[str]]


def logged_in(
    address: str, by: Addresses, open_: Callable[[str], C], is_refusal: Callable[[Exception], bool]
) -> C:
    """What ``open_`` makes of the address, with the password that is right at the moment. Raises what it raises.

    ``by`` gives the address as settings have it, none where it is not theirs; ``is_refusal`` tells a wrong password
    from all that another one would not help against.
    """
    until = time.monotonic() + PATIENCE_S
    addresses = by(settings()) or [address]
    while True:
        for each in addresses:
            try:
                return open_(each)
            except Exception as error:
                if not is_refusal(error):
                    raise
                refused = error
        addresses, known = _now_and_before(by), addresses
        if not addresses or time.monotonic() > until:
            raise refused
        if addresses == known:
            time.sleep(PAUSE_S)


def _now_and_before(by: Addresses) -> list[str]:
    """After another look at the files; none when there are no files, so that nothing can change."""
    if not settings.has_files():
        return []
    both = (settings.reread(), settings.before())
    return list(dict.fromkeys(address for here in both if here for address in by(here)))
