"""`scripts/demo`: writes the recorded tour."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.story.tour.recording import made

PAGE = Path(__file__).parents[3] / "docs/tour.html"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/demo", description="The guided tour as one file, without a server.")
    parser.add_argument("--out", type=Path, default=PAGE, metavar="FILE", help="another file than docs/tour.html")
    parser.parse_args().out.write_text(asyncio.run(made()), encoding="utf-8")


if __name__ == "__main__":
    main()
