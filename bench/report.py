"""Chooses a measurement by name, runs it, and shows what it found as a table or as JSON."""

import argparse
import importlib
import json
import logging
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypeVar

Step = TypeVar("Step")

BAR_WIDTH = 30
REDRAW_SECONDS = 0.1


def run(package: str, folder: Path, argv: Sequence[str]) -> int:
    """Runs `main(argv) -> dict` of the module of `package` that `argv` names, and prints its figures.

    With `--json` the last line is one object. Options this function does not know go to the module. Returns the exit
    status.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=importlib.import_module(package).__doc__)
    parser.add_argument("name", choices=names(folder))
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    options, own = parser.parse_known_args(argv)
    figures: Mapping[str, object] = importlib.import_module(f"{package}.{options.name}").main(own)
    print(table(figures))
    if options.json:
        print(json.dumps({"name": options.name, **figures}))
    return 0


@contextmanager
def heard_by(handler: logging.Handler, *loggers: str) -> Iterator[None]:
    """Within the block what these loggers say goes to the handler alone; afterwards as before."""
    found = [logging.getLogger(name) for name in loggers]
    for logger in found:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in found:
            logger.removeHandler(handler)
            logger.propagate = True


def names(folder: Path) -> list[str]:
    """The measurements in `folder`: its public modules, but for this one."""
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_") and path.stem != "report")


def table(figures: Mapping[str, object]) -> str:
    """One line per figure, names to the left and values to the right."""
    rows = [(name, f"{value:,.3f}" if isinstance(value, float) else str(value)) for name, value in figures.items()]
    left = max((len(name) for name, _ in rows), default=0)
    right = max((len(value) for _, value in rows), default=0)
    return "\n".join(f"{name:<{left}}  {value:>{right}}" for name, value in rows)


def progress(steps: Iterable[Step], total: int, stream: TextIO | None = None) -> Iterator[Step]:
    """Yields `steps` and draws how many of `total` are done, where the stream (standard error) is a terminal."""
    stream = stream or sys.stderr
    drawn = 0.0
    for done, step in enumerate(steps, 1):
        yield step
        if stream.isatty() and (done == total or time.monotonic() - drawn > REDRAW_SECONDS):
            drawn = time.monotonic()
            filled = BAR_WIDTH * done // total
            stream.write(f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done}/{total}" + "\n" * (done == total))
            stream.flush()
