"""Configuration: what the environment may say, and what is said of its mistakes."""

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import KeySet, OKPKey

from shared.config import PROJECT_ROOT, ConfigurationError, Settings, settings
from shared.config.declarations import declarations, of_each
from shared.config.environment import from_environment
from shared.config.example import FILE, example, main

pytestmark = pytest.mark.usefixtures("empty_environment")


@pytest.fixture
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for told in [*declarations().values(), *of_each("itt").values()]:
        monkeypatch.delenv(told.variable, raising=False)
        monkeypatch.delenv(f"{told.variable}_FILE", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def _mistakes() -> dict[str, list[str]]:
    with pytest.raises(ConfigurationError) as raised:
        from_environment(["itt"])
    return raised.value.mistakes


def test_nothing_needs_to_be_set() -> None:
    assert from_environment(["itt"]) == Settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().http_port = 1  # type: ignore[misc]


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings()
    monkeypatch.setenv("HTTP_PORT", "9000")
    assert settings() is first
    settings.cache_clear()
    assert settings().http_port == 9000


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URI", "")
    monkeypatch.setenv("DATABASE_POOL", "")
    assert from_environment(["itt"]) == Settings()


RIGHT = [
    ("DATABASE_URL", "postgres://u:p@h:5/d", "database_url", "postgresql+psycopg2://u:p@h:5/d"),
    ("DATABASE_URL", "postgresql://u:p%40x@h/d", "database_url", "postgresql+psycopg2://u:p%40x@h/d"),
    ("AMQP_URI", "amqps://u:p@h/", "amqp_uri", "amqps://u:p@h/"),
    ("AMQP_API_URL", "http://h:15672", "amqp_api_url", "http://h:15672"),
    ("CONTINUUM_DATA_DIR", "elsewhere", "data_dir", PROJECT_ROOT / "elsewhere"),
    ("CONTINUUM_DATA_DIR", "/srv/continuum", "data_dir", Path("/srv/continuum")),
    ("CONTINUUM_DEMO_CLOCK", "true", "demo_clock", True),
    ("LOG_LEVEL", "warning", "log_level", "WARNING"),
    ("RETRY_DELAYS_S", "0.1,0.1,2", "retry_delays_s", (0.1, 0.1, 2.0)),
    ("RPC_TIMEOUT_S", "2.5", "rpc_timeout_s", 2.5),
    ("SMTP_URL", "smtps://u:p@mail.example.org:465", "smtp_url", "smtps://u:p@mail.example.org:465"),
]


@pytest.mark.parametrize(("variable", "text", "field", "value"), RIGHT)
def test_a_right_value_is_taken(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, field: str, value: object
) -> None:
    monkeypatch.setenv(variable, text)
    assert getattr(from_environment(["itt"]), field) == value


WITH_PASSWORDS = [
    ("AMQP", "amqp_uri", "amqp://itt@h:5/v", "amqp://itt:p%40%2Fs@h:5/v"),
    ("AMQP", "amqp_uri", "amqps://itt:old@h//", "amqps://itt:p%40%2Fs@h//"),
    ("DATABASE", "database_url", "postgresql://a@h/d?x=1", "postgresql+psycopg2://a:p%40%2Fs@h/d?x=1"),
    ("DATABASE", "database_url", "postgresql://a@[::1]:5/d", "postgresql+psycopg2://a:p%40%2Fs@[::1]:5/d"),
]


@pytest.mark.parametrize(("kind", "field", "url", "whole"), WITH_PASSWORDS)
def test_a_password_may_stand_apart_from_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, field: str, url: str, whole: str
) -> None:
    (tmp_path / "password").write_text("p@/s\n")
    monkeypatch.setenv("AMQP_URI" if kind == "AMQP" else "DATABASE_URL", url)
    monkeypatch.setenv(f"{kind}_PASSWORD_FILE", str(tmp_path / "password"))
    assert getattr(from_environment(["itt"]), field) == whole


def test_a_password_without_an_address_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_PASSWORD", "secret")
    assert from_environment(["itt"]).amqp_uri is None


WRONG = [
    ("DATABASE_URL", "mysql://hunter2@host/db"),
    ("DATABASE_URL", "hunter2"),
    ("AMQP_URI", "http://hunter2@host"),
    ("AMQP_URI", "amqp://host:hunter2"),
    ("AMQP_API_URL", "amqp://hunter2@host"),
    ("DATABASE_PREFIX", "hunter2; drop database"),
    ("DATABASE_POOL", "0"),
    ("HTTP_PORT", "65536"),
    ("RPC_TIMEOUT_S", "-1"),
    ("RPC_MAX_WORKERS", "hunter2"),
    ("RETRY_DELAYS_S", "5,1"),
    ("RETRY_DELAYS_S", "1,hunter2"),
    ("RETRY_DELAYS_S", "inf"),
    ("SIGNING_KEY", "hunter2"),
    ("VERIFY_KEYS", "hunter2"),
    ("VERIFY_KEYS", '{"keys": [{"kty": "oct", "k": "hunter2"}]}'),
    ("PEOPLE_HASH_KEY", "hunter2"),
    ("SMTP_URL", "hunter2"),
    ("MAIL_FROM", "hunter2"),
    ("LOG_LEVEL", "hunter2"),
    ("CONTINUUM_DATA_DIR", "pyproject.toml"),
    ("CONTINUUM_DEMO_CLOCK", "hunter2"),
    ("ITT_DATABASE_URL", "hunter2"),
]


@pytest.mark.parametrize(("variable", "text"), WRONG)
def test_a_wrong_value_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigurationError) as raised:
        from_environment(["itt"])
    assert list(raised.value.mistakes) == [variable]
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, text in dict(WRONG).items():
        monkeypatch.setenv(variable, text)
    assert set(_mistakes()) == {variable for variable, _ in WRONG}


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "uri").write_text("amqp://u:p@h/\n")
    monkeypatch.setenv("AMQP_URI_FILE", str(tmp_path / "uri"))
    assert from_environment(["itt"]).amqp_uri == "amqp://u:p@h/"


@pytest.mark.parametrize("content", [None, b"\xff\xfe hunter2"])
def test_a_file_that_cannot_be_read_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("SIGNING_KEY_FILE", str(tmp_path / "key"))
    assert _mistakes() == {"SIGNING_KEY_FILE": ["must name a file that this process can read as text"]}


def test_a_variable_and_its_file_together_are_a_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "uri").write_text("amqp://u:p@h/")
    monkeypatch.setenv("AMQP_URI_FILE", str(tmp_path / "uri"))
    monkeypatch.setenv("AMQP_URI", "amqp://other/")
    assert list(_mistakes()) == ["AMQP_URI_FILE"]


def test_a_register_needs_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEACHER_REGISTER_URL", "https://register.example.org")
    assert _mistakes() == {"TEACHER_REGISTER_TOKEN": ["is missing; TEACHER_REGISTER_URL needs it"]}
    (tmp_path / "token").write_text("secret\n")
    monkeypatch.setenv("TEACHER_REGISTER_TOKEN_FILE", str(tmp_path / "token"))
    assert from_environment(["itt"]).teacher_register_token == "secret"


def test_each_service_can_have_its_own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITT_DATABASE_URL", "postgresql://itt@h/itt")
    monkeypatch.setenv("ITT_DATABASE_PASSWORD", "hunter2")
    read = from_environment(["itt", "cpd"])
    assert read.service_database_urls == {"itt": "postgresql+psycopg2://itt@h/itt"}
    assert read.service_database_passwords == {"itt": "hunter2"}


def test_operators_have_a_password_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_DATABASE_PASSWORD", "hunter2")
    assert from_environment(["itt"]).service_database_passwords == {"operator": "hunter2"}


def test_keys_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = KeySet([OKPKey.generate_key("Ed25519", {"kid": "itt"})]).as_dict(private=False)
    monkeypatch.setenv("SIGNING_KEY", pem.decode().strip())
    monkeypatch.setenv("VERIFY_KEYS", json.dumps(public))
    read = from_environment(["itt"])
    assert (read.signing_key, read.verify_keys) == (pem.decode().strip(), public)


def test_private_keys_among_the_public_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    private = KeySet([OKPKey.generate_key("Ed25519", {"kid": "itt"})]).as_dict(private=True)
    monkeypatch.setenv("VERIFY_KEYS", json.dumps(private))
    assert list(_mistakes()) == ["VERIFY_KEYS"]


def test_secrets_do_not_show_in_the_text_of_settings() -> None:
    secrets = {name: "hunter2" for name, told in declarations().items() if told.secret}
    shown = repr(Settings(**secrets, service_database_passwords={"itt": "hunter2"}))  # type: ignore[arg-type]
    assert "hunter2" not in shown


def test_the_example_is_up_to_date() -> None:
    assert FILE.read_text() == example(), "run: python -m shared.config.example"


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in example().splitlines():
        if line.startswith("#") and "=" in line and not line.startswith("# "):
            variable, _, shown = line[1:].partition("=")
            monkeypatch.setitem(os.environ, variable, shown)
    assert from_environment() == Settings()


def test_the_drift_check_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shared.config.example.FILE", tmp_path / "example")
    (tmp_path / "example").touch()
    assert main(["--check"]) == 1
    assert "python -m shared.config.example" in capsys.readouterr().err
    assert (main([]), main(["--check"])) == (0, 0)
