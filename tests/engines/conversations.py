"""Random conversations: ten questions for each member, some asked for and some not, answered late and out of order.

Whatever comes in between (commands, lost lines that are changed afterwards, pictures, hearts, a form that steps aside
and is taken up again), and however often the bot is started anew, every answer reaches the question it was for: typed
as a word or a number, as a reply, by a reaction, or by changing a line that was lost; and nothing that stood open is
answered with "I don't know that".
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from bot.adapters.local import NAME
from bot.cog import KeepsNothing, action, command, message
from bot.context import Context, Delivery, Reader
from bot.incoming import text
from bot.messages import Button, Field, Form, Member, Message, Person, Text
from bot.story.playground import Playground
from storage.delivery import deliveries
from storage.members import members
from tests.cast import UNGREETED
from tests.prepared import at_home

BEGIN = datetime(2026, 3, 28, 17, 0, tzinfo=UTC)
QUESTIONS = 10
LIFE = {True: timedelta(hours=48), False: timedelta(hours=24)}
"""How long a question stands that came by itself, and one that answered what the member did."""
LABELS = (
    ("Yes", "No"),
    ("I'm in", "Can't this time"),
    ("2 days", "3 days", "7 days"),
    ("Fine", "Hard", "Not sure"),
    ("Stay", "End gently"),
)
BETWEEN = ("about", "help now", "privacy", "qwertz uiop", "start")
LOST = ("qwertz uiop", "asdf jklo", "not a word of ours")
WAYS = ("word", "number", "reply", "reply by number", "reaction", "change", "change by number")
ASIDE = ("about", "help", "privacy", "start", "back")

Open = Callable[[], AbstractAsyncContextManager[Playground]]


class Asks(KeepsNothing):
    """Asks whatever it is told to, and remembers what it heard."""

    heard: list[str] = []  # noqa: RUF012  # of all bots that are started one after the other

    @command("ask", anyone=True)
    async def ask(self, context: Context, number: int) -> Message:
        """Ask one question."""
        return question(number)

    @message("asks.asked", actions=("asks.answer",), stands=LIFE[True])
    async def asked(self, delivery: Delivery, reader: Reader) -> Message:
        return question(int(delivery.args["number"]))

    @command("fill", anyone=True)
    async def fill(self, context: Context, number: int) -> Form:
        """Fill in a form of two questions."""
        fields = (Field("first", Text("How many?"), int), Field("second", Text("And how many more?"), int))
        return Form(Text(f"Form {number}"), fields, "asks.filled", str(number))

    @action("asks.filled")
    async def filled(self, context: Context, value: str, first: int, second: int) -> Text:
        self.heard.append(f"{value}|{first}|{second}")
        return Text("Filled in.")

    @action("asks.answer")
    async def answer(self, context: Context, value: str) -> Text:
        self.heard.append(value)
        return Text(f"Heard {value}.")


def question(number: int) -> Message:
    buttons = [Button(Text(label), "asks.answer", f"{number}|{label}") for label in LABELS[number % len(LABELS)]]
    return Message(Text(f"Question {number}, for you alone?"), tuple(buttons))


@dataclass
class Asked:
    number: int
    until: datetime
    said: Message

    @property
    def labels(self) -> tuple[str, ...]:
        return LABELS[self.number % len(LABELS)]


@dataclass
class Talk:
    """One member's conversation: what is still to be asked, and what stands open."""

    member: Member
    person: Person
    to_come: list[int]
    pending: list[Asked] = field(default_factory=list)
    draft: int = 0
    """The number of a form that was left at its second question, and until when it is kept."""
    draft_until: datetime = BEGIN
    newest: Message | None = None
    """The screen that answered the member's own act, while nothing came after it: a word that fits there means that."""

    def saw(self, said: Message) -> Message:
        """The screen that answered them a moment ago, if it is one."""
        self.newest = said if said.buttons and not said.aside else self.newest
        return said


@dataclass
class Conversations:
    """``talks`` conversations at once; ``found`` says how each answer went, ``faults`` what went wrong."""

    seed: int
    talks: int
    found: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    forms: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**6)))

    async def run(self, reopen: Open) -> None:
        """``reopen`` starts the bot on the same file."""
        dice = random.Random(self.seed)
        all_talks: list[Talk] = []
        numbers = iter(range(100, 10**6))
        while not all_talks or any(talk.to_come or talk.pending for talk in all_talks):
            async with reopen() as world:
                if not all_talks:
                    all_talks = [await _begun(world, place, numbers, dice) for place in range(self.talks)]
                for _round in range(dice.randint(2, 5)):
                    await self._round(world, all_talks, dice)
            self.found["restarts"] += 1

    async def _round(self, world: Playground, talks: list[Talk], dice: random.Random) -> None:
        world.now += timedelta(hours=dice.randint(1, 7))
        asked = [talk for talk in talks if talk.to_come and dice.random() < 0.4]
        await self._come(world, asked, dice)
        for talk in talks:
            if talk.to_come and dice.random() < 0.3:
                await self._own(world, talk)
            if dice.random() < 0.3:
                talk.saw(await world.chat.say(talk.member, dice.choice(BETWEEN)))
            if dice.random() < 0.2:
                await self._wordless(world, talk, dice)
            if talk.draft and (dice.random() < 0.3 or talk.draft_until - world.now < timedelta(hours=8)):
                await self._taken_up(world, talk, dice)
            elif not talk.draft and dice.random() < 0.1:
                await self._left(world, talk, dice)
            due = [one for one in talk.pending if one.until - world.now < timedelta(hours=8)]
            maybe = [one for one in talk.pending if one not in due and dice.random() < 0.3]
            for one in (*due, *maybe):
                await self._answer(world, talk, one, dice)

    async def _come(self, world: Playground, talks: list[Talk], dice: random.Random) -> None:
        told = [
            (talk, [talk.to_come.pop() for _ in range(min(len(talk.to_come), dice.randint(1, 2)))]) for talk in talks
        ]

        def plan(connection: Connection) -> None:
            for talk, numbers in told:
                for number in numbers:
                    what = {"number": number}
                    deliveries.tell(connection, talk.person, "asks.asked", number, world.now, args=what, picked=True)

        await world.bot.database.write(plan)
        await world.bot.tick(world.now)
        for talk, numbers in told:
            said = {str(one.text): one for one in world.chat.read(talk.member)}
            for number in numbers:
                came = said[str(question(number).text)]
                talk.pending.append(Asked(number, world.now + LIFE[True], came))
                talk.newest = None

    async def _own(self, world: Playground, talk: Talk) -> None:
        number = talk.to_come.pop()
        said = await world.chat.say(talk.member, f"ask {number}")
        talk.newest = said
        talk.pending.append(Asked(number, world.now + LIFE[False], said))

    async def _answer(self, world: Playground, talk: Talk, asked: Asked, dice: random.Random) -> None:
        place = dice.randrange(len(asked.labels))
        how = dice.choice(WAYS)
        line = str(place + 1) if "number" in how else dice.choice((str.casefold, str))(asked.labels[place])
        newest = talk.newest
        if newest and newest is not asked.said and text.chosen(text.labels(newest.buttons), line):
            how = "reply by number" if "number" in how else "reply"  # else it would mean the screen just opened
        Asks.heard.clear()
        said = await self._said(world, talk, asked, how, line, dice)
        if "Which one?" in said.text:
            how, talk.newest = "which one", None
            said = await self._named(world, talk, asked, said, dice)
        self.found[how] += 1
        meant = f"{asked.number}|{text.chosen([(one, one) for one in asked.labels], line)}"
        if Asks.heard != [meant]:
            self.faults.append(
                f"{line!r} for {asked.number} ({how}) at {world.now}: heard {Asks.heard}, said {said.text}"
            )
        talk.pending.remove(asked)
        talk.newest = None if talk.newest is asked.said else talk.newest

    async def _said(
        self, world: Playground, talk: Talk, asked: Asked, how: str, line: str, dice: random.Random
    ) -> Message:
        if how == "reaction":
            key = str(asked.labels.index(next(one for one in asked.labels if one.casefold() == line.casefold())) + 1)
            return (await world.chat.react(talk.member, asked.said, key))[-1]
        if "change" in how:
            talk.saw(await world.chat.say(talk.member, dice.choice(LOST)))
            return (await world.chat.edit(talk.member, line))[-1]
        return await world.chat.say(talk.member, line, reply_to=asked.said if "reply" in how else None)

    async def _wordless(self, world: Playground, talk: Talk, dice: random.Random) -> None:
        """A picture, a heart, a lost line that is changed into a command, or one that is taken back."""
        self.found["wordless"] += 1
        way = dice.randrange(4)
        if way < 2:
            await world.chat.show(talk.member, silent=way == 1)
            return
        await world.chat.say(talk.member, dice.choice(LOST))
        for said in await (world.chat.edit(talk.member, "about") if way == 2 else world.chat.take_back(talk.member)):
            talk.saw(said)

    async def _left(self, world: Playground, talk: Talk, dice: random.Random) -> None:
        """A form is half filled in, and something else is wanted."""
        talk.draft, talk.draft_until = next(self.forms), world.now + timedelta(days=1)
        await world.chat.say(talk.member, f"fill {talk.draft}")
        await world.chat.say(talk.member, "3")
        said = talk.saw(await world.chat.say(talk.member, dice.choice(ASIDE)))
        if f"Go on with: Form {talk.draft}" not in [str(one.label) for one in said.buttons]:
            self.faults.append(f"the form is not offered by {said.text}")

    async def _taken_up(self, world: Playground, talk: Talk, dice: random.Random) -> None:
        label = f"Go on with: Form {talk.draft}"
        await world.chat.say(talk.member, dice.choice(("go on", label, label.casefold())))
        Asks.heard.clear()
        said = talk.saw(await world.chat.say(talk.member, "4"))
        if Asks.heard != [f"{talk.draft}|3|4"]:
            self.faults.append(f"form {talk.draft}: heard {Asks.heard}, said {said.text}")
        self.found["form"] += 1
        talk.draft, talk.newest = 0, _without_offer(talk.newest)

    async def _named(self, world: Playground, talk: Talk, asked: Asked, said: Message, dice: random.Random) -> Message:
        """The question by its name: both are named, and nothing was done."""
        names = [str(one.label) for one in said.buttons]
        if Asks.heard or str(asked.said.text) not in names:
            self.faults.append(f"which one: {names} for {asked.number}, and heard {Asks.heard}")
            return said
        place = names.index(str(asked.said.text))
        return await world.chat.say(talk.member, dice.choice((str(place + 1), names[place])))


def _without_offer(newest: Message | None) -> Message | None:
    """The screen once the form under it was taken up."""
    left = tuple(one for one in newest.buttons if not str(one.label).startswith("Go on with: ")) if newest else ()
    return replace(newest, buttons=left) if newest and left else None


async def run(folder: Path, seed: int, talks: int) -> Conversations:
    """All of them in one file, which is opened anew whenever the bot is started."""
    ran = Conversations(seed, talks)
    await ran.run(lambda: at_home(folder, BEGIN, (*UNGREETED, Asks)))
    return ran


async def _begun(world: Playground, place: int, numbers: Iterator[int], dice: random.Random) -> Talk:
    member = Member(NAME, f"member-{place}", f"Member {place}")
    person = await world.bot.database.write(members.create, member, "UTC", "en", world.now)
    asked = [next(numbers) for _ in range(QUESTIONS)]
    dice.shuffle(asked)
    return Talk(member, person, asked)
