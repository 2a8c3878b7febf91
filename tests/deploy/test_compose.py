"""docker-compose.yml and the secrets belong together, and to the services that there are."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.config import PROJECT_ROOT
from shared.config.declarations import declarations, of_each
from shared.service_names import SERVICES
from tests.deploy.compose import SECRETS, compose, container, secret_files, secrets_of
from tests.deploy.conftest import make_secrets

OPERATOR = "operator"
SERVERS = {"rabbitmq", "postgres"}
OURS = [*SERVICES, "migrate", "cli", "backup"]
ADMINISTRATORS = {"postgres_password", "rabbitmq_password", "rabbitmq_administrator"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "secrets"
    make_secrets(made)
    return made


def test_every_service_has_a_container_and_nothing_else_has_one() -> None:
    assert set(compose()["services"]) == {*OURS, *SERVERS}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_s_image_is_built_from_its_folder(service: str) -> None:
    told = container(service)
    assert told["build"]["target"] == "service"
    assert told["build"]["args"]["SERVICE"] == service
    assert told["image"].startswith(f"continuum/{service}:")


def test_the_script_writes_every_secret_that_a_container_is_given(folder: Path) -> None:
    used = {secret for name in compose()["services"] for secret in secrets_of(name)}
    assert used == set(secret_files())
    assert not [file for file in secret_files().values() if not (folder / file).is_file()]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_its_own_secrets_alone(service: str) -> None:
    own = {f"{service}_{what}" for what in ("signing_key", "database_password", "amqp_password")}
    theirs = {f"{other}_" for other in {*SERVICES, OPERATOR, "cli", "postgres", "rabbitmq"} - {service}}
    assert own | {"public_keys"} <= secrets_of(service)
    assert not [secret for secret in secrets_of(service) if secret.startswith(tuple(theirs))]


def test_the_migration_alone_knows_the_administrators_and_everybody_s_passwords() -> None:
    for name in {*OURS} - {"migrate"}:
        assert not secrets_of(name) & ADMINISTRATORS
    for user in (*SERVICES, OPERATOR):
        told = [
            variable for each in of_each(user).values() if (variable := each.variable).endswith("_PASSWORD")
        ]
        assert {f"{variable}_FILE" for variable in told} <= set(container("migrate")["environment"])


def test_the_backup_knows_every_database_and_signs_nothing() -> None:
    databases = {f"{user}_database_password" for user in (*SERVICES, OPERATOR)}
    assert secrets_of("backup") == databases | {"operator_amqp_password"}
    assert container("backup")["build"]["target"] == "backup"


def test_the_programs_of_a_backup_are_of_the_server_s_version() -> None:
    server = str(container("postgres")["image"])
    assert f"FROM {server} AS postgresql" in (PROJECT_ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_every_file_a_secret_of_the_container(name: str) -> None:
    every = [
        *declarations().values(),
        *(told for each in (*SERVICES, OPERATOR) for told in of_each(each).values()),
    ]
    known = {told.variable for told in every} | {f"{told.variable}_FILE" for told in every if told.secret}
    environment = container(name)["environment"]
    assert set(environment) <= known
    files = {
        str(value).removeprefix(SECRETS) for value in environment.values() if str(value).startswith(SECRETS)
    }
    assert files == secrets_of(name)


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_may_do_nothing_that_it_does_not_need(name: str) -> None:
    told = container(name)
    assert told["read_only"] and told["init"]
    assert told["cap_drop"] == ["ALL"] and "cap_add" not in told
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told["mem_limit"] and told["pids_limit"]
    assert told["stop_grace_period"] == "40s"


def test_nothing_is_published_and_every_service_can_be_scaled() -> None:
    for name, told in compose()["services"].items():
        assert not {"ports", "container_name", "expose"} & set(told), name


def test_the_demonstration_s_clock_is_off_unless_it_is_asked_for() -> None:
    assert {str(container(name)["environment"]["CONTINUUM_DEMO_CLOCK"]) for name in SERVICES} == {"0"}


def test_what_is_published_on_request_is_for_this_machine_alone() -> None:
    told: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "deploy/published.yml").read_text())
    ports = [port for each in told["services"].values() for port in each["ports"]]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_secrets_are_random_and_their_folder_is_its_owner_s_alone(folder: Path, tmp_path: Path) -> None:
    make_secrets(tmp_path / "others")
    random = [
        file for name, file in secret_files().items() if name not in ("smtp_url", "teacher_register_token")
    ]
    texts = [(where / file).read_text() for where in (folder, tmp_path / "others") for file in random]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(set(texts)) == len(texts)
    assert min(len(text) for text in texts) >= 43  # 32 bytes in base 64


def test_a_secret_that_is_there_stays(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    (folder / "itt_amqp_password").unlink()
    make_secrets(folder)
    after = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert {file.name for file in before if before[file] != after[file]} == {"itt_amqp_password"}


def test_git_and_the_images_leave_the_secrets_out() -> None:
    assert "deploy/secrets/" in (PROJECT_ROOT / ".gitignore").read_text().splitlines()
    let_in = [
        line for line in (PROJECT_ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    ]
    assert not [line for line in let_in if "!deploy/secrets".startswith(line)]
