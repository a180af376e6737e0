"""Types what docs/upgrading.md says, in its order, on a real installation that is upgraded, and goes back."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from storage.database import schema
from tests.beds.discord import FakeDiscord
from tests.beds.process import configure, environment
from tests.test_conventions_tree import ROOT, tracked

PAGE = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
SHIPPED = ("bot/", "cogs/", "storage/", "content/", "scripts/", "requirements/run.txt", ".gitignore")
NOW = len(schema.migrations())
TOMORROW = f"""CREATE TABLE tomorrow (x INTEGER) STRICT;
UPDATE meta SET compatible = {NOW + 1};
"""

# Stands in for systemd: `start kith` returns once Kith is ready, `stop kith` once it has ended.
SYSTEMCTL = """#!/bin/sh
case "$*" in
    "start kith")
        : >ready
        scripts/kith run --config config.toml >ready 2>log & echo $! >pid
        while ! grep -q ready: ready; do kill -0 "$(cat pid)" || exit 1; sleep 0.1; done ;;
    "stop kith") kill "$(cat pid)"; while [ -s data/kith.lock ]; do sleep 0.1; done ;;
    *) exit 2 ;;
esac
"""


def blocks() -> dict[str, list[str]]:
    """The commands of the page under each of its headings."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.M)[1:]
    return {
        heading: re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
    }


class Typed(NamedTuple):
    status: int
    out: str
    err: str


class Installation(NamedTuple):
    """Kith in its folder, from a repository that has two versions, and a shell there."""

    folder: Path
    path: Path

    async def type(self, commands: str) -> Typed:
        env = {**environment(), "PATH": f"{self.path}:{os.environ['PATH']}"}
        script = commands.replace("NUMBER", str(NOW))
        process = await asyncio.create_subprocess_exec(
            *("sh", "-eu", "-c", script), cwd=self.folder, env=env, stdout=-1, stderr=-1, start_new_session=True
        )
        out, err = await asyncio.wait_for(process.communicate(), 300)
        assert process.returncode is not None
        return Typed(process.returncode, out.decode(), err.decode())

    @property
    def database(self) -> Path:
        return self.folder / "data/kith.db"

    def value(self, query: str) -> object:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchone()[0]


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Robin", "-c", "user.email=robin@example.org", "-c", "safe.directory=*")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> Path:
    """What hosts clone: this version, and one that an older program may not write after."""
    for name in tracked():
        if name.startswith(SHIPPED) and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "now")
    git(folder, "tag", "v0.1.0")
    (folder / f"storage/migrations/{NOW + 1:04d}_tomorrow.sql").write_text(TOMORROW)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "tomorrow")
    git(folder, "tag", "v0.2.0")
    git(folder, "checkout", "--quiet", "v0.1.0")
    return folder


def equip(folder: Path, locked: str) -> None:
    """The environment that `scripts/setup` would make, as it leaves it: it needs the network for that."""
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(Path(sys.executable).parent)
    (folder / ".venv/pyvenv.cfg").symlink_to(Path(sys.prefix) / "pyvenv.cfg")
    (folder / ".venv/lib").symlink_to(Path(sys.prefix) / "lib")
    (folder / ".venv/kith-run.stamp").write_text(locked)


def checksum() -> str:
    """What `scripts/setup` writes down of the lock it installed."""
    with (ROOT / "requirements/run.txt").open("rb") as lock:
        return subprocess.run(["cksum"], stdin=lock, check=True, capture_output=True, text=True).stdout


@pytest.fixture
async def kith(sockets: None, tmp_path: Path) -> AsyncIterator[Installation]:
    (tmp_path / "origin").mkdir()
    origin = repository(tmp_path / "origin")
    git(tmp_path, "clone", "--quiet", str(origin), "kith")
    made = Installation(tmp_path / "kith", tmp_path / "path")
    locked = checksum()
    equip(made.folder, locked)
    made.path.mkdir()
    for name, text in (("systemctl", SYSTEMCTL), ("sudo", '#!/bin/sh\nexec "$@"\n'), ("git", own_git(locked))):
        (made.path / name).write_text(text)
        (made.path / name).chmod(0o755)
    async with FakeDiscord() as discord:
        guild = discord.add_guild()
        alice = discord.add_person("alice", guild)
        configure(made.folder, discord)
        (made.folder / "backup.passphrase").write_text("a passphrase of seven words or more\n")
        (made.folder / "backup.passphrase").chmod(0o600)
        done = await made.type("sudo systemctl start kith")
        assert done.status == 0, (made.folder / "log").read_text()
        asked = await (await alice.slash("checkin on", at="19:00", zone="berlin")).reply()
        await (await alice.press(asked, "Yes")).reply()
        try:
            yield made
        finally:
            await made.type("sudo systemctl stop kith")


def own_git(locked: str) -> str:
    """git itself; a second folder gets its environment at once, which a host's `scripts/setup` makes there."""
    real = shutil.which("git")
    return f"""#!/bin/sh
{real} -c safe.directory='*' "$@" || exit
case "$*" in "worktree add"*) mkdir ../rehearsal/.venv
    for one in bin lib pyvenv.cfg; do ln -s "$(readlink -f .venv/$one)" ../rehearsal/.venv/$one; done
    printf '%s\\n' '{locked.strip()}' >../rehearsal/.venv/kith-run.stamp ;;
esac
"""


def is_running(kith: Installation) -> bool:
    """It empties its lock when it ends."""
    return (kith.folder / "data/kith.lock").read_bytes() != b""


@pytest.mark.sockets
async def test_every_command_of_the_page_does_what_it_says(kith: Installation) -> None:
    said = blocks()
    [rehearse, tidy] = said.pop("Rehearse it on a copy")
    done = await kith.type(rehearse + tidy)
    assert done.status == 0, done.err
    assert f"kith.db is of schema {NOW + 1}." in done.out
    assert is_running(kith), "nobody notices"
    assert sorted(path.name for path in kith.folder.parent.iterdir()) == ["kith", "origin", "path"]
    assert kith.value("PRAGMA user_version") == NOW

    [upgrade] = said.pop("Upgrade")
    done = await kith.type(upgrade)
    assert done.status == 0, done.err
    assert kith.value("PRAGMA user_version") == NOW + 1
    assert kith.value("SELECT count(*) FROM persons") == 1
    assert (kith.folder / f"data/kith.db.before-upgrade-{NOW}").exists()

    refused = await kith.type("systemctl stop kith; git checkout -q v0.1.0; scripts/kith migrate --config config.toml")
    assert refused.status == 78
    assert f"was written by a newer Kith (schema {NOW + 1})" in refused.err
    assert f"put {kith.database}.before-upgrade-{NOW} in its place" in refused.err
    assert (await kith.type("git checkout -q v0.2.0; systemctl start kith")).status == 0

    [back] = said.pop("Go back")
    done = await kith.type(back)
    assert done.status == 0, done.err
    assert kith.value("PRAGMA user_version") == NOW
    assert kith.value("SELECT count(*) FROM persons") == 1
    assert is_running(kith)
    assert said == {"What can be relied on": []}, "each block of the page was typed"
