"""The settings that hold now: files that variables name (``NAME_FILE``) are read again when they have changed.

A secret changes while processes run. A file that is missing, empty all of a sudden or wrong is one that is being
written: what was read last goes on to hold, and the log says so.
"""

import os
from pathlib import Path
from time import monotonic

from shared.config.declarations import OPERATOR, Settings, declarations, of_each
from shared.config.environment import ConfigurationError, from_environment, services

LOOK_EVERY_S = 1.0
BEFORE_HOLDS_S = 600.0
Stamp = tuple[
    int, int, int
]  # of a file: which one, when it was written (nanoseconds), how long it is (bytes)


class CurrentSettings:
    """Gives the settings of this process when it is called. Raises ConfigurationError when first called."""

    def __init__(self) -> None:
        self._now: Settings | None = None
        self._before: Settings | None = None
        self._files: dict[str, Path] = {}
        self._stamps: dict[str, Stamp | None] = {}
        self._look_at = self._changed_at = 0.0
        self._told: dict[str, list[str]] = {}

    def __call__(self) -> Settings:
        """The settings now; whether a file has changed is looked up at most once a second."""
        known = self._known()
        return known if monotonic() < self._look_at else self.look()

    def _known(self) -> Settings:
        if self._now is None:
            self._files = named_files()
            self._stamps = _stamps(self._files)
            self._now = from_environment()
            self._look_at = monotonic() + LOOK_EVERY_S
        return self._now

    def cache_clear(self) -> None:
        """Forget everything: the next call reads the environment again."""
        self._now = self._before = None
        self._told = {}

    def look(self) -> Settings:
        """The settings now, after a look at the files at once."""
        self._look_at = monotonic() + LOOK_EVERY_S
        return self._known() if _stamps(self._files) == self._stamps else self.reread()

    def reread(self) -> Settings:
        """The settings now, after reading the files again though they may look the same: a password was refused."""
        known = self._known()
        stamps = _stamps(self._files)
        try:
            self._check_not_emptied(stamps)
            fresh = from_environment()
        except ConfigurationError as error:
            self._complain(error.mistakes)
            return known
        self._stamps, self._told = stamps, {}
        if fresh != known:
            self._now, self._before, self._changed_at = fresh, known, monotonic()
        return fresh

    def has_files(self) -> bool:
        """Whether any setting comes from a file, and so may change."""
        self._known()
        return bool(self._files)

    def before(self) -> Settings | None:
        """What held before the last change, if that was in the last ten minutes: a server may not have followed yet."""
        return self._before if monotonic() < self._changed_at + BEFORE_HOLDS_S else None

    def _check_not_emptied(self, stamps: dict[str, Stamp | None]) -> None:
        emptied = [name for name, stamp in stamps.items() if _empty(stamp) and not _empty(self._stamps[name])]
        if emptied:
            raise ConfigurationError({name: ["must name a file that is not empty"] for name in emptied})

    def _complain(self, mistakes: dict[str, list[str]]) -> None:
        from shared.logs import get_logger

        if mistakes != self._told:
            self._told = mistakes
            get_logger(__name__).error("a changed file is not usable", fields=sorted(mistakes))


def named_files() -> dict[str, Path]:
    """The variables of the environment that name a file with a setting: ``NAME_FILE`` -> the file."""
    each = [*declarations().values()]
    for service in [*services(), OPERATOR]:
        each += of_each(service).values()
    names = [f"{told.variable}_FILE" for told in each]
    return {name: Path(os.environ[name]) for name in names if os.environ.get(name)}


def _stamps(files: dict[str, Path]) -> dict[str, Stamp | None]:
    return {name: stamp(file) for name, file in files.items()}


def stamp(file: Path) -> Stamp | None:
    """By what a changed file is known; None when it cannot be looked at."""
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size


def _empty(stamp: Stamp | None) -> bool:
    return stamp is None or stamp[2] == 0
