"""Kith as its host starts it: a process of its own, with a configuration file, whose lines can be read."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tests.beds.discord import FakeDiscord
from tests.beds.matrix.synapse import Account, Synapse

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds: far more than anything here takes, on a machine that does other things too."""


class Ended(NamedTuple):
    """How a process ended, and everything it had still to say."""

    status: int
    out: str
    err: str


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "bot.cli", *map(str, arguments)]


def environment() -> dict[str, str]:
    """What a host's shell has, and none of Kith's own variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error,ignore:'audioop':DeprecationWarning"}


def configure(folder: Path, discord: FakeDiscord | None = None, matrix: tuple[Synapse, Account] | None = None) -> Path:
    """Write a configuration for these platforms into ``folder``, and the folder's installation with it."""
    lines = ["[host]", 'name = "The hosts"', 'contact = "hosts@example.org"']
    if discord is not None:
        lines += ["[discord]", f'token = "{discord.token}"']
        lines += [f'api = "{discord.rest_url}"', f'gateway = "{discord.gateway_url}"']
    if matrix is not None:
        synapse, account = matrix
        lines += ["[matrix]", f'homeserver = "{synapse.url}"', f'user = "{account.user_id}"']
        lines += [f'password = "{account.password}"']
    path = folder / "config.toml"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path


class Running:
    """A process under way."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> str:
        """The next line of its standard output; empty at the end."""
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)).decode().rstrip("\n")

    async def said(self, words: str) -> bool:
        """Whether its log has a line with these words, waiting for it; what it logged before that is gone."""
        assert self.process.stderr is not None
        while line := await asyncio.wait_for(self.process.stderr.readline(), PATIENCE):
            if words in line.decode():
                return True
        return False

    async def end(self, number: signal.Signals | None = None) -> Ended:
        """Send it a signal, if one is given, and wait until it has ended."""
        if number is not None:
            self.process.send_signal(number)
        out, err = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        assert self.process.returncode is not None
        return Ended(self.process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def started(
    *arguments: str | Path, env: Mapping[str, str] | None = None, before: Sequence[str] = ()
) -> AsyncIterator[Running]:
    """``kith`` with these arguments, and these variables beside a host's. Killed at the end, if it still runs.

    ``before`` is what a shell would have in front of it, such as ``sudo -u kith``.
    """
    line = [*before, *command(*arguments)]
    async with spawned(line, {**environment(), **(env or {})}) as running:
        yield running


@asynccontextmanager
async def spawned(line: Sequence[str], env: Mapping[str, str]) -> AsyncIterator[Running]:
    """A process of the checkout. Killed at the end, if it still runs."""
    process = await asyncio.create_subprocess_exec(*line, cwd=ROOT, env=env, stdout=PIPE, stderr=PIPE)
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def finished(*arguments: str | Path, env: Mapping[str, str] | None = None, before: Sequence[str] = ()) -> Ended:
    """``kith`` with these arguments, which ends by itself."""
    async with started(*arguments, env=env, before=before) as running:
        return await running.end()
