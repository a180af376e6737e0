"""Kills the bot with SIGKILL at any step of answering a pressed button: what was acknowledged must be stored, once."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.adapters.local import LocalAdapter
from bot.context import Context
from bot.messages import Form, Message
from tests.cast import ALICE, UNGREETED, Playground, button
from tests.engines import processes
from tests.engines.trace import Steps

EVENING = datetime(2026, 3, 28, 17, 0, tzinfo=UTC)


@dataclass
class Pressed:
    """``forgotten``: acknowledged, and not stored. ``repeated``: a second press changed what the first had stored."""

    points: int = 0
    acknowledged: int = 0
    forgotten: int = 0
    repeated: int = 0


class Witness(LocalAdapter):
    """Notes outside the process that the member has seen the answer."""

    note: Path

    async def respond(self, context: Context, reply: Message | Form) -> None:
        self.note.touch()
        await super().respond(context, reply)


class Presses:
    """Alice presses Skip under a check-in while the bot dies, and once more when it is back."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self.tally = Pressed()

    def points(self, wanted: int) -> Iterator[int]:
        """Kill so many bots, at steps spread over all that one press takes. Yields once for each."""
        before = self._folder / "before"
        processes.run(partial(self._prompt, before))
        processes.run(partial(self._press, self._copy(before), 0))
        steps = int((self._folder / "now" / "steps").read_text())
        lasts = [1 + index * steps // wanted for index in range(wanted)]
        self._chance.shuffle(lasts)
        for index, last in enumerate(lasts):
            folder = self._copy(before)
            self.tally.points += not processes.run(partial(self._press, folder, last))
            self._judge(folder)
            yield index

    def _judge(self, folder: Path) -> None:
        acknowledged, stored = (folder / "seen").exists(), _answered(folder)
        self.tally.acknowledged += acknowledged
        self.tally.forgotten += acknowledged and not stored
        processes.run(partial(self._press, folder, 0, later=timedelta(minutes=1)))
        again = _answered(folder)
        self.tally.forgotten += not again
        self.tally.repeated += bool(stored) and again != stored

    def _copy(self, before: Path) -> Path:
        shutil.rmtree(self._folder / "now", ignore_errors=True)
        return Path(shutil.copytree(before, self._folder / "now"))

    async def _prompt(self, folder: Path) -> None:
        """Alice has asked for a check-in, and it has come."""
        async with Playground.open(folder, EVENING, UNGREETED) as world:
            reply = await world.chat.say(ALICE, "checkin on 19:00 berlin")
            await world.chat.press(ALICE, button(reply, "Yes"))
            async for _said in world.wait(timedelta(hours=2)):
                pass
            (folder / "button").write_text(button(world.chat.read(ALICE)[-1], "Skip").id)

    async def _press(self, folder: Path, last: int, later: timedelta = timedelta()) -> None:
        async with Playground.open(folder, EVENING, UNGREETED) as world:
            world.now += later
            witness = Witness(world.bot)
            witness.note = folder / "seen"
            steps = Steps(last)
            steps.begin()
            await world.bot.run_action(witness.incoming(ALICE), (folder / "button").read_text())
        (folder / "steps").write_text(str(steps.count))


def _answered(folder: Path) -> list[int]:
    """When each check-in was answered, as far as that is stored."""
    with closing(sqlite3.connect(folder / "kith.db")) as connection:
        rows = connection.execute("SELECT answered FROM checkins WHERE answered IS NOT NULL").fetchall()
    return [answered for (answered,) in rows]
