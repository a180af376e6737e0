"""What setting up says and does on machines that are not like ours, with stand-ins for the Pythons on the PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Answers what the script asks a Python: its version, whether it can make environments, to make one, and to install.
PYTHON = """#!/bin/sh
echo "$*" >>"{calls}"
case "$*" in
    *version_info*) echo {version} ;;
    *ensurepip*) exit {no_venv} ;;
    "-m venv --clear "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    "-m pip install "*) exit {no_network} ;;
    "-P -m bot.cli play --story "*) echo "from $PYTHONPATH in $PWD: $*" ;;
esac
"""


class Machine:
    """A checkout with only the locks and the script, and a PATH that holds the Pythons a test put there."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.path, self.calls = folder / "kith", folder / "path", folder / "calls"
        shutil.copytree(ROOT / "requirements", self.checkout / "requirements")
        (self.checkout / "scripts").mkdir()
        for script in (ROOT / "scripts").iterdir():
            shutil.copy(script, self.checkout / "scripts")
        self.path.mkdir()
        for tool in ("sh", "cksum", "dirname", "cat", "rm", "mkdir", "cp", "sed", "awk", "df", "uname"):
            (self.path / tool).symlink_to(str(shutil.which(tool)))
        self.calls.touch()

    def has(self, name: str, version: str, *, can_make_venvs: bool = True, network: bool = True) -> None:
        answers = {"version": version, "no_venv": int(not can_make_venvs), "no_network": int(not network)}
        (self.path / name).write_text(PYTHON.format(calls=self.calls, **answers))
        (self.path / name).chmod(0o755)

    def setup(self, *arguments: str) -> tuple[int, str]:
        """Runs the script; returns its exit status and what it said."""
        return self.run("setup", *arguments)

    def run(self, script: str, *arguments: str, before: Sequence[str] = ()) -> tuple[int, str]:
        environment = {**os.environ, "PATH": str(self.path)}
        command = [*before, str(self.checkout / "scripts" / script), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.stdout == ""
        return done.returncode, done.stderr

    def installed(self) -> list[str]:
        """The locks that pip was told to install, in order, since the last question."""
        lines = [line for line in self.calls.read_text().splitlines() if line.startswith("-m pip install")]
        self.calls.write_text("")
        assert all("--require-hashes" in line for line in lines)
        return [line.rpartition(" ")[2] for line in lines]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_time_it_makes_the_environment_and_says_each_step(machine: Machine) -> None:
    machine.has("python3", "3.11")
    status, said = machine.setup()
    assert status == 0
    assert said.splitlines() == [
        "setup: making .venv with Python 3.11",
        "setup: installing requirements/run.txt into .venv (a minute or two, once)",
    ]
    assert machine.installed() == ["requirements/run.txt"]


def test_the_second_time_it_does_nothing_and_needs_no_network(machine: Machine) -> None:
    machine.has("python3", "3.12")
    machine.setup("test")
    machine.installed()
    assert machine.setup("test") == (0, "")
    assert machine.setup("run") == (0, ""), "the test lock holds the run lock"
    assert machine.installed() == []


def test_a_changed_lock_is_installed_into_the_same_environment(machine: Machine) -> None:
    machine.has("python3", "3.12")
    machine.setup("run")
    machine.installed()
    with (machine.checkout / "requirements/run.txt").open("a") as lock:
        lock.write("# changed\n")
    status, said = machine.setup("run")
    assert (status, "making" in said) == (0, False)
    assert machine.installed() == ["requirements/run.txt"]
    assert machine.setup("run") == (0, "")


def test_the_test_homeserver_has_an_environment_of_its_own(machine: Machine) -> None:
    machine.has("python3", "3.11")
    machine.setup("synapse")
    assert (machine.checkout / ".venv-synapse/bin/python").exists()
    assert not (machine.checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("prepare", "chosen", "expected"),
    [
        (lambda machine: None, "run", "Kith needs Python 3.11 or later, and none is on the PATH."),
        (lambda machine: machine.has("python3", "3.9"), "run", "Kith needs Python 3.11 or later, and none is"),
        (lambda machine: machine.has("python3", "3.13"), "test", "the tests need Python 3.12 or 3.11"),
        (lambda machine: machine.has("python3", "3.11", can_make_venvs=False), "run", "apt install python3-venv"),
        (lambda machine: machine.has("python3", "3.11", network=False), "run", "Is there a network?"),
        (
            lambda machine: machine.has("python3", "3.11"),
            "tests",
            "no set 'tests'; choose run, drawing, test, synapse, replica, places, peers, parsers, pictures, package or"
            " docs.",
        ),
    ],
    ids=["no Python", "an old Python", "a Python too new for the tests", "no venv", "no network", "a typo"],
)
def test_what_is_in_the_way_is_said_in_one_sentence(
    machine: Machine, prepare: Callable[[Machine], None], chosen: str, expected: str
) -> None:
    prepare(machine)
    status, said = machine.setup(chosen)
    assert status != 0
    assert expected in said.splitlines()[-1]


def test_running_is_content_with_a_newer_python_than_testing(machine: Machine) -> None:
    machine.has("python3", "3.13")
    assert machine.setup("run")[0] == 0


def test_tests_remake_an_environment_that_is_too_new_for_them(machine: Machine) -> None:
    machine.has("python3", "3.13")
    machine.setup("run")
    machine.has("python3.12", "3.12")
    status, said = machine.setup("test")
    assert (status, said.splitlines()[0]) == (0, "setup: making .venv with Python 3.12")


def test_an_installation_that_was_cut_short_is_done_again(machine: Machine) -> None:
    machine.has("python3", "3.11", network=False)
    machine.setup()
    machine.has("python3", "3.11")
    shutil.copy(machine.path / "python3", machine.checkout / ".venv/bin/python")
    machine.installed()
    assert machine.setup()[0] == 0
    assert machine.installed() == ["requirements/run.txt"]


def test_a_computer_without_ready_made_packages_is_named_before_anything_is_installed(machine: Machine) -> None:
    machine.has("python3", "3.11")
    (machine.path / "uname").unlink()
    (machine.path / "uname").write_text('#!/bin/sh\n[ "$1" = -m ] && echo armv7l || echo Linux\n')
    (machine.path / "uname").chmod(0o755)
    status, said = machine.setup()
    assert (status, machine.installed()) == (1, [])
    assert said.startswith("setup: this computer is Linux on armv7l. Kith is tried on 64-bit Linux: ")
    assert "Set KITH_ANY_MACHINE=1 to try it all the same.\n" in said


CLOSED = (str(shutil.which("setpriv")), "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
"""In front of a command: to root, who may write everywhere, folders are then closed as to anybody else."""


@pytest.fixture
def closed(machine: Machine) -> Iterator[Machine]:
    """A tree that nobody may write into, as a host has it in /opt or on a disk that is mounted for reading."""
    machine.has("python3", "3.11")
    machine.setup()
    machine.installed()
    folders = [machine.checkout / ".venv", machine.checkout]
    for folder in folders:
        folder.chmod(0o555)
    yield machine
    for folder in folders:
        folder.chmod(0o755)


def test_a_closed_tree_whose_lock_changed_is_one_sentence(closed: Machine) -> None:
    assert closed.run("setup", before=CLOSED) == (0, ""), "it is as it was set up"
    with (closed.checkout / "requirements/run.txt").open("a") as lock:
        lock.write("# changed\n")
    assert closed.run("setup", before=CLOSED) == (
        1,
        "setup: requirements/run.txt has to be installed into .venv, and this user can't write into"
        f" {closed.checkout}. Run scripts/setup once as whoever it belongs to, on a disk that can be written.\n",
    )
    assert closed.installed() == []


def test_a_python_that_this_user_cannot_start_is_told_as_that(closed: Machine) -> None:
    python = closed.checkout / ".venv/bin/python"
    python.unlink()
    python.symlink_to(closed.checkout.parent / "a home that is closed/python3")
    status, said = closed.run("setup", before=CLOSED)
    assert (status, closed.installed()) == (1, [])
    assert said.startswith(f"setup: {closed.checkout}/.venv was made with a Python that this user can't start: ")
    assert "install a Python for everybody" in said.splitlines()[1]


REAL = Path(sys.executable).resolve()


if os.geteuid() == 0:  # whose own Python alone can be closed to whoever Kith runs as

    @pytest.mark.parametrize("mode", [0o700, 0o755])
    def test_a_python_in_a_closed_home_is_told_before_it_is_used(machine: Machine, mode: int) -> None:
        with tempfile.TemporaryDirectory(prefix="kith-home-") as name:
            home = Path(name)
            home.chmod(mode)
            machine.has("python3", "3.11")
            shutil.copy(machine.path / "python3", home)
            asks = f"import sys; sys.executable = {str(home / 'python3')!r}; exec(sys.argv[1])"
            told = f'case "$*" in\n*geteuid*) exec {REAL} -c "{asks}" "$2" ;;'
            (machine.path / "python3").write_text((home / "python3").read_text().replace('case "$*" in', told))
            status, said = machine.setup()
        assert status == 0
        assert (f"setup: this Python is in {home}, which is closed to others: " in said) == (mode == 0o700)


def test_a_name_on_the_path_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.has("python3.12", "3.12")
    (machine.path / "python3.12").write_text("#!/bin/sh\nexit 127\n")
    machine.has("python3", "3.11")
    assert "making .venv with Python 3.11" in machine.setup()[1]


SETS = {
    "audit": ["package"],
    "bench": ["run"],
    "check": ["test"],
    "demo": ["run"],
    "discord": ["test"],
    "docs": ["docs"],
    "kith": ["run"],
    "package": ["package"],
    "pictures": ["test", "synapse"],
    "places": ["places"],
    "play": ["run"],
    "questions": ["test"],
    "rooms": ["test"],
    "soak": ["run"],
    "test": ["test", "synapse", "replica"],
}
"""What each script makes in a fresh clone; a measurement or a trial that is named adds to it."""


@pytest.mark.parametrize("script", [path.name for path in sorted((ROOT / "scripts").iterdir()) if path.name != "setup"])
def test_every_script_sets_up_what_it_needs(machine: Machine, script: str) -> None:
    machine.has("python3", "3.12")
    assert machine.run(script)[0] == 0
    assert machine.installed() == [f"requirements/{name}.txt" for name in SETS[script]]


def test_the_fast_tests_need_no_homeserver(machine: Machine) -> None:
    machine.has("python3", "3.12")
    assert machine.run("test", "--fast", "tests/clocks")[0] == 0
    assert machine.installed() == ["requirements/test.txt"]


@pytest.mark.parametrize(("script", "folder"), [("bench", "bench"), ("soak", "bench/soak")])
@pytest.mark.parametrize("said", ["run", "test", "test synapse"])
def test_a_measurement_gets_what_it_says_it_needs(machine: Machine, script: str, folder: str, said: str) -> None:
    machine.has("python3", "3.12")
    (machine.checkout / folder).mkdir(parents=True)
    (machine.checkout / folder / "crowd.py").write_text(f'import numpy\n\nNEEDS = "{said}"\n')
    assert machine.run(script, "--json", "crowd", "--people", "3")[0] == 0
    assert machine.installed() == [f"requirements/{name}.txt" for name in said.split()]


NPM = """#!/bin/sh
echo "npm $*" >>"{calls}"
exit {status}
"""


@pytest.mark.parametrize("status", [0, 1])
def test_what_comes_from_npm_is_installed_once_and_left_out_where_it_cannot_be(machine: Machine, status: int) -> None:
    machine.has("python3", "3.11")
    assert "there is no npm here" in machine.setup("peers")[1]
    (machine.path / "npm").write_text(NPM.format(calls=machine.calls, status=status))
    (machine.path / "npm").chmod(0o755)
    for _time in range(2):
        assert machine.setup("peers")[0] == 0
    asked = [line for line in machine.calls.read_text().splitlines() if line.startswith("npm ci ")]
    assert len(asked) == 1 + status, "again only if it failed"
    assert all("--ignore-scripts" in line for line in asked)


def test_play_sets_up_and_hands_its_words_on_from_any_folder(machine: Machine, tmp_path: Path) -> None:
    machine.has("python3", "3.11")
    command = [str(machine.checkout / "scripts/play"), "--story", "two words"]
    environment = {"PATH": str(machine.path)}
    played = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert played.stdout == f"from {machine.checkout} in {tmp_path}: -P -m bot.cli play --story two words\n"
    assert "setup: making .venv" in played.stderr
