"""``./continuum``: from a bare Python to a running command line, whatever happened to the environment before."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from shared.config import PROJECT_ROOT

TOOLS = ("sh", "dirname", "readlink", "cat", "cksum", "rm")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two libraries that are nothing but a name."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in ("alpha", "beta"):
        information = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(
                f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{information}/RECORD", "")
    return folder


class Project:
    """A copy of the launcher with a command line that shows how it was called."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root, self.wheels = root, wheels
        (root / "cli").mkdir(parents=True)
        for file in ("continuum", "cli/environment.py"):
            shutil.copy(PROJECT_ROOT / file, root / file)
        (root / "cli/__init__.py").touch()
        (root / "cli/__main__.py").write_text("import sys\nprint(*map(ascii, sys.argv[1:]))\n")
        self.lock("requirements.lock", "alpha")
        self.lock("requirements-dev.lock", "alpha", "beta")

    def lock(self, file: str, *names: str, comment: str = "") -> None:
        wheels = {name: (self.wheels / f"{name}-1.0-py3-none-any.whl").read_bytes() for name in names}
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in wheels.items()}
        lines = [f"{name}==1.0 --hash=sha256:{found}" for name, found in hashes.items()]
        (self.root / file).write_text("\n".join([f"# {comment}", *lines, ""]))

    def environment(self, **changes: str) -> dict[str, str]:
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "PYTHON": sys.executable,
            **pip,
            **changes,
        }

    def run(
        self, *arguments: str, cwd: Path | None = None, **changes: str
    ) -> "subprocess.CompletedProcess[str]":
        command, environment = [str(self.root / "continuum"), *arguments], self.environment(**changes)
        return subprocess.run(
            command, check=False, cwd=cwd or "/", env=environment, capture_output=True, text=True, timeout=120
        )

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        command, environment = [str(self.root / "continuum"), *arguments], self.environment()
        out, error = subprocess.PIPE, subprocess.PIPE
        return subprocess.Popen(
            command, env=environment, stdout=out, stderr=error, text=True, start_new_session=True
        )

    @property
    def has_beta(self) -> bool:
        return bool(list(self.root.glob(".venv/lib/*/site-packages/beta.py")))


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Project:
    return Project(tmp_path / "la n'ch", wheels)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Project:
    """A project whose environment is made."""
    project = Project(tmp_path_factory.mktemp("made") / "project", wheels)
    assert project.run().returncode == 0
    return project


def test_the_first_start_installs_and_runs_and_the_second_only_runs(project: Project) -> None:
    first, second = project.run("a", "b c", "*"), project.run("a")
    assert (first.returncode, first.stdout) == (0, "'a' 'b c' '*'\n")
    assert "installing 1 libraries from requirements.lock" in first.stderr
    assert (second.returncode, second.stdout, second.stderr) == (0, "'a'\n", "")


def test_a_later_start_runs_nothing_but_four_small_tools_before_the_command(
    made: Project, tmp_path: Path
) -> None:
    for tool in ("sh", "dirname", "cat", "cksum"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    answer = made.run("a", PATH=str(tmp_path), PYTHON="nowhere")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "'a'\n", "")


def test_it_runs_from_anywhere_and_leaves_the_callers_folder_as_it_is(made: Project, tmp_path: Path) -> None:
    (tmp_path / "cli.py").write_text("raise SystemExit('the wrong one')")
    (made.root / "cli/__main__.py").write_text("import os\nprint(os.getcwd())\n")
    assert made.run(cwd=tmp_path).stdout == f"{tmp_path}\n"


def test_it_runs_through_links_to_it(made: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/first").symlink_to(made.root / "continuum")
    (tmp_path / "second").symlink_to("bin/first")
    assert (
        subprocess.run([tmp_path / "second"], check=False, env=made.environment(), timeout=60).returncode == 0
    )


def test_tests_install_their_libraries_besides(project: Project) -> None:
    project.run("x")
    assert not project.has_beta
    said = project.run("test").stderr
    assert project.has_beta
    assert "requirements-dev.lock" in said
    assert "from requirements.lock" not in said


def test_an_install_that_was_killed_is_done_again(project: Project) -> None:
    running = project.start()
    while not (project.root / ".venv/bin/python").exists():
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    assert project.run("a").stdout == "'a'\n"


def test_two_starts_at_once_install_once_and_both_run(project: Project) -> None:
    both = [project.start("a"), project.start("b")]
    ends = [each.communicate(timeout=120) for each in both]
    assert [out for out, _ in ends] == ["'a'\n", "'b'\n"]
    assert sum(said.count("installed in") for _, said in ends) == 1


def test_an_environment_without_its_python_is_made_again(project: Project) -> None:
    project.run()
    (project.root / ".venv/bin/python").unlink()
    (project.root / ".venv/bin/python").symlink_to("/nowhere/python3")
    assert project.run("a").stdout == "'a'\n"


def test_an_environment_that_was_moved_is_made_again(project: Project, tmp_path: Path) -> None:
    project.run()
    project.root = project.root.rename(tmp_path / "moved")
    assert "installing" in project.run("a").stderr


def test_another_lock_brings_the_environment_up_to_date(project: Project) -> None:
    project.run("test")
    project.lock("requirements.lock", "alpha", "beta", comment="another")
    python = project.root / ".venv/pyvenv.cfg"
    made_at = python.stat().st_mtime_ns
    said = project.run().stderr
    assert "installing 2 libraries from requirements.lock" in said
    assert project.has_beta
    assert python.stat().st_mtime_ns == made_at
    assert "requirements-dev.lock" in project.run("test").stderr


def test_an_update_that_failed_is_made_anew_from_the_start(project: Project) -> None:
    project.run()
    right = (project.root / "requirements.lock").read_text()
    (project.root / "requirements.lock").write_text(f"beta==1.0 --hash=sha256:{'0' * 64}\n")
    assert project.run().returncode == 1
    (project.root / "requirements.lock").write_text(right)
    (project.root / ".venv/half-installed").touch()
    assert project.run("a").stdout == "'a'\n"
    assert not (project.root / ".venv/half-installed").exists()


def test_a_library_that_is_not_the_locked_one_is_refused_in_one_line(project: Project) -> None:
    (project.root / "requirements.lock").write_text(f"alpha==1.0 --hash=sha256:{'0' * 64}\n")
    ended = project.run()
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(
        "continuum: the libraries could not be installed: ERROR: "
    )
    assert project.run().returncode == 1


def _python(folder: Path, version: str, modules: str = "exit 0") -> str:
    program = folder / "a python"
    program.write_text(f"#!/bin/sh\ncase $2 in *version_info*) echo {version} ;; *) {modules} ;; esac\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("version", ["3.10", "3.14", "2.7"])
def test_a_python_of_the_wrong_version_is_told_in_one_line(
    project: Project, tmp_path: Path, version: str
) -> None:
    python = _python(tmp_path, version)
    ended = project.run(PYTHON=python)
    assert ended.returncode == 1
    assert ended.stderr == f"continuum: {python} is Python {version}; 3.11, 3.12 or 3.13 is needed\n"


def test_a_python_without_venv_is_told_with_what_to_install(project: Project, tmp_path: Path) -> None:
    python = _python(tmp_path, "3.12", "exit 1")
    assert project.run(PYTHON=python).stderr == (
        f"continuum: {python} lacks the venv module (Debian and Ubuntu: apt-get install python3.12-venv)\n"
    )


def test_a_python_that_is_not_there_is_told_in_one_line(project: Project) -> None:
    assert project.run(PYTHON="/nowhere/python").stderr == "continuum: there is no /nowhere/python\n"


def _path_of(folder: Path) -> str:
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return str(folder)


def test_no_python_at_all_is_told_in_one_line(project: Project, tmp_path: Path) -> None:
    ended = project.run(PATH=_path_of(tmp_path), PYTHON="")
    assert ended.returncode == 1
    assert ended.stderr == "continuum: there is no Python here; 3.11, 3.12 or 3.13 is needed\n"


def test_the_first_python_that_suits_is_taken(project: Project, tmp_path: Path) -> None:
    path = _path_of(tmp_path)
    shutil.move(_python(tmp_path, "3.13", "exit 1"), tmp_path / "python3.13")
    (tmp_path / "python3").symlink_to(sys.executable)
    (tmp_path / "python3.12").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.12").chmod(0o755)
    assert project.run("a", PATH=path, PYTHON="").stdout == "'a'\n"


def test_a_shim_without_a_python_behind_it_is_told_in_one_line(project: Project, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    path = f"{tmp_path / 'shims'}:{_path_of(tmp_path / 'tools')}"
    (tmp_path / "shims").mkdir()
    shim = tmp_path / "shims/python3.12"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    said = project.run(PATH=path, PYTHON="").stderr
    assert said.startswith("continuum: python3.12 is a shim with no Python behind it (pyenv install")
    assert said.count("\n") == 1


def test_the_lack_of_venv_is_told_rather_than_an_older_python(project: Project, tmp_path: Path) -> None:
    path = _path_of(tmp_path)
    shutil.move(_python(tmp_path, "3.11", "exit 1"), tmp_path / "python3.11")
    shutil.move(_python(tmp_path, "3.9"), tmp_path / "python3")
    assert "python3.11 lacks the venv module" in project.run(PATH=path, PYTHON="").stderr
