"""Holds what is installed in place of a checkout to what the checkout is: the wheel, the container, the unit."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from bot import __version__

pytestmark = pytest.mark.xdist_group("package")  # one process makes what all of these read

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("bot", "cogs", "storage", "content", "requirements", "LICENSE", "README.md", "hatch_build.py")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build leaves nothing in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in (*BUILT_FROM, "pyproject.toml", ".gitignore"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(built, cwd=folder, check=True, capture_output=True)
    [wheel] = (folder / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`kith` as installed from the wheel, in an environment that sees this one's packages and no checkout."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True, capture_output=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin/kith"


def test_the_wheel_holds_the_program_and_its_content_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"kith_bot-{__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "bot", "cogs", "storage", "content", f"kith_bot-{__version__}.dist-info",
    }  # fmt: skip
    assert {"content/prompts.toml", "storage/migrations/0001_house.sql", "bot/clocks/places/names.bin"} <= set(names)
    assert "bot/story/page/files/page.html" in names
    assert [name for name in names if "__pycache__" in name] == []


def test_the_wheel_asks_for_exactly_what_the_lock_has(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        told = opened.read(f"kith_bot-{__version__}.dist-info/METADATA").decode()
    lines = re.findall(r"^Requires-Dist: (.*)$", told, re.MULTILINE)
    extra = [line for line in lines if "extra == " in line]
    asked = {pin for line in lines if line not in extra for pin in re.findall(r"^(\S+?)==([^\s;]+)", line)}
    locked = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    assert asked == set(locked)
    drawing = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements/drawing.txt").read_text(), re.MULTILINE)
    pins = {pin for line in extra for pin in re.findall(r"^(\S+?)==([^\s;]+)", line)}
    assert pins == set(drawing) - set(locked)
    assert all("extra == 'drawing'" in line for line in extra)


def run(kith: Path, folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("KITH_", "PYTHON"))}
    return subprocess.run(
        [kith, *arguments], cwd=folder, env=env, input=said, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_installed_command_runs_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "--version").stdout == f"Kith {__version__}\n"
    played = run(installed, tmp_path, "play", "--terminal", said="start\n/quit\n")
    assert (played.returncode, played.stderr) == (0, "")
    assert "1. company" in played.stdout


if (sys.platform, platform.machine()) == ("linux", "x86_64"):  # hadolint has no binary for others

    def test_the_recipe_of_the_container_passes_the_linter() -> None:
        linter = Path(sys.executable).with_name("hadolint")
        linted = subprocess.run([linter, ROOT / "Containerfile"], capture_output=True, text=True, check=False)
        assert (linted.returncode, linted.stdout) == (0, "")


def test_the_container_leaves_out_what_is_secret_or_another_machines() -> None:
    """Whatever git ignores is no part of the source; what a host keeps beside it must not get into an image."""
    left_out = set((ROOT / ".containerignore").read_text().split())
    assert {".git", ".venv*", "data", "config.toml", "*.key", "*.token", "*.password"} <= left_out
    assert not left_out & set(BUILT_FROM)
