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
from sqlite3 import Connection, connect
from tempfile import TemporaryDirectory

from bench.report import progress
from bot.hosting.installation import DATABASE
from bot.messages import Community
from cogs.buddies.measures import MEASURES as BUDDIES
from cogs.company.asking import MEASURES as COMPANY
from cogs.moderation import picture
from cogs.moderation.picture import MEASURES as PEOPLE
from storage.moderation.picture import FEWEST, STEP, counted
from tests.engines.measured import HERE, NOW, fill
from tests.prepared import prepared

NEEDS = "run"

ALL = (*BUDDIES, *COMPANY, *PEOPLE)
COMMUNITY = Community(HERE)
OF_EACH = 50
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
            with closing(_community(Path(folder) / str(number), chance)) as connection:
                for _pair in range(min(OF_EACH, options.pairs - found["pairs"])):
                    _compare(connection, chance, found)
    return found


def _community(folder: Path, chance: random.Random) -> Connection:
    folder.mkdir()
    connection = connect(prepared(folder) / DATABASE, isolation_level=None)
    fill(connection, chance, chance.choice((8, 12, 20, 40, 60)))
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _compare(connection: Connection, chance: random.Random, found: dict[str, int]) -> None:
    connection.execute("BEGIN")
    _change(connection, chance, chance.randrange(3))  # each picture begins with another community
    picture.count(connection, COMMUNITY, ALL, NOW)
    before = read(connection)
    _change(connection, chance, 1)
    picture.count(connection, COMMUNITY, ALL, NOW)
    after = read(connection)
    connection.execute("ROLLBACK")
    found["pairs"] += 1
    found["differ"] += before != after
    found["beyond"] += sum(not told for _words, told in before)
    found["figures"] += sum(bool(words) for words, _told in before)
    found["refused"] += sum(not words for words, _told in before)


def _change(connection: Connection, chance: random.Random, members: int) -> None:
    """One member goes with all that is theirs, or comes with a yes to everything."""
    for _one in range(members):
        if chance.random() < 0.5:
            everybody = [person for (person,) in connection.execute("SELECT id FROM persons ORDER BY id")]
            connection.execute("DELETE FROM persons WHERE id = ?", (chance.choice(everybody or [0]),))
            continue
        at = int(NOW.timestamp())
        [person] = connection.execute("INSERT INTO persons (zone, created) VALUES ('UTC', 0) RETURNING id").fetchone()
        since = at - chance.randrange(100) * 86_400
        connection.execute("INSERT INTO memberships (community, person, since) VALUES (1, ?, ?)", (person, since))
        connection.execute("INSERT INTO consents VALUES (?, 'buddy', 1, 'h', 0)", (person,))
        signed = "INSERT INTO buddy_signups (community, person, choices, since) VALUES (1, ?, '', ?)"
        connection.execute(signed, (person, since))
        for _time in range(chance.randrange(12)):
            connection.execute("INSERT INTO company_gave (person, at) VALUES (?, ?)", (person, at - 1))


def read(connection: Connection) -> list[tuple[str, bool]]:
    """All a moderator reads: every sentence, and whether its bar is drawn from the numbers in it and no others."""
    people = counted(connection, COMMUNITY, picture.PEOPLE)
    if people is None or people.whole < FEWEST:
        return []
    return list(_read(connection))


def _read(connection: Connection) -> Iterator[tuple[str, bool]]:
    for measure in ALL:
        shown = picture.shown_of(connection, COMMUNITY, measure)
        if shown.figure is None:
            yield "", True
            continue
        numbers = [int(number) for number in re.findall(r"about (\d+)", str(shown.words), re.IGNORECASE)]
        whole, part, *beside = numbers
        dark = part if measure.percent else round(100 * part / whole)
        striped = round(100 * beside[0] / whole) if beside else 0
        rounded = all(number % STEP == 0 for number in numbers)
        yield str(shown.text), rounded and (shown.dark, shown.striped) == (dark, striped) and dark + striped <= 100
