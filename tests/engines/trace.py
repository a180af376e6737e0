"""Kills a process with SIGKILL at its n-th step: every line, call, return and await of Kith's own code is one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = tuple(f"{ROOT / folder}{os.sep}" for folder in ("bot", "cogs", "storage"))


class Steps:
    """Counts the steps of this process from now on, in all its threads; ends it at step ``last``, if there is one."""

    def __init__(self, last: int = 0) -> None:
        self.count = 0
        self._last = last

    def begin(self) -> None:
        threading.settrace(self._enter)
        sys.settrace(self._enter)

    def _enter(self, frame: FrameType, event: str, _value: Any) -> Any:
        """An await shows as a return of the coroutine and, when it goes on, as a call."""
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        return self._step(frame, event, _value)

    def _step(self, _frame: FrameType, _event: str, _value: Any) -> Any:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._step
