"""The signing key changes while processes run: both keys count for a time, then the old one is refused."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.config import current, settings
from shared.errors import Unauthenticated
from shared.keys import CLI, GATEWAY, KeyRing, generate, kept, kept_ring, verify
from shared.policy import Role
from shared.testing import principal

LEADER = principal(Role.SCHOOL_LEADER, "school:123456")


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(kept, "LOOK_EVERY_S", 0.0)


@dataclass
class Files:
    """The two files of a process that signs as the gateway, and its ring."""

    public: Path
    private: Path

    def write(self, signs: str, *known: str) -> None:
        """Keys of these names are known, and the one that is named first signs."""
        self.public.write_text(json.dumps({"keys": [PUBLIC[kid] for kid in known]}))
        self.private.write_text(PRIVATE[signs])

    def ring(self) -> KeyRing:
        return KeyRing.from_settings(settings())


PRIVATE, _JWKS = generate(["gateway", "gateway#2"])
PUBLIC = {entry["kid"]: entry for entry in _JWKS["keys"]}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    files = Files(tmp_path / "public-keys.json", tmp_path / "gateway.pem")
    files.write("gateway", "gateway")
    for name, file in (("VERIFY_KEYS", files.public), ("SIGNING_KEY", files.private)):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(file))
    settings.cache_clear()
    yield files
    settings.cache_clear()


def test_a_running_process_signs_with_the_new_key_and_knows_both(files: Files) -> None:
    ring = files.ring()
    old = ring.token(LEADER, GATEWAY)
    files.write("gateway#2", "gateway", "gateway#2")
    new = ring.token(LEADER, GATEWAY)
    assert new != old
    assert ring.signer(GATEWAY).kid == "gateway#2"
    assert [verify(token, ring) for token in (old, new)] == [LEADER, LEADER]


def test_a_token_of_a_retired_key_is_refused_though_it_was_good_before(files: Files) -> None:
    ring = files.ring()
    old = ring.token(LEADER, GATEWAY)
    assert verify(old, ring) == LEADER
    files.write("gateway#2", "gateway#2")
    with pytest.raises(Unauthenticated):
        verify(old, ring)
    assert verify(ring.token(LEADER, GATEWAY), ring) == LEADER


def test_a_key_that_is_not_known_yet_is_looked_for_at_once(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "LOOK_EVERY_S", 3600.0)
    ring = files.ring()
    verify(ring.token(LEADER, GATEWAY), ring)
    files.write("gateway#2", "gateway", "gateway#2")
    settings.cache_clear()
    token = KeyRing.from_settings(settings()).token(LEADER, GATEWAY)
    assert verify(token, ring) == LEADER


def _half(files: Files) -> None:
    files.public.write_text('{"keys": [{"kty": "OKP", "crv"')


def _nothing(files: Files) -> None:
    files.public.write_text("")


def _stranger(files: Files) -> None:
    files.private.write_text(PRIVATE["gateway#2"])


def _gone(files: Files) -> None:
    files.private.unlink()


@pytest.mark.parametrize("spoil", [_half, _nothing, _stranger, _gone])
def test_files_that_are_half_written_or_do_not_fit_leave_the_last_good_keys(
    files: Files, spoil: Callable[[Files], None]
) -> None:
    ring = files.ring()
    token = ring.token(LEADER, GATEWAY)
    spoil(files)
    assert verify(token, ring) == LEADER
    assert verify(ring.token(LEADER, GATEWAY), ring) == LEADER
    files.write("gateway#2", "gateway", "gateway#2")
    ring.look()
    assert ring.signer(GATEWAY).kid == "gateway#2"


def test_kept_keys_change_for_every_process_of_the_folder(tmp_path: Path) -> None:
    ring, other = kept_ring(tmp_path), kept_ring(tmp_path)
    old = other.token(LEADER, GATEWAY)
    other.token(LEADER, CLI)
    assert ring.rotate([GATEWAY]) == ["gateway#2"]
    new = other.token(LEADER, GATEWAY)
    assert other.signer(GATEWAY).kid == "gateway#2"
    assert [verify(token, ring) for token in (old, new)] == [LEADER, LEADER]
    assert ring.retire([GATEWAY, CLI]) == ["gateway"]
    for each in (ring, other):
        assert verify(new, each) == LEADER
        with pytest.raises(Unauthenticated):
            verify(old, each)
    assert ring.rotate([GATEWAY]) == ["gateway#3"]


def test_a_spoiled_file_of_kept_keys_leaves_the_last_good_ones(tmp_path: Path) -> None:
    ring = kept_ring(tmp_path)
    token = ring.token(LEADER, GATEWAY)
    file = tmp_path / "keys" / "keys.json"
    good = file.read_text()
    for wrong in ("{", "[]", "", '{"gateway": {"kty": "OKP"}}', '{"gateway": 7}'):
        file.write_text(wrong)
        assert verify(token, ring) == LEADER, wrong
    file.write_text(good)
    assert ring.rotate([GATEWAY]) == ["gateway#2"]
