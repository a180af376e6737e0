"""What nearly every test starts from, made cheap: a database of today's schema, and a playground that lives in one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cog import Cog
from bot.hosting.installation import DATABASE
from bot.story.playground import Playground
from cogs import COGS
from storage.database import schema
from tests.engines.on_the_spot import on_the_spot


def prepared(folder: Path) -> Path:
    """The folder, made if need be, with a database that nobody has written to yet; one that is there stays as it is.

    The migrations make it once in a run, and it is copied for each test.
    """
    if not (folder / DATABASE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DATABASE).write_bytes(_fresh())
    return folder


@asynccontextmanager
async def at_home(folder: Path, now: datetime, cogs: Sequence[type[Cog]] = COGS) -> AsyncIterator[Playground]:
    """The community that lives in ``folder``, from ``now`` on or from where its time had come to."""
    async with AsyncExitStack() as stack:
        with on_the_spot():
            playground = await stack.enter_async_context(Playground.open(prepared(folder), now, cogs))
        yield playground


@cache
def _fresh() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, DATABASE)
        schema.prepare(path)
        return path.read_bytes()
