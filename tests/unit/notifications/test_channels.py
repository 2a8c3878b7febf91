"""Channels: a mail is taken, or what is known of it is said honestly."""

import gc
import smtplib
import stat
import warnings
from contextlib import closing, suppress
from dataclasses import replace
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from services.notifications.channels import (
    FileChannel,
    NotReached,
    OutcomeLost,
    Refused,
    ServerAway,
    SmtpChannel,
    channel_for,
)
from services.notifications.handlers.sending import Mail
from shared.config import Settings, current, settings
from shared.testing.mail_server import HANG_UP, MailServer

SENDER = "continuum@example.org"
ID = UUID("01990000-0000-7000-8000-000000000001")
MAIL = Mail(
    ID, "Siobhan O'Neill", "siobhan@example.org", "Your TRN – 1234567", "Hello Siobhan O'Neill,\n\n.dot\n"
)

HEADERS = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Type"]
HEADERS += [b"Content-Transfer-Encoding", b"MIME-Version"]


def _read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_file_is_the_mail_named_by_the_message(tmp_path: Path) -> None:
    FileChannel(tmp_path / "mail", SENDER).hand_over(MAIL)
    (file,) = (tmp_path / "mail").iterdir()
    message = _read(file)
    assert file.name == f"{ID}.eml"
    assert message["To"].addresses[0].display_name == "Siobhan O'Neill"
    assert message["Subject"] == MAIL.subject
    assert message["Message-ID"] == f"<{ID}@example.org>"
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


def test_a_file_is_written_once_however_often_it_is_handed_over(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path, SENDER)
    channel.hand_over(MAIL)
    channel.hand_over(MAIL)
    assert [path.name for path in tmp_path.iterdir()] == [f"{ID}.eml"]


@pytest.mark.parametrize(
    "entered",
    [
        "=?utf-8?q?=0d=0aReply-To:_e@evil.io=0d=0a=0d=0aPay?=",
        "A =?utf-8?b?DQpSZXBseS1UbzogZUBldmlsLmlvDQoNClBheQ==?=",
        '"=?utf-8?q?=0d=0aReply-To:_e@evil.io?="',
        "=?utf-8?q?=0d=0aReply-To:_e@evil.io?= Zoë " * 3,
        "Eve\r\nReply-To: e@evil.io\r\n\r\nPay",
        "Eve\x0b\x0c\x1c\x85\u2028Reply-To: e@evil.io",
    ],
)
def test_what_somebody_entered_begins_no_header_and_no_body(tmp_path: Path, entered: str) -> None:
    mail = replace(MAIL, name=entered, subject=f"{entered} has asked you for a reference")
    FileChannel(tmp_path, SENDER).hand_over(mail)
    written = (tmp_path / f"{ID}.eml").read_bytes()
    head, _, body = written.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert sorted(names) == sorted(HEADERS)
    assert body.startswith(b"Hello Siobhan")
    message = _read(tmp_path / f"{ID}.eml")
    assert message["Reply-To"] is None
    assert "e@evil.io" in message["Subject"] or "DQpSZXBseS1U" in message["Subject"]
    assert [address.addr_spec for address in message["To"].addresses] == ["siobhan@example.org"]


def test_nobody_else_on_the_machine_reads_the_mail(tmp_path: Path) -> None:
    FileChannel(tmp_path / "mail", SENDER).hand_over(MAIL)
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / f"mail/{ID}.eml").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_no_loss(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(NotReached, match="data_folder_not_writable"):
        FileChannel(tmp_path / "mail", SENDER).hand_over(MAIL)


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@example.org", "x@example.org\nBcc: all@example.org", "é@x.org"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(Refused, match="not_an_address"):
        FileChannel(tmp_path, SENDER).hand_over(Mail(ID, "A", address, "s", "t"))
    assert list(tmp_path.iterdir()) == []


def test_a_server_takes_mails_over_one_connection() -> None:
    with MailServer() as server:
        channel = SmtpChannel(server.url, SENDER)
        channel.hand_over(MAIL)
        channel.hand_over(MAIL)
        channel.close()
    message = message_from_string(server.taken[0], policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.get_content().replace("\r\n", "\n") == MAIL.text
    assert (len(server.taken), server.connections) == (2, 1)


FAULTS = [
    ({"greeting": "554 go away"}, ServerAway, "login_refused: 554"),
    ({"greeting": "421 later"}, ServerAway, "login_refused: 421"),
    ({"greeting": HANG_UP}, ServerAway, "server_away"),
    ({"EHLO": "250-hello\r\n250 STARTTLS", "STARTTLS": "454 not now"}, ServerAway, "login_refused: 454"),
    ({"MAIL": "550 not you"}, ServerAway, "sender_refused: 550"),
    ({"MAIL": "451 later"}, ServerAway, "sender_refused: 451"),
    ({"RCPT": "421 closing", "RSET": HANG_UP}, ServerAway, "recipient_refused: 421"),
    ({"RCPT": "550 nobody here", "RSET": HANG_UP}, Refused, "recipient_refused: 550"),
    ({"RCPT": "550 nobody here"}, Refused, "recipient_refused: 550"),
    ({"RCPT": "450 greylisted"}, NotReached, "recipient_refused: 450"),
    ({"RCPT": HANG_UP}, ServerAway, "server_away"),
    ({"DATA": "554 no"}, Refused, "content_refused: 554"),
    ({"DATA": "452 full"}, NotReached, "content_refused: 452"),
    ({"body": "552 too big"}, Refused, "content_refused: 552"),
    ({"body": "452 full"}, NotReached, "content_refused: 452"),
    ({"body": HANG_UP}, OutcomeLost, "no_answer_to_data"),
]


@pytest.mark.parametrize(("answers", "error", "code"), FAULTS)
def test_what_is_known_after_a_fault_is_said_honestly(
    answers: dict[str, str], error: type[Refused], code: str
) -> None:
    with (
        MailServer(answers) as server,
        closing(SmtpChannel(server.url, SENDER)) as channel,
        pytest.raises(Refused) as raised,
    ):
        channel.hand_over(MAIL)
    assert type(raised.value) is error
    assert raised.value.code.startswith(code)


def test_a_server_that_does_not_answer_in_time_after_all_was_sent_leaves_the_outcome_open() -> None:
    with MailServer({"body": "250-this is not all"}) as server, pytest.raises(OutcomeLost):
        SmtpChannel(server.url, SENDER, timeout_s=0.2).hand_over(MAIL)
    assert len(server.taken) == 1


@pytest.mark.parametrize(("answer", "taken"), [("235 welcome", 1), ("535 who?", 0)])
def test_a_server_that_asks_for_a_password_gets_it(answer: str, taken: int) -> None:
    with MailServer({"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": answer}) as server:
        url = server.url.replace("//", "//us%40er:pass@")
        with closing(SmtpChannel(url, SENDER)) as channel, suppress(ServerAway):
            channel.hand_over(MAIL)
    assert len(server.taken) == taken


def test_a_server_that_does_not_speak_tls_is_not_spoken_to_in_the_clear() -> None:
    with MailServer() as server, warnings.catch_warnings():
        # The green TLS socket of a handshake that failed is closed when it is collected, not before.
        warnings.simplefilter("ignore", ResourceWarning)
        with pytest.raises(ServerAway):
            SmtpChannel(server.url.replace("smtp:", "smtps:"), SENDER, timeout_s=2).hand_over(MAIL)
        gc.collect()
    assert server.taken == []


def test_nobody_listening_is_no_loss() -> None:
    with pytest.raises(NotReached, match="server_away"):
        SmtpChannel("smtp://127.0.0.1:1", SENDER).hand_over(MAIL)


def test_the_next_mail_goes_over_a_new_connection_after_a_fault() -> None:
    with MailServer({"body": HANG_UP}) as server, closing(SmtpChannel(server.url, SENDER)) as channel:
        with pytest.raises(OutcomeLost):
            channel.hand_over(MAIL)
        server.answers["body"] = "250 taken"
        channel.hand_over(MAIL)
    assert server.connections == 2


def to(address: str) -> Mail:
    return replace(MAIL, address=address)


def test_a_domain_beyond_ascii_is_written_as_the_mail_server_takes_it() -> None:
    with MailServer() as server, closing(SmtpChannel(server.url, SENDER)) as channel:
        channel.hand_over(to("jo@Exämple.org"))
    assert "jo@xn--exmple-cua.org" in server.taken[0]


@pytest.mark.parametrize("address", ["é@example.org", "jo@straße.example", f"jo@{'ä' * 64}.org", "jo@ä..org"])
def test_an_address_that_cannot_be_said_in_ascii_is_refused_alone(address: str) -> None:
    with MailServer() as server, closing(SmtpChannel(server.url, SENDER)) as channel:
        with pytest.raises(Refused, match="not_an_address"):
            channel.hand_over(to(address))
        channel.hand_over(MAIL)
    assert (len(server.taken), server.connections) == (1, 1)


def test_a_fault_of_ours_in_the_middle_does_not_harm_the_next_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer() as server, closing(SmtpChannel(server.url, SENDER)) as channel:
        with monkeypatch.context() as broken:
            broken.setattr(smtplib.SMTP, "rcpt", lambda *_: "é".encode("ascii"))
            with pytest.raises(UnicodeEncodeError):
                channel.hand_over(MAIL)
        channel.hand_over(MAIL)
    assert (len(server.taken), server.connections) == (1, 2)


def test_a_password_that_cannot_be_said_in_ascii_is_no_mails_fault() -> None:
    with MailServer({"EHLO": "250-hello\r\n250 AUTH PLAIN"}) as server:
        url = server.url.replace("//", "//user:p%C3%A9@")
        with closing(SmtpChannel(url, SENDER)) as channel, pytest.raises(ServerAway, match="login_not_ascii"):
            channel.hand_over(MAIL)


def test_a_sender_of_ours_that_is_no_address_is_no_mails_fault(tmp_path: Path) -> None:
    with pytest.raises(ServerAway, match="sender_not_an_address"):
        FileChannel(tmp_path, "é@example.org").hand_over(MAIL)


def test_one_refused_recipient_does_not_harm_the_next_mail() -> None:
    refusing = MailServer({"RCPT": "550 nobody here"})
    with refusing as server, closing(SmtpChannel(server.url, SENDER)) as channel:
        with pytest.raises(Refused):
            channel.hand_over(MAIL)
        server.answers["RCPT"] = "250 ok"
        channel.hand_over(MAIL)
    assert server.connections == 1


def test_mail_is_files_until_a_server_is_configured(tmp_path: Path) -> None:
    assert isinstance(channel_for(Settings(data_dir=tmp_path)), FileChannel)
    assert isinstance(channel_for(Settings(smtp_url="smtp://mail.example.org")), SmtpChannel)


def test_the_next_batch_goes_by_the_address_and_password_that_the_file_has_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "smtp_url"
    monkeypatch.delenv("SMTP_URL", raising=False)
    monkeypatch.setenv("SMTP_URL_FILE", str(file))
    monkeypatch.setattr(current, "LOOK_EVERY_S", 0.0)
    settings.cache_clear()
    with MailServer() as first, MailServer() as second:
        for server in (first, second):
            file.write_text(server.url)
            with closing(channel_for(settings())) as channel:
                channel.hand_over(MAIL)
    assert (len(first.taken), len(second.taken)) == (1, 1)
    monkeypatch.undo()
    settings.cache_clear()
