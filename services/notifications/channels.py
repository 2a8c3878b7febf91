"""Ways for an e-mail to leave: a file in the data folder, or a mail server.

A channel's ``hand_over`` returns when the mail was taken. Otherwise it raises one of the errors below, which
say honestly what is known.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from services.notifications.handlers.sending import Mail
from shared.config import Settings

TIMEOUT_S = 15.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Refused(Exception):
    """It will never be taken: the address or the content is not accepted. ``code`` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotReached(Refused):
    """It was surely not taken, and may be tried again."""


class ServerAway(NotReached):
    """There is no server to talk to, or it does not want us: the other mails need not try now."""


class OutcomeLost(Refused):
    """The server had all of it and did not answer: it may or may not have been taken."""


class Channel(Protocol):
    """``name`` is kept with each message; ``batch``: how many are claimed at a time."""

    name: str
    batch: int

    def hand_over(self, mail: Mail) -> None:
        """Returns when it was taken. Raises Refused, NotReached, OutcomeLost."""

    def close(self) -> None:
        """Let go of connections."""


def in_ascii(address: str) -> str:
    """``jo@exämple.org`` as ``jo@xn--exmple-cua.org``, which every server takes (IDNA, RFC 3490).

    Raises UnicodeError for a local part beyond ASCII, which needs a server with SMTPUTF8, and for a domain that would
    come back as another one: ``straße.de`` is not ``strasse.de``.
    """
    local, _, domain = address.rpartition("@")
    local.encode("ascii")
    if domain.isascii():
        return address
    encoded = domain.encode("idna")
    if encoded.decode("idna").lower() != normalize("NFC", domain.lower()):
        raise UnicodeError("the domain is not the same after encoding")
    return f"{local}@{encoded.decode('ascii')}"


def in_one_line(text: str) -> str:
    """As a header may hold what somebody entered: no line ends, and nothing that reads as an encoded word.

    Such a word (RFC 2047) would be decoded, to line ends as well, and so begin another header or the body.
    """
    return " ".join(_CONTROL.sub(" ", text).replace("=?", "= ?").split())


def as_message(mail: Mail, sender: str) -> EmailMessage:
    """MIME with an id of its own that is the same each time.

    Raises Refused for what is no address, ServerAway when it is our own that is none: no mail can leave then.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address("Continuum", addr_spec=in_ascii(sender))
    except (ValueError, IndexError) as error:
        raise ServerAway("sender_not_an_address") from error
    try:
        message["To"] = Address(in_one_line(mail.name), addr_spec=in_ascii(mail.address))
    except (ValueError, IndexError) as error:
        raise Refused("not_an_address") from error
    message["Subject"] = in_one_line(mail.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mail.message_id}@{message['From'].addresses[0].domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


class FileChannel:
    """Without a mail server: ``<data folder>/mail/<message id>.eml``, written whole or not at all, readable by us."""

    name = "file"
    batch = 500

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    def hand_over(self, mail: Mail) -> None:
        content = as_message(mail, self._sender).as_bytes()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = self._folder / f".{mail.message_id}.{os.getpid()}"
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            beside.replace(self._folder / f"{mail.message_id}.eml")
        except OSError as error:
            raise ServerAway("data_folder_not_writable") from error

    def close(self) -> None:
        """Nothing is held."""


class SmtpChannel:
    """A mail server, by the URL of ``SMTP_URL``; one connection for a batch, with TLS wherever it is offered."""

    name = "smtp"
    batch = 20

    def __init__(self, url: str, sender: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url, self._sender, self._timeout_s = urlsplit(url), sender, timeout_s
        self._server: smtplib.SMTP | None = None

    def hand_over(self, mail: Mail) -> None:
        message = as_message(mail, self._sender)
        with self._faults("server_away", ServerAway):
            server = self._connected()
            self._expect(server.mail(in_ascii(self._sender)), "sender_refused", ServerAway)
            self._expect(server.rcpt(in_ascii(mail.address)), "recipient_refused", Refused)
        with self._faults("no_answer_to_data", OutcomeLost):
            self._expect(server.data(message.as_bytes()), "content_refused", Refused)

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    @contextmanager
    def _faults(self, code: str, unknown: type[Refused]) -> Iterator[None]:
        """What the connection does to us, as what is known of the mail. After any fault we connect anew.

        A fault of our own as well leaves the conversation in the middle, where no other mail may go on.
        """
        try:
            yield
        except Refused:
            raise
        except smtplib.SMTPDataError as error:
            self.close()
            raise _answer(error.smtp_code, "content_refused", Refused) from error
        except smtplib.SMTPResponseException as error:
            self.close()  # it is ourselves whom the server does not want, not this mail
            raise ServerAway(f"login_refused: {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise unknown(code) from error
        except Exception:
            self.close()
            raise

    def _expect(self, answer: tuple[int, bytes], code: str, for_ever: type[Refused]) -> None:
        """Raises what a no means: ``for_ever`` for a 5yz. A no to the sender is about ourselves, not about the mail."""
        if answer[0] not in (250, 251):
            self._begin_anew()
            raise _answer(answer[0], code, for_ever)

    def _begin_anew(self) -> None:
        """So that the next mail does: over a new connection when the server has hung up after its no."""
        try:
            if self._server is not None:
                self._server.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _connected(self) -> smtplib.SMTP:
        """Raises what ``_faults`` knows, and ServerAway for a login that cannot be said in ASCII."""
        if self._server is None:
            self._server = self._open()
            try:
                self._secure(self._server)
            except UnicodeError as error:
                self.close()
                raise ServerAway("login_not_ascii") from error
        return self._server

    def _open(self) -> smtplib.SMTP:
        host, port, patience = self._url.hostname or "", self._url.port, self._timeout_s
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=patience, context=ssl.create_default_context())
        return smtplib.SMTP(host, port or 25, timeout=patience)

    def _secure(self, server: smtplib.SMTP) -> None:
        """TLS where it is offered, then the login, then the greeting that mail needs."""
        server.ehlo_or_helo_if_needed()
        if self._url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        server.ehlo_or_helo_if_needed()


def _answer(status: int, code: str, for_ever: type[Refused]) -> Refused:
    """A server's no: it closes (421), for now (4yz) or for ever (5yz). RFC 5321, 4.2.1 and 3.8."""
    if status == 421 or for_ever is ServerAway:
        return ServerAway(f"{code}: {status}")
    kind = for_ever if 500 <= status < 600 else NotReached
    return kind(f"{code}: {status}")


def channel_for(settings: Settings) -> Channel:
    """The mail server when one is configured, else files."""
    if settings.smtp_url:
        return SmtpChannel(settings.smtp_url, settings.mail_from)
    return FileChannel(settings.data_dir / "mail", settings.mail_from)
