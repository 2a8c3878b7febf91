"""A mail server that answers as it is told: it takes mail, refuses it, or hangs up at the worst moment."""

import socket
from collections.abc import Mapping
from io import BufferedRWPair
from types import TracebackType
from typing import Self

import eventlet

HANG_UP = ""
ANSWERS = {
    "greeting": "220 ready",
    "EHLO": "250 hello",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "body": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class MailServer:
    """``answers`` replaces answers by command (``greeting`` and ``body`` beside them); ``HANG_UP`` closes instead.

    ``taken`` holds the mails that it had in full before it answered, whatever it then answered.
    """

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self.answers = {**ANSWERS, **(answers or {})}
        self.taken: list[str] = []
        self.connections = 0
        self._listener = eventlet.listen(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = eventlet.spawn(self._serve)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.kill()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            self.connections += 1
            eventlet.spawn(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream:
            alive = self._answer(stream, "greeting")
            while alive and (line := stream.readline()):
                command = line.decode(errors="replace").partition(" ")[0].strip().upper()
                alive = self._answer(stream, command)
                if alive and command == "DATA" and self.answers["DATA"].startswith("354"):
                    self.taken.append(_body(stream))
                    alive = self._answer(stream, "body")

    def _answer(self, stream: BufferedRWPair, command: str) -> bool:
        answer = self.answers.get(command, "500 what?")
        if answer == HANG_UP:
            return False
        stream.write(f"{answer}\r\n".encode())
        stream.flush()
        return True


def _body(stream: BufferedRWPair) -> str:
    lines = []
    while (line := stream.readline().decode()) != ".\r\n":
        lines.append(line.removeprefix("."))
    return "".join(lines)
