"""A server process of one's own: started, stopped, killed, frozen, and gone with its data at the end."""

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

READY_WITHIN_S = 60.0


class NotInstalled(Exception):
    """The server's programs are not on this machine."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, say: bytes, expect: bytes, host: str = "127.0.0.1") -> bool:
    """Somebody listens there, and answers these bytes with something that begins like that."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(say)
            return connection.recv(len(expect)) == expect
    except OSError:
        return False


def speaks_amqp(port: int, host: str = "127.0.0.1") -> bool:
    """A broker listens: it answers the protocol header with a method frame."""
    return answers(port, b"AMQP\x00\x00\x09\x01", b"\x01", host)


def speaks_postgresql(port: int, host: str = "127.0.0.1") -> bool:
    """A PostgreSQL server listens: it answers a request for TLS with yes or no."""
    request = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
    return answers(port, request, b"N", host) or answers(port, request, b"S", host)


class PrivateServer:
    """A server process of one's own. ``kill`` is as a power cut to the process; what was stored stays for ``start``."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def folder(self) -> Path:
        """Where its data and its log are; removed by ``remove`` and at the end of this process."""
        folder = Path(tempfile.mkdtemp(prefix=f"continuum-{self.name}-"))
        atexit.register(self.remove)
        return folder

    @property
    def running(self) -> bool:
        """Its process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start it and wait until it answers. Raises NotInstalled, TimeoutError (with the end of its log)."""
        if not self.running:
            self._prepare()
            self._process = self.launch(self._command(), self._environment())
            self._wait_until_ready()
        return self

    def stop(self) -> None:
        """Stop it in order."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Kill it and all of its processes at once."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it in order and start it again, with its data."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers, as with a dead network."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """Kill it and remove its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def _prepare(self) -> None:
        raise NotImplementedError

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        return dict(os.environ)

    def _ready(self) -> bool:
        raise NotImplementedError

    @property
    def _user(self) -> str | None:
        """Whom the server runs as, when not as ourselves."""
        return None

    def launch(self, command: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """Start a program with its log in the folder, apart from our own process group."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_user(self._user),
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._ready():
            if time.monotonic() > deadline or not self.running:
                self.kill()
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise TimeoutError(f"the private {self.name} server did not get ready:\n{said}")
            time.sleep(0.05)

    def _end(self, how: signal.Signals) -> None:
        if (process := self._process) is None:
            return
        self._signal(signal.SIGCONT)
        self._signal(how, whole=how == signal.SIGKILL)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
        self._signal(signal.SIGKILL)
        process.wait(timeout=10)
        self._process = None

    def _signal(self, what: signal.Signals, *, whole: bool = True) -> None:
        """To the whole process group (which is its own), or to its first process alone."""
        if self._process is None:
            return
        try:
            (os.killpg if whole else os.kill)(self._process.pid, what)
        except ProcessLookupError:
            pass


def as_user(name: str | None) -> dict[str, Any]:
    """What ``subprocess`` needs to run as this user, with this user's groups alone."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
