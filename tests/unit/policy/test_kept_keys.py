"""Keys of an installation on one machine: made once, kept, and nobody else's to read."""

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shared.config import PROJECT_ROOT, Settings
from shared.errors import Unauthenticated
from shared.keys import CLI, GATEWAY, KeyRing, generate, kept_ring, verify
from shared.policy import Role
from shared.testing import principal

LEADER = principal(Role.SCHOOL_LEADER)


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    token = kept_ring(tmp_path).token(LEADER, GATEWAY)
    assert verify(token, kept_ring(tmp_path)) == LEADER


def test_a_ring_learns_of_a_key_that_another_process_made(tmp_path: Path) -> None:
    early = kept_ring(tmp_path)
    assert verify(kept_ring(tmp_path).token(LEADER, CLI), early) == LEADER


def test_a_key_of_another_folder_is_refused(tmp_path: Path) -> None:
    token = kept_ring(tmp_path / "theirs").token(LEADER, GATEWAY)
    with pytest.raises(Unauthenticated):
        verify(token, kept_ring(tmp_path / "ours"))


def test_nobody_else_may_read_the_keys(tmp_path: Path) -> None:
    kept_ring(tmp_path).signer(GATEWAY)
    folder = tmp_path / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_the_public_halves_can_be_given_to_other_machines(tmp_path: Path) -> None:
    ring = kept_ring(tmp_path)
    token, jwks = ring.token(LEADER, GATEWAY), ring.jwks()
    assert verify(token, KeyRing(jwks)) == LEADER
    assert '"d"' not in json.dumps(jwks)


def test_two_processes_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from shared.keys import kept_ring\n"
        "ring = kept_ring(Path(sys.argv[1]))\n"
        "print([ring.signer(f'service:{n}').key.as_dict()['x'] for n in range(20)])"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT_ROOT) for _ in range(2)]
    said = {process.communicate(timeout=60)[0] for process in both}
    assert len(said) == 1
    assert len(json.loads((tmp_path / "keys" / "keys.json").read_text())) == 20


def test_without_configured_keys_those_of_the_data_folder_are_used(tmp_path: Path) -> None:
    here = Settings(data_dir=tmp_path)
    assert KeyRing.from_settings(here) is KeyRing.from_settings(here)
    assert verify(KeyRing.from_settings(here).token(LEADER, GATEWAY), kept_ring(tmp_path)) == LEADER


def test_configured_keys_are_the_only_ones_that_count(tmp_path: Path) -> None:
    private, jwks = generate([GATEWAY, CLI])
    gateway = Settings(data_dir=tmp_path, verify_keys=jwks, signing_key=private[GATEWAY])
    reader = replace(gateway, signing_key=None)
    assert (
        verify(KeyRing.from_settings(gateway).token(LEADER, GATEWAY), KeyRing.from_settings(reader)) == LEADER
    )
    with pytest.raises(LookupError):
        KeyRing.from_settings(reader).signer(GATEWAY)
    assert not (tmp_path / "keys").exists()
