"""How the wheel is put together: it asks for exactly what the lock has, so that a host gets what was tested."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LOCKS = Path(__file__).parent / "requirements"
LOCK = LOCKS / "run.txt"
PINNED = re.compile(r"^([A-Za-z0-9._-]+==[^\s\\]+(?: ; [^\\\n]+?)?) *\\?$", re.MULTILINE)


def pinned(lock: str) -> list[str]:
    """The requirements of a lock, without their hashes: a wheel's own metadata has no place for them."""
    return PINNED.findall(lock)


class FromTheLock(MetadataHookInterface):
    """``[tool.hatch.metadata.hooks.custom]`` in pyproject.toml."""

    def update(self, metadata: dict[str, Any]) -> None:
        always = pinned(LOCK.read_text(encoding="utf-8"))
        metadata["dependencies"] = always
        drawing = pinned((LOCKS / "drawing.txt").read_text(encoding="utf-8"))
        metadata["optional-dependencies"] = {"drawing": [one for one in drawing if one not in always]}
