"""``kith`` on a computer whose clock somebody has set: ``python -m tests.beds.set_clock FILE run --config ...``.

It is so many days ahead as stand in the file, which is read each time; what only counts goes on. The program has one
function that reads the clock, and that is the one that is replaced.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bot.clocks import clock


def main(argv: Sequence[str]) -> int:
    file, right = Path(argv[0]), clock.utc_now
    vars(clock)["utc_now"] = lambda: right() + timedelta(days=float(file.read_text()))
    from bot import cli  # and whatever takes the function by name

    return cli.main(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
