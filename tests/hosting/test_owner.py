"""Commands leave behind what belongs to the user that Kith runs as: root becomes that one, anybody else is told how."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.hosting.owner import closed_to
from bot.keys.secret import name_of
from tests.beds.process import ROOT
from tests.hosting.broken import Place
from tests.hosting.everybody import KITH, OTHER, Everybodys, is_closed, systems_python

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("owner")]  # one process makes what all of these read

COMMANDS = {
    "cases": ("cases",),
    "clock": ("clock",),
    "migrate": ("migrate",),
    "rotate-key": ("rotate-key",),
    "backup": ("backup", "{0.folder}/copy", "--passphrase-file", "{0.passphrase}"),
}


class Nowhere:
    """Where a Discord would be."""

    token = "bot.token"
    rest_url = "http://127.0.0.1:9/api/v10"
    gateway_url = "ws://127.0.0.1:9/ws"


@pytest.fixture
def place() -> Iterator[Place]:
    """An installation of Kith's own user, in a folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="kith-owner-") as name:
        folder = Path(name)
        found = Place(folder, Nowhere()).used()  # type: ignore[arg-type] # only its addresses are used
        for path in (folder, *folder.rglob("*")):
            os.chown(path, KITH, KITH)
        folder.chmod(0o711)
        yield found


@pytest.fixture(scope="module")
def everybodys() -> Iterator[Everybodys]:
    """These here where others may use them; else a copy beside the system's Python."""
    if not is_closed():
        yield Everybodys(sys.executable, str(ROOT))
        return
    with tempfile.TemporaryDirectory(prefix="kith-everybody-") as name:
        folder = Path(name)
        for part in ("bot", "cogs", "storage", "content"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(sysconfig.get_path("purelib"), folder / "packages")
        folder.chmod(0o755)
        yield Everybodys(systems_python(), f"{folder}:{folder / 'packages'}")


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_root_leaves_nothing_of_roots_behind(everybodys: Everybodys, place: Place, words: tuple[str, ...]) -> None:
    done = everybodys.types(place, words)
    assert done.returncode == 0, done.stderr
    assert owners(place.folder) == {KITH}


def test_the_doctor_as_root_leaves_nothing_either(everybodys: Everybodys, place: Place) -> None:
    done = everybodys.types(place, ["doctor"])
    assert "Traceback" not in done.stderr
    assert owners(place.folder) == {KITH}
    assert f"everything in it is {name_of(KITH)}'s alone" in done.stdout


@pytest.mark.parametrize("words", [*COMMANDS.values(), ("run",), ("doctor",)], ids=[*COMMANDS, "run", "doctor"])
def test_another_user_is_told_whom_to_be(everybodys: Everybodys, place: Place, words: tuple[str, ...]) -> None:
    """The configuration holds a token, so it is closed to them."""
    done = everybodys.types(place, words, OTHER)
    assert done.returncode == 78
    said = done.stdout + done.stderr
    assert f"I can't read {place.config}: Permission denied. It is daemon's, and you are nobody." in said
    assert "Type the same again behind: sudo -u daemon" in said
    assert said.count("\n") == 1
    assert owners(place.folder) == {KITH}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_another_user_who_reads_the_configuration_is_told_too(
    everybodys: Everybodys, place: Place, words: tuple[str, ...]
) -> None:
    place.edit('token = "bot.token"', 'token_file = "discord.token"')
    place.config.chmod(0o644)
    done = everybodys.types(place, words, OTHER)
    assert done.returncode == 78
    assert (
        f"{place.data} belongs to daemon, and you are nobody. Type the same again behind: sudo -u daemon" in done.stderr
    )
    assert owners(place.folder) == {KITH}


def test_the_doctor_says_it_of_the_data_and_goes_on(everybodys: Everybodys, place: Place) -> None:
    place.edit('token = "bot.token"', 'token_file = "discord.token"')
    place.config.chmod(0o644)
    done = everybodys.types(place, ["doctor"], OTHER)
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (78, False)
    assert f"{place.data} belongs to daemon, and you are nobody." in done.stdout
    assert "zones" in done.stdout


def test_a_command_of_kiths_own_user_needs_nothing(everybodys: Everybodys, place: Place) -> None:
    done = everybodys.types(place, COMMANDS["backup"], KITH)
    assert done.returncode == 0, done.stderr
    assert owners(place.folder) == {KITH}


if closed_to(KITH, Path(sys.executable).resolve()):  # a Python that is open to everybody is closed to nobody

    @pytest.mark.parametrize("words", [("cases",), ("doctor",)])
    def test_roots_own_python_is_named_where_it_is_closed_to_them(place: Place, words: tuple[str, ...]) -> None:
        done = Everybodys(sys.executable, str(ROOT)).types(place, words)
        assert done.returncode == 78
        assert f"{place.data} belongs to daemon, who can't start {sys.executable}: " in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert owners(place.folder) == {KITH}
