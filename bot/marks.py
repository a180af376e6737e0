"""How lines of what the bot says are set, on a platform where lines differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mark:
    """How what follows is set, where lines differ: as a ``heading``, as ``small`` print, or before the rest of its line
    (``lead``). It has no words of its own.
    """

    kind: Literal["heading", "small", "lead"]


HEADING, SMALL, LEAD = Mark("heading"), Mark("small"), Mark("lead")
