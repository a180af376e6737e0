"""A week in the life of a small community, told on a virtual clock by the real core and a real database file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TextIO

from bot.story.stage import Result, Stage
from bot.story.week import BEGINNING, WEEK


async def tell(out: TextIO) -> Result:
    """Write the transcript, and count what was promised against what arrived."""
    with tempfile.TemporaryDirectory(prefix="kith-") as folder:
        async with Stage.open(Path(folder), out, BEGINNING) as stage:
            for scene in WEEK:
                await scene(stage)
            return await stage.close()
