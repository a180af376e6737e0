"""Communities one member apart: what moderators read is the same, so that nothing of anybody is in the difference.

Real rows, counted by the real measures. A picture stands; one member goes, or comes, and it is counted again:
sentences, bars and refusals must not change. `--pairs 100` takes seconds.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory

from bench.report import progress
from bot.messages import Community
from cogs.buddies.measures import MEASURES as BUDDIES
from cogs.circles.stewards import MEASURES as CIRCLES
from cogs.company.asking import MEASURES as COMPANY
from cogs.moderation import picture
from cogs.moderation.picture import MEASURES as PEOPLE
from storage.moderation import cases
from storage.moderation.cases import Viewer
from storage.moderation.picture import FEWEST, STEP, counted
from tests.engines.measured import HERE, NOW, come_and_go, opened, undone

NEEDS = "run"

ALL = (*CIRCLES, *BUDDIES, *COMPANY, *PEOPLE)
COMMUNITY = Community(HERE)
MODERATOR = Viewer(None, frozenset({b"1"}))
OF_EACH = 20
"""Changes tried on one community before the next is made."""


def main(argv: Sequence[str]) -> dict[str, int]:
    """`differ` (pairs whose pictures are not the same) and `beyond` (bars that say more than words) must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak picture", description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    chance, found = random.Random(options.seed), {"pairs": 0, "differ": 0, "beyond": 0, "figures": 0, "refused": 0}
    with TemporaryDirectory(prefix="kith-picture-") as folder:
        for number in progress(range(-(-options.pairs // OF_EACH)), -(-options.pairs // OF_EACH)):
            with closing(opened(Path(folder) / str(number), chance)) as connection:
                for _pair in range(min(OF_EACH, options.pairs - found["pairs"])):
                    _compare(connection, chance, found)
    return found


def _compare(connection: Connection, chance: random.Random, found: dict[str, int]) -> None:
    with undone(connection):
        come_and_go(connection, chance, chance.randrange(3))  # each picture begins with another community
        picture.count(connection, COMMUNITY, ALL, NOW)
        before = read(connection)
        come_and_go(connection, chance, 1)
        picture.count(connection, COMMUNITY, ALL, NOW)
        after = read(connection)
    found["pairs"] += 1
    found["differ"] += before != after
    found["beyond"] += sum(not told for _words, told in before)
    found["figures"] += sum(bool(words) for words, _told in before)
    found["refused"] += sum(not words for words, _told in before)


def read(connection: Connection) -> list[tuple[str, bool]]:
    """All a moderator reads: every sentence, and whether its bar is drawn from the numbers in it and no others."""
    people = counted(connection, COMMUNITY, picture.PEOPLE)
    if people is None or people.whole < FEWEST:
        return []
    reported = picture.reports(cases.lately(connection, COMMUNITY, MODERATOR, NOW))
    return [*_read(connection), *((str(words), True) for words in reported)]


def _read(connection: Connection) -> Iterator[tuple[str, bool]]:
    for measure in ALL:
        shown = picture.shown_of(connection, COMMUNITY, measure)
        if shown.figure is None:
            yield "", True
            continue
        if measure.whether:
            yield str(shown.text), shown.figure.part in (0, 1) and not re.search(r"\d", str(shown.words))
            continue
        numbers = [int(number) for number in re.findall(r"about (\d+)", str(shown.words), re.IGNORECASE)]
        whole, part, *beside = numbers
        dark = part if measure.percent else round(100 * part / whole)
        striped = round(100 * beside[0] / whole) if beside else 0
        rounded = all(number % STEP == 0 for number in numbers)
        yield str(shown.text), rounded and (shown.dark, shown.striped) == (dark, striped) and dark + striped <= 100
