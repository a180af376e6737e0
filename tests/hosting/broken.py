"""One thing broken in an installation, the sentence that says so, and the cure that the sentence names."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.beds.discord import FakeDiscord
from tests.beds.matrix.synapse import Account, Synapse
from tests.beds.process import Ended, configure, started
from tests.hosting.asked import answers, private
from tests.hosting.house import installed

PASSPHRASE = "four or five unrelated words"
AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""In front of a command: to root, whom no file is closed to, files are then closed as to anybody else."""


class Place:
    """An installation of real files, and what its host does there. The host types everything in this folder."""

    def __init__(
        self, folder: Path, discord: FakeDiscord | None = None, matrix: tuple[Synapse, Account] | None = None
    ) -> None:
        self.folder, self.data = folder, folder / "data"
        self.config = configure(folder, discord, matrix)
        self.database, self.key = self.data / "kith.db", folder / "kith.key"
        self.passphrase = private(folder / "backup.passphrase", PASSPHRASE + "\n")
        self.discord = discord
        self.env: dict[str, str] = {}
        self.before: tuple[str, ...] = ()
        self._held = ExitStack()
        self.shown = ""

    def used(self) -> Place:
        installed(self.folder)
        return self

    async def types(self, line: str) -> Ended:
        """``kith`` with this line, for this configuration. A run is ended as soon as it is ready."""
        words = [*shlex.split(line.format(place=self)), "--config", str(self.config)]
        async with started(*words, env=self.env, before=self.before) as kith:
            ready = await kith.line() if words[0] == "run" else ""
            ended = await kith.end(signal.SIGTERM if ready else None)
        self.shown = f"{ready}{ended.out}{ended.err}"
        return ended

    # -- what hosts do -------------------------------------------------------------------------------------------------

    def edit(self, old: str, new: str) -> None:
        content = self.config.read_text()
        assert old in content
        self.config.write_text(content.replace(old, new))

    def add(self, lines: str) -> None:
        self.config.write_text(self.config.read_text() + lines + "\n")

    def above(self, lines: str) -> None:
        """In front of the first section."""
        self.config.write_text(lines + "\n" + self.config.read_text())

    def obeys(self) -> None:
        """Type what the sentence says to run; root needs no sudo for it."""
        [command] = re.findall(r"Run: (.+)$", self.shown, re.MULTILINE | re.IGNORECASE)
        subprocess.run(command.removeprefix("sudo "), shell=True, check=True)  # as the sentence has it

    def holds(self, something: AbstractContextManager[object]) -> None:
        """Somebody else has it, until ``ends``."""
        self._held.enter_context(something)

    def ends(self) -> None:
        self._held.close()

    @property
    def answers(self) -> Path:
        assert self.discord is not None
        return answers(self.folder, self.discord)


@dataclass(frozen=True)
class Broken:
    """``says``: what is shown of it, where {place} and its parts are filled in. ``cure`` is what that names."""

    breaks: Callable[[Place], object]
    says: str
    cure: Callable[[Place], object] | str = Place.obeys
    line: str = "doctor"
    """What is typed, before and after the cure; a cure in words is typed too."""
    again: str = ""
    """What is typed after it, where the sentence says to type something else."""
    status: int = 78
    first: str = ""
    """What is typed before anything breaks."""
    fresh: bool = False
    """Whether Kith was never used there."""


async def mended(place: Place, broken: Broken) -> None:
    """Break it, read the sentence, do what it says, and look that the same command is well."""
    if broken.first:
        done = await place.types(broken.first)
        assert done.status == 0, place.shown
    broken.breaks(place)
    try:
        ended = await place.types(broken.line)
        says = broken.says.format(place=place)
        assert says in place.shown, place.shown
        assert ended.status == broken.status, place.shown
        assert "Traceback" not in place.shown
        if isinstance(broken.cure, str):
            done = await place.types(broken.cure)
            assert done.status == 0, place.shown
        else:
            broken.cure(place)
        ended = await place.types(broken.again or broken.line)
        assert ended.status == 0, place.shown
        assert says not in place.shown
    finally:
        place.ends()


# -- what holds something ---------------------------------------------------------------------------------------------


@contextmanager
def listening(port: int) -> Iterator[None]:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen()
        yield


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of its own for the folder, with everything in it full but for a file that can be deleted."""
    folder.mkdir(mode=0o700, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "kith-test", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int) -> None:
    found = os.statvfs(folder)
    with (folder / "old-films").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - leave)
    (folder / "old-films").chmod(0o600)
