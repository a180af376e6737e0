"""Ten thousand people with lives of their own, on a platform in memory: who they are, and what they do to the bot."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bench.soak._model import CHECK_IN, WHETHER_TO_GO_ON, Life, Model
from bot.adapters.local import NAME, LocalAdapter
from bot.asking.consenting import CORE
from bot.bot import Bot
from bot.clocks.times import Days, Schedule
from bot.context import Delivery
from bot.messages import (
    Button,
    Member,
    Message,
    Place,
)
from storage.checkins import checkins
from storage.delivery import deliveries
from storage.members import consents, in_touch, members

ZONES = (
    *("Europe/Berlin", "America/New_York", "America/Los_Angeles", "Europe/London"),
    *("America/Chicago", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"),
    *("Europe/Paris", "America/Toronto", "Europe/Madrid", "Asia/Tokyo"),
    *("America/Denver", "Europe/Rome", "Africa/Johannesburg", "Asia/Manila"),
    *("Europe/Warsaw", "Pacific/Auckland", "America/Mexico_City", "Africa/Cairo"),
    *("Europe/Lisbon", "Asia/Jakarta", "America/Santiago", "Asia/Beirut"),
    *("Europe/Athens", "Africa/Lagos", "Asia/Kathmandu", "America/Havana"),
    *("America/Halifax", "Asia/Singapore", "Europe/Helsinki", "Australia/Lord_Howe"),
    *("America/St_Johns", "Africa/Casablanca", "America/Nuuk", "Atlantic/Azores"),
    *("Asia/Tehran", "Australia/Adelaide", "Pacific/Chatham", "Antarctica/Troll"),
)
"""Forty, from where most people live to where clocks do the oddest things."""

WEIGHTS = [1 / rank for rank in range(1, len(ZONES) + 1)]
EVERY_DAY = frozenset(range(7))
DAYS = (
    *(EVERY_DAY, frozenset(range(5)), frozenset({0, 2, 4}), frozenset({1, 5})),
    *(frozenset({day}) for day in range(7)),
)
WITH_CHECK_INS = 0.4
"""Of those who are there before. The others are members too, and some begin later."""

OLD = timedelta(days=60)

HOW_MANY = (4, 3, 4, 5, *[12] * 7)
"""Of a hundred: most want to be asked once a week. A year of everybody every day is a matter of hours."""
YES = "Yes"
SILENT = 20
"""One in so many never answers."""


def life(chance: random.Random, *, often: bool = False) -> Life:
    """A zone, an hour and days: three in ten want nine in the morning, the others some quarter, few an odd minute."""
    [zone] = chance.choices(ZONES, WEIGHTS)
    roll = chance.random()
    minutes = 9 * 60 if roll < 0.3 else 20 * 60 if roll < 0.45 else chance.randrange(96) * 15
    if roll > 0.98:
        minutes = chance.choice((7 * 60 + 7, 18 * 60 + 52, 2 * 60 + 30 + 1))
    days = EVERY_DAY if often else chance.choices(DAYS, HOW_MANY)[0]
    return Life(zone, minutes, days)


class Crowd(LocalAdapter):
    """The platform they are on. What was sent is handed over at each step, so that a year fits into memory."""

    def __init__(self, bot: Bot, model: Model, chance: random.Random, communities: int, *, often: bool = False) -> None:
        super().__init__(bot)
        self.model = model
        self.chance = chance
        self.places = [Place(NAME, f"place{number}", f"Place {number}") for number in range(communities)]
        self.asked: list[tuple[str, str]] = []
        self.last: dict[str, Button] = {}
        self.joined = 0
        self.often = often

    async def send(self, member: Member, message: Message, key: str) -> str:
        actions = {button.action for button in message.buttons}
        if "checkins.skip" in actions:
            self.asked.append((member.id, CHECK_IN))
            self.last[member.id] = message.buttons[0]  # all that is needed of it: the memory is measured
        elif "checkins.go_on" in actions:
            self.asked.append((member.id, WHETHER_TO_GO_ON))
        return key

    def take(self) -> list[tuple[str, str]]:
        """Who was asked what since this was last called."""
        taken, self.asked = self.asked, []
        return taken

    def newcomer(self) -> tuple[Member, Place]:
        """Somebody nobody has met, in one of the places."""
        self.joined += 1
        member = Member(NAME, f"m{self.joined}")
        place = self.places[self.joined % len(self.places)]
        self.join(member, place)
        return member, place

    def life(self) -> Life:
        return life(self.chance, often=self.often)

    # -- what they do, and what the model thereby knows ---------------------------------------------------------------

    async def act(self, now: datetime) -> None:
        """Somebody does something, by typing and pressing as members do."""
        do = self.chance.choices(
            (
                self.arrive,
                self.change_mind,
                self.pause,
                self.resume,
                self.take_up,
                self.switch_off,
                self.switch_on,
                self.answer,
                self.forget,
            ),
            (3, 6, 4, 4, 4, 2, 2, 12, 2),
        )[0]
        await do(now)
        self.posted.clear()

    async def arrive(self, now: datetime) -> None:
        member, place = self.newcomer()
        chosen = self.life()
        await self.run(member, "start", place)
        await self._choose(member, chosen, now)

    async def change_mind(self, now: datetime) -> None:
        if who := self._somebody(on=True):
            await self._choose(who, self.life(), now)

    async def switch_on(self, now: datetime) -> None:
        if who := self._somebody(on=False):
            await self._choose(who, self.life(), now)

    async def _choose(self, member: Member, chosen: Life, now: datetime) -> None:
        answer = await self.say(member, chosen.line)
        self.model.acted(member.id, now)
        if any(str(button.label) == YES for button in answer.buttons):
            await self.press(member, labelled(answer, YES))
        known = self.model.lives.get(member.id)
        chosen.paused = known.paused if known else False
        self.model.schedule(member.id, chosen, now)

    async def pause(self, now: datetime) -> None:
        if who := self._somebody(paused=False):
            await self.say(who, "pause")
            self.model.acted(who.id, now)
            self.model.lives[who.id].paused = True

    async def resume(self, now: datetime) -> None:
        if who := self._somebody(paused=True):
            await self._come_back(who, now)

    async def take_up(self, now: datetime) -> None:
        if who := self._somebody(resting=True):
            await self._come_back(who, now)

    async def _come_back(self, who: Member, now: datetime) -> None:
        await self.say(who, "start")
        self.model.acted(who.id, now)
        self.model.come_back(who.id, now)

    async def switch_off(self, now: datetime) -> None:
        if who := self._somebody(on=True):
            await self.say(who, "checkin off")
            self.model.acted(who.id, now)
            self.model.stop(who.id)

    async def forget(self, now: datetime) -> None:
        if who := self._somebody():
            await self.press(who, labelled(await self.say(who, "forget-me"), "Delete everything"))
            self.model.forget(who.id)
            self.last.pop(who.id, None)

    async def answer(self, now: datetime) -> None:
        """A press under the last prompt, twice, as impatient thumbs do."""
        if (who := self._somebody()) and who.id in self.last:
            await self.press(who, self.last[who.id])
            await self.press(who, self.last[who.id])
            self.model.answered(who.id, now)

    def answers(self, day: int, now: datetime) -> list[tuple[Member, int]]:
        """Who answers the check-in they were sent last: each once in five days, but for those who never do."""
        found = []
        for who in self.model.lives:
            number = int(who.removeprefix("m"))
            if number % SILENT and (number + day) % 5 == 0 and who in self.last:
                found.append((Member(NAME, who), int(self.last[who].row[1:])))
                self.model.answered(who, now)
        return found

    async def run(self, member: Member, line: str, place: Place | None = None) -> None:
        await self._bot.run_text(self.incoming(member, place), line)

    def _somebody(
        self, *, on: bool | None = None, paused: bool | None = None, resting: bool | None = None
    ) -> Member | None:
        """Whoever fits, drawn at random; nobody where none of twenty does."""
        everybody = list(self.model.lives)
        for _try in range(20):
            who = self.chance.choice(everybody)
            known = self.model.lives[who]
            if on in (None, known.on) and paused in (None, known.paused) and resting in (None, known.resting):
                return Member(NAME, who)
        return None


def known(number: int, communities: int = 100) -> tuple[Member, Place]:
    """The member with this number, and the place they are in."""
    return Member(NAME, f"m{number}"), Place(NAME, f"place{number % communities}")


def labelled(message: Message, label: str) -> Button:
    return next(button for button in message.buttons if str(button.label) == label)


def settle(connection: Connection, settlers: Sequence[tuple[Member, Place, Life]], now: datetime) -> None:
    """People who came long before the simulation begins: all said yes in the same words."""
    then = now - OLD
    for member, place, chosen in settlers:
        person = members.create(connection, member, chosen.zone, "en", then)
        members.join(connection, person, members.found(connection, place, then), then)
        consents.give(connection, person, CORE, "Before the year began.", then)
        if chosen.on:
            consents.give(connection, person, ("checkin",), "Before the year began.", then)
            checkins.enable(connection, person, schedule(chosen), now)
        # Somebody the bot has written to before: first messages are spread over hours, and nobody's first day is meant.
        hello = Delivery(person, "checkins.prompt", f"hello:{person.id}", now)
        row = deliveries.plan(connection, hello)
        assert row is not None
        deliveries.settle(connection, row, "sent", now, message_id="hello")


def schedule(chosen: Life) -> Schedule:
    at = time(chosen.minutes // 60, chosen.minutes % 60)
    return Schedule(at, ZoneInfo(chosen.zone), Days(chosen.days))


def answer(connection: Connection, answered: list[tuple[Member, int]], now: datetime) -> None:
    """They answered the check-in they were sent last: what a press writes, for many at once."""
    for member, delivery in answered:
        person = members.person_of(connection, member)
        if person is not None:
            members.noticed(connection, person, member, None, now)
            in_touch.record(connection, person, now, delivery)


def random_moments(chance: random.Random, start: datetime, count: int) -> Iterator[datetime]:
    """Moments of the day that begins at ``start``, in order; none on the full minute, when messages fall due."""
    seconds = [second for second in range(86400) if second % 60]
    yield from (start + timedelta(seconds=second) for second in sorted(chance.sample(seconds, count)))
