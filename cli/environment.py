"""Makes ``.venv`` from the lock files; run by ``./continuum`` with a bare Python, so it needs nothing but that.

An environment counts only with its stamp, which goes first and is written last: an install that was killed is
done again from the start. A lock of the system (it goes with the process that holds it) keeps two starts from
doing it at once.
"""

import fcntl
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LOCKS = {"run": "requirements.lock", "test": "requirements-dev.lock"}
PIP = ("-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input", "--disable-pip-version-check")
NEVER_FROM_OUTSIDE = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME")


class InstallFailed(Exception):
    """The libraries could not be installed; the text says why in one line."""


def stamp_of(root: Path, libraries: str) -> Path:
    """The file that says from which lock the libraries for ``run`` or ``test`` came."""
    return root / ".venv" / f"continuum-{libraries}"


def fits(root: Path, libraries: str, want: str) -> bool:
    """The environment is there, whole, and from the present lock."""
    stamp, python = stamp_of(root, libraries), root / ".venv/bin/python"
    return os.access(python, os.X_OK) and stamp.is_file() and stamp.read_text().strip() == want


def make(root: Path, wants: dict[str, str], say: TextIO) -> None:
    """Make what is missing: the environment, and the libraries of each set with the stamp that is wanted.

    A whole environment that comes from another lock is brought up to date in place; anything else is made anew.
    """
    with _alone(root, say) as held:
        missing = [libraries for libraries in wants if not fits(root, libraries, wants[libraries])]
        if "run" in missing:
            missing = list(wants)
            was_whole = _was_whole(root)
            for libraries in LOCKS:
                stamp_of(root, libraries).unlink(missing_ok=True)
            if not was_whole:
                venv.EnvBuilder(clear=True, symlinks=True, with_pip=True).create(root / ".venv")
        for libraries in missing:
            _install(root, LOCKS[libraries], held, say)
            _write(stamp_of(root, libraries), wants[libraries])


def _was_whole(root: Path) -> bool:
    """It was made here, to the end, and its Python is still there."""
    stamp = stamp_of(root, "run")
    made_here = stamp.is_file() and stamp.read_text().startswith(f"{root} ")
    return made_here and os.access(root / ".venv/bin/python", os.X_OK)


@contextmanager
def _alone(root: Path, say: TextIO) -> Iterator[int]:
    """Hold the lock of the project's folder; gives its descriptor, so that pip can hold it as long as it lives."""
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(
                "continuum: another start is installing the libraries; waiting for it", file=say, flush=True
            )
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def _install(root: Path, lock: str, held: int, say: TextIO) -> None:
    total = sum("==" in line and not line.startswith((" ", "#")) for line in (root / lock).open())
    print(f"continuum: installing {total} libraries from {lock} into .venv (once)", file=say, flush=True)
    began, log = time.monotonic(), root / ".venv/install.log"
    command = [str(root / ".venv/bin/python"), *PIP, "-r", str(root / lock)]
    if _watch(command, total, held, log, say) != 0:
        raise InstallFailed(f"the libraries could not be installed: {_reason(log)} (all of it: {log})")
    print(f"continuum: installed in {time.monotonic() - began:.0f} s", file=say, flush=True)


def _watch(command: list[str], total: int, held: int, log: Path, say: TextIO) -> int:
    """Run pip with its output in the log, and count on a terminal what it has come to; gives its exit code."""
    outside = {name: value for name, value in os.environ.items() if name not in NEVER_FROM_OUTSIDE}
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    done = 0
    with (
        log.open("w") as kept,
        subprocess.Popen(command, env=outside, stdout=pipe, stderr=both, text=True, pass_fds=[held]) as pip,
    ):
        for line in pip.stdout or ():
            kept.write(line)
            done += line.startswith(("Collecting ", "Processing "))
            _progress("writing files" if line.startswith("Installing") else f"{done} of {total}", say)
    _progress("", say)
    return pip.returncode


def _progress(text: str, say: TextIO) -> None:
    if say.isatty():
        print(f"\r\x1b[K{text}", end="", file=say, flush=True)


def _reason(log: Path) -> str:
    said = [line.strip() for line in log.read_text().splitlines() if line.strip()]
    errors = [line for line in said if line.startswith("ERROR:")]
    return (errors or said or ["pip said nothing"])[-1]


def _write(stamp: Path, want: str) -> None:
    beside = stamp.with_suffix(".new")
    beside.write_text(f"{want}\n")
    beside.replace(stamp)


def main(arguments: list[str]) -> int:
    """``root run=stamp [test=stamp]``, as ``./continuum`` calls it."""
    root, *wants = arguments
    try:
        make(Path(root), dict(want.split("=", 1) for want in wants), sys.stderr)
    except (InstallFailed, OSError, subprocess.CalledProcessError) as error:
        print(f"continuum: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncontinuum: stopped; the next start installs the libraries again", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
