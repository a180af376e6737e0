"""`kith init` as a host meets it: with a file of answers, and typed at a terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
from pathlib import Path

from tests.beds.discord import FakeDiscord
from tests.beds.matrix.synapse import Account, Synapse
from tests.beds.process import PATIENCE, ROOT, command, environment


def answers(folder: Path, discord: FakeDiscord | None = None, matrix: tuple[Synapse, Account] | None = None) -> Path:
    """Everything that is asked, for these platforms."""
    names = [name for name, there in (("discord", discord), ("matrix", matrix)) if there]
    lines = ['default_zone = "Berlin"', f"platforms = {names}"]
    lines += ["[host]", 'name = "The hosts"', 'contact = "hosts@example.org"', "[service]", "systemd = true"]
    if discord is not None:
        lines += ["[discord]", f'token = "{discord.token}"', *addresses(discord)]
    if matrix is not None:
        synapse, account = matrix
        lines += ["[matrix]", f'homeserver = "{synapse.url}"', f'user = "{account.user_id}"']
        lines += [f'password = "{account.password}"']
    return private(folder / "answers.toml", "\n".join(lines) + "\n")


def addresses(discord: FakeDiscord) -> list[str]:
    return [f'api = "{discord.rest_url}"', f'gateway = "{discord.gateway_url}"']


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


READING = 0.2
"""Seconds between a prompt and the moment at which Python listens."""


class Typed:
    """``kith`` at a terminal of its own: what it shows is read, and what somebody types is typed."""

    def __init__(self, *arguments: str | Path) -> None:
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.chdir(ROOT)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run in the background hands on that it is not heard
            line = command(*arguments)
            os.execve(line[0], line, environment())
        self.shown = ""

    async def until(self, words: str) -> None:
        """Wait until these words are shown, and take them and all before them as read."""
        while words not in self.shown:
            more = await self._more()
            assert more, f"it ended before {words!r}: {self.shown}"
            self.shown += more
        self.shown = self.shown.partition(words)[2]

    async def types(self, line: str) -> None:
        """Type at the next prompt."""
        await self.until(">")
        os.write(self._terminal, line.encode() + b"\n")

    async def interrupts(self) -> tuple[int, str]:
        """Press Ctrl-C until it is heard: CPython misses one that comes between its prompt and its first look."""
        ending = asyncio.ensure_future(self.end())
        while not ending.done():
            await asyncio.wait([ending], timeout=READING)
            if not ending.done():
                os.write(self._terminal, b"\x03")
        return ending.result()

    async def end(self) -> tuple[int, str]:
        """The exit status, and everything still shown."""
        while more := await self._more():
            self.shown += more
        _, status = await asyncio.to_thread(os.waitpid, self._child, 0)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status), self.shown

    async def _more(self) -> str:
        reading = asyncio.to_thread(os.read, self._terminal, 4096)
        try:
            read = await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(reading)), PATIENCE)
        except TimeoutError:  # an OSError too
            os.kill(self._child, signal.SIGKILL)  # or the thread that reads would never end
            raise
        except OSError:  # what a terminal says whose other end is gone
            return ""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", read.decode(errors="replace")).replace("\r", "")


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its content and its mode: what must be as it was."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes() if path.is_file() else b"", path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    }
