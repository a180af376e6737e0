"""Makes the pictures of docs/images again."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from tests.pictures import scenes

IMAGES = Path(__file__).parents[2] / "docs/images"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=IMAGES, help="another folder for them")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(scenes.an_evening_on_discord(options.out / "discord.png"))


main()
