"""The bot is killed anywhere between the matching and the last announcement: nobody is lost, nobody is told twice."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.local import NAME, LocalAdapter
from bot.bot import Bot
from bot.context import Group
from bot.keys.crypto import Keyring
from bot.messages import Channel, Member, Message, Place, Text
from cogs.buddies.endings import Endings
from cogs.buddies.goals import Goals
from cogs.buddies.introductions import Introductions
from cogs.buddies.pairs import Pairs
from cogs.buddies.places import PairPlaces
from cogs.buddies.questions import PairQuestions
from cogs.buddies.rounds import Rounds
from cogs.buddies.signup import SignUp
from cogs.buddies.standing import Standing
from cogs.buddies.waiting import Waiting
from cogs.buddies.wishes import Wishes
from cogs.onboarding import Onboarding
from storage.buddies import buddies, rounds
from storage.database.database import Database
from storage.members import consents, members
from tests.engines import processes
from tests.engines.trace import Steps

pytestmark = pytest.mark.xdist_group("buddies-crash")  # one process makes what all of these read

COGS = (
    *(Onboarding, SignUp, Wishes, Introductions, PairPlaces, PairQuestions, Pairs),
    *(Goals, Endings, Standing, Waiting, Rounds),
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE = [Member(NAME, name, name.title()) for name in ("alice", "bob", "chandra", "dana")]
PORCH = Place(NAME, "porch", "The Porch")
POINTS = 10
CHOICES = "c.3.1.3100.." + "en.0."


class Platform(LocalAdapter):
    """A platform that outlives the bot: what was said, and who may open what, stands in a file."""

    def __init__(self, bot: Bot, file: Path) -> None:
        super().__init__(bot)
        self._file = file
        self.answers: dict[str, list[str]] = {}
        for member in PEOPLE:
            self.join(member, PORCH)
        for line in file.read_text().splitlines() if file.exists() else ():
            self._happened(json.loads(line))

    def _happened(self, event: dict[str, Any]) -> None:
        if "group" in event:
            self.groups.setdefault(event["group"], set()).update(event["members"])
        else:
            to = Channel(NAME, event["to"]) if event["shared"] else Member(NAME, event["to"])
            super()._post(to, Message(Text(event["text"])), event["key"])
            self.answers.setdefault(event["to"], []).extend(event["buttons"])

    def _keep(self, event: dict[str, Any]) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(event) + "\n")

    def _post(self, to: Member | Channel, message: Message, key: str = "") -> str:
        known = any(posted.key == key and posted.to == to for posted in self.posted) if key else True
        id_ = super()._post(to, message, key)
        if not known:
            buttons = [button.id for button in message.buttons]
            self.answers.setdefault(to.id, []).extend(buttons)
            shared = isinstance(to, Channel)
            self._keep({"to": to.id, "shared": shared, "text": str(message.text), "key": key, "buttons": buttons})
        return id_

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        self._keep({"group": key, "members": [member.id for member in members]})
        return await super().open_group(place, members, title, key)


def build(folder: Path, keyring: Keyring) -> None:
    """Four people who signed up, and a round that is due."""

    async def found() -> None:
        async with await Database.open(folder / "kith.db") as database:
            bot = Bot(database, keyring, COGS, now=lambda: NOON)
            Platform(bot, folder / "said")
            community = await database.write(members.found, PORCH, NOON)
            for member in PEOPLE:
                person = await database.write(members.create, member, "UTC", "en", NOON)
                await database.write(members.join, person, community, NOON)
                await database.write(consents.give, person, ("core", "dm", "buddy", "adult"), "Yes.", NOON)
                await database.write(buddies.sign_up, community, person, None, CHOICES, NOON)
            await database.write(rounds.set_schedule, community, 4, NOON, "UTC")

    processes.run(found)


async def live(folder: Path, keyring: Keyring, last: int) -> None:
    """One bot: matches, asks, hears a yes of everybody, and opens the places; it dies at step ``last`` (0: never)."""
    steps = Steps(last)
    steps.begin()
    async with await Database.open(folder / "kith.db") as database:
        bot = Bot(database, keyring, COGS, now=lambda: NOON)
        platform = Platform(bot, folder / "said")
        for hour in range(3):
            now = NOON + timedelta(hours=hour)
            await bot.run_jobs("hour", now)
            await bot.tick(now)
            for member in PEOPLE:
                for button in platform.answers.get(member.id, [])[:]:
                    if "yes|" in button:
                        with suppress(AssertionError):
                            await bot.run_action(platform.incoming(member), button)
            await bot.tick(now)
            await bot.tick(now + timedelta(minutes=2))
    (folder / "steps").write_text(str(steps.count))


def said(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "said").read_text().splitlines()]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Keyring, int]:
    """The world before the round, and how many steps a bot takes that is not killed."""
    folder, keyring = tmp_path_factory.mktemp("begun"), Keyring.new()
    build(folder, keyring)
    whole = shutil.copytree(folder, tmp_path_factory.mktemp("whole") / "world")
    assert processes.run(partial(live, whole, keyring, 0))
    check(whole)
    return folder, keyring, int((whole / "steps").read_text()) * 9 // 10


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_anywhere_everybody_is_introduced_once(
    begun: tuple[Path, Keyring, int], tmp_path: Path, point: int
) -> None:
    folder, keyring, steps = begun
    world = shutil.copytree(folder, tmp_path / "world")
    chance = random.Random(point)
    first = 1 + point * steps // POINTS + chance.randrange(max(1, steps // POINTS))
    assert not processes.run(partial(live, world, keyring, first)), "it was not killed"
    processes.run(partial(live, world, keyring, chance.randint(1, steps)))
    assert processes.run(partial(live, world, keyring, 0))
    check(world)


def check(world: Path) -> None:
    """Two pairs; each of the four was asked once and told once, and each place was introduced once."""
    heard = Counter((event["to"], _what(event["text"])) for event in said(world) if "text" in event and event["key"])
    for member in PEOPLE:
        assert heard[member.id, "asked"] == 1, heard
        assert heard[member.id, "told"] == 1, heard
    intros = {to: times for (to, what), times in heard.items() if what == "introduced"}
    assert sorted(intros.values()) == [1, 1], heard
    opened: dict[str, set[str]] = {}
    for event in said(world):
        if "group" in event:
            opened.setdefault(event["group"], set()).update(event["members"])
    assert sorted(len(there) for there in opened.values()) == [2, 2]
    assert set().union(*opened.values()) == {member.id for member in PEOPLE}
    assert set(intros) == set(opened)


def _what(text: str) -> str:
    for words, what in (
        ("not on your list of people to avoid", "asked"),
        ("said yes to each other", "told"),
        ("you both said yes", "introduced"),
    ):
        if words in text:
            return what
    return text
