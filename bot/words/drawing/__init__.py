"""Draws sentences with a bar each as a picture, in a process of its own, where the host has what draws (matplotlib).

That process is given the sentences and nothing else: no settings, no keys, no file of Kith's. The picture is never on
disk. Without matplotlib, or where drawing takes too long, there is no picture, and the sentences stand alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

log = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("bars.py")
LIBRARY = "matplotlib"
PATIENCE = 20.0
"""Seconds. A small machine reads its fonts for some of them."""
KEPT = 8
"""Pictures kept in memory: figures change once a week, and are looked at more often."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One sentence and its bar: so much of a hundred is dark, so much beside it striped, the rest light."""

    words: str
    dark: int
    striped: int = 0


class Drawing:
    """One picture at a time."""

    def __init__(self, library: str = LIBRARY, patience: float = PATIENCE) -> None:
        self._library, self._patience = library, patience
        self._one = asyncio.Lock()
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    async def draw(self, title: str, bars: Sequence[Bar], keys: tuple[str, str, str], foot: str) -> bytes | None:
        """A PNG; None where there is nothing to draw with, or nothing that can be drawn in these letters."""
        asked = json.dumps({"title": title, "bars": [asdict(bar) for bar in bars], "keys": keys, "foot": foot}).encode()
        async with self._one:
            drawn = self._kept.pop(asked, None) or await self._drawn(asked)
            if drawn is not None:
                self._kept[asked] = drawn
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return drawn

    async def _drawn(self, asked: bytes) -> bytes | None:
        if find_spec(self._library) is None:
            return None
        try:
            # Matplotlib's list of fonts is written there, and nothing of ours.
            with TemporaryDirectory(prefix="kith-letters-") as folder:
                return await self._run(asked, folder)
        except (OSError, TimeoutError) as error:
            log.warning("a picture could not be drawn: %s", error)
            return None

    async def _run(self, asked: bytes, folder: str) -> bytes | None:
        pipe = asyncio.subprocess.PIPE
        system = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(PROGRAM)),
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            env=system | {"MPLCONFIGDIR": folder, "HOME": folder},
        )
        try:
            drawn, _nothing = await asyncio.wait_for(process.communicate(asked), self._patience)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode or not drawn:
            log.warning("a picture could not be drawn: status %s", process.returncode)
            return None
        return drawn
