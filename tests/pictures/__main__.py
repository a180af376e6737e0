"""Makes the pictures of docs/images again."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from tests.pictures.matrix import an_evening_on_matrix
from tests.pictures.scenes import an_evening_on_discord
from tests.pictures.screens import a_members_screens, a_moderators_screens

IMAGES = Path(__file__).parents[2] / "docs/images"
PICTURES = {
    "discord": an_evening_on_discord,
    "matrix": an_evening_on_matrix,
    "discord-members": a_members_screens,
    "discord-moderators": a_moderators_screens,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/pictures", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*PICTURES, []], help="which of them; all, if none is named")
    parser.add_argument("--out", type=Path, default=IMAGES, help="another folder for them")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or PICTURES:
        asyncio.run(PICTURES[name](options.out / f"{name}.png"))


main()
