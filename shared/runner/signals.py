"""SIGTERM and SIGINT, told as flags that the main loop looks at: a handler must not do the work itself."""

import signal
from types import FrameType

WANTED = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """``stop`` after the first signal; ``now`` after the second: whoever sends two does not want to wait."""

    def __init__(self) -> None:
        self.stop = self.now = False

    def listen(self) -> None:
        """From now on signals end this process in order."""
        for number in WANTED:
            signal.signal(number, self._received)

    def _received(self, number: int, frame: FrameType | None) -> None:
        self.now = self.stop
        self.stop = True
