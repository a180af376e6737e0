"""A week of company: many ask, helpers have hours of their own and answer as people do, all on a virtual clock.

The real bot, its database file and its dispatcher. Some helpers answer quickly, some after a while, many not at all.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from bot.adapters.local import NAME, LocalAdapter
from bot.asking.consenting import ADULT, CORE
from bot.bot import Bot
from bot.keys.crypto import Keyring
from bot.messages import Button, Community, Member, Message, Person, Place
from cogs import COGS
from storage.company import helping
from storage.database.database import Database
from storage.members import consents, members
from tests.engines.virtual_clock import VirtualClock

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
HALF = timedelta(hours=1)
"""Of the two hours a request is open."""
PLACE = Place(NAME, "porch", "The Porch")
PATIENCE = 0.25
"""How many of ten questions a helper answers with "I can", on average: 2.5."""


class Crowd(LocalAdapter):
    """Takes what helpers and askers are told, so that a week fits into memory."""

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot)
        self.told: list[tuple[Member, Message]] = []

    async def send(self, member: Member, message: Message, key: str) -> str:
        self.told.append((member, message))
        return key

    def take(self) -> list[tuple[Member, Message]]:
        taken, self.told = self.told, []
        return taken


class Week:
    """One run: who asks when, who answers how, and what was found wrong."""

    def __init__(self, clock: VirtualClock, chance: random.Random) -> None:
        self.clock, self.chance = clock, chance
        self.later: list[tuple[datetime, Member, Button]] = []
        self.gave: Counter[str] = Counter()
        self.eager: dict[str, float] = {}
        self.asked: set[str] = set()
        self.worded: set[str] = set()
        self.named: set[str] = set()
        self.halves: dict[str, datetime] = {}
        self.sent: dict[str, datetime] = {}
        self.unanswered: set[str] = set()
        self.turned_away = self.above_one_claim = 0

    async def live(
        self, path: Path, helpers: int, requests: int, days: int, watch: Callable[[range], Iterable[int]] = iter
    ) -> None:
        """``watch`` shows how far it is."""
        async with await Database.open(path) as database:
            bot = Bot(database, Keyring.new(), COGS, now=self.clock.now)
            crowd = Crowd(bot)
            asks = self._asks(requests, days)
            for member in [*(Member(NAME, f"h{n}") for n in range(helpers)), *(member for _at, member in asks)]:
                crowd.join(member, PLACE)
            await database.write(_settle, helpers, [member for _at, member in asks], self.chance)
            self.eager = {f"h{n}": self.chance.uniform(0.5, 1.5) * PATIENCE for n in range(helpers)}
            steps = int((timedelta(days=days) + timedelta(hours=30)) / STEP)
            for step in watch(range(steps)):
                await self.clock.sleep_until(START + step * STEP)
                now = self.clock.now()
                while asks and asks[-1][0] <= now:
                    await self._ask(crowd, asks.pop()[1], now)
                await bot.tick(now)
                await self._answer(crowd, now)
                self.above_one_claim += await database.read(_above_one_claim)

    def _asks(self, requests: int, days: int) -> list[tuple[datetime, Member]]:
        """When somebody asks, the last first; most in the evening."""
        moments = []
        for number in range(requests):
            hour = self.chance.choice([*range(24), *range(17, 24), *range(17, 24)])
            day = START + timedelta(days=self.chance.randrange(days), hours=hour, minutes=self.chance.randrange(60))
            moments.append((day, Member(NAME, f"a{number}")))
        return sorted(moments, key=lambda one: one[0], reverse=True)

    async def _ask(self, crowd: Crowd, member: Member, now: datetime) -> None:
        """In two messages, as somebody does who is set up."""
        proposal = await crowd.say(member, "company")
        if proposal.buttons[0].action != "company.send":
            self.turned_away += 1  # told that nobody has hours now, and asked whether to be told
            return
        assert "Asked, a few at a time." in (await crowd.say(member, "ask")).text
        self.asked.add(member.id)
        self.sent[member.id] = now

    async def _answer(self, crowd: Crowd, now: datetime) -> None:
        for member, message in crowd.take():
            actions = {button.action: button for button in message.buttons}
            if "Nobody has picked this up yet." in message.text:
                self.halves[member.id] = now
            if "Your company request has ended" in message.text:
                self.worded.add(member.id)
            if "nobody was free this time" in message.text:
                self.unanswered.add(member.id)
            if "company.can" in actions:
                self._plan_helper(member, actions, now)
            elif "company.yes" in actions and self.chance.random() < 0.9:
                self.later.append((now + self._delay(20), member, actions["company.yes"]))
        due, self.later = [one for one in self.later if one[0] <= now], [one for one in self.later if one[0] > now]
        for _at, member, button in due:
            said = await crowd.press(member, button)
            self.gave[member.id] += "I'm asking them now" in said.text
            if "They have your name too" in said.text:
                self.named.add(member.id)

    def _plan_helper(self, member: Member, actions: dict[str, Button], now: datetime) -> None:
        roll = self.chance.random()
        if roll < self.eager[member.id]:
            self.later.append((now + self._delay(15), member, actions["company.can"]))
        elif roll < 0.6:
            self.later.append((now + self._delay(10), member, actions["company.cannot"]))

    def _delay(self, minutes: float) -> timedelta:
        return timedelta(minutes=self.chance.expovariate(1 / minutes))

    @property
    def without_a_word(self) -> set[str]:
        return self.asked - self.worded - self.named

    @property
    def not_told_at_half(self) -> set[str]:
        """Requests that nobody offered anything to, and whose half time went by without a word."""
        return self.unanswered - {who for who, at in self.halves.items() if HALF <= at - self.sent[who] <= HALF + STEP}

    def busiest_share(self, helpers: int) -> float:
        """What the busiest tenth gave, against a tenth of all that was given: 1 is perfectly even."""
        given = sorted((self.gave[f"h{n}"] for n in range(helpers)), reverse=True)
        return sum(given[: helpers // 10]) / max(1, sum(given)) / 0.1


def _settle(connection: Connection, helpers: int, askers: Sequence[Member], chance: random.Random) -> None:
    """Everybody is set up; each helper has from three to ten hours, on most days."""
    community = members.found(connection, PLACE, START)
    for number in range(helpers):
        person = _person(connection, Member(NAME, f"h{number}"), helping.HELPER, community)
        first, length = chance.randrange(24), chance.randrange(3, 11)
        days = "".join(sorted(chance.sample("1234567", chance.randrange(4, 8))))
        helping.set_hours(connection, person, "UTC", f"{first:02}:00", f"{(first + length) % 24:02}:00", days)
    for member in askers:
        _person(connection, member, helping.COMPANY, community)


def _person(connection: Connection, member: Member, purpose: str, community: Community) -> Person:
    """In the community first: who comes as a helper from elsewhere is looked at before they begin."""
    person = members.create(connection, member, "UTC", "en", START)
    members.join(connection, person, community, START)
    consents.give(connection, person, (*CORE, ADULT, purpose), "Before the week began.", START)
    return person


def _above_one_claim(connection: Connection) -> int:
    return len(
        connection.execute(
            "SELECT person FROM company_asks WHERE state IN ('can', 'chosen') GROUP BY person HAVING count(*) > 1"
        ).fetchall()
    )
