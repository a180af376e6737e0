"""Who may run what, and from where: every command and action, for every relation to a community, one cell each.

``tests/data/access.txt`` says what each of them needs. A new one without a row there fails, and so does one whose marks
no longer say the same: `python -m tests.asking.test_access_matrix` writes the file anew, for somebody to read.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.local import NAME
from bot.bot import Bot
from bot.context import Context
from bot.messages import Button, Community, Member, Message, Person, Place, Text
from bot.registry import Action, Command
from storage.delivery import offers
from storage.members import blocks, members
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, ROOM, Playground

TABLE = Path(__file__).parents[1] / "data/access.txt"
GARDEN = Place(NAME, "garden", "The Garden")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BOTH, ONCE = Member(NAME, "fadi", "Fadi"), Member(NAME, "gina", "Gina")
"""Somebody in two communities, and somebody who moderated until a moment ago."""


def needs(door: Command | Action) -> str:
    """What the marks of a command or action say, in words of the table."""
    who = "moderators" if door.moderators else "anyone" if door.anyone else "member"
    told = [who, *(["community"] if door.community else [])]
    if isinstance(door, Action):
        told += ["stateless"] if door.stateless else []
        told += ["once"] if door.once else []
    elif door.moderators and not door.anyone:
        told.append("who said yes")
    return " ".join(told)


def table(bot: Bot) -> str:
    """The file, as it is for this bot."""
    doors: list[tuple[str, Command | Action]] = [
        (f"/{name}", command) for name, command in bot.registry.commands.items()
    ]
    doors += list(bot.registry.actions.items())
    return "".join(f"{name}: {needs(door)}\n" for name, door in sorted(doors))


def test_every_command_and_action_has_its_row(world: Playground) -> None:
    """To add one: write its row, having thought about who may run it."""
    written = set(TABLE.read_text(encoding="utf-8").splitlines())
    there = set(table(world.bot).splitlines())
    assert sorted(there - written) == [], "not in tests/data/access.txt"
    assert sorted(written - there) == [], "in tests/data/access.txt, but not in the bot"


def test_nothing_a_moderator_does_works_without_a_row_that_was_offered(world: Playground) -> None:
    assert [name for name, action in world.bot.registry.actions.items() if action.moderators and action.stateless] == []


# -- the relations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """Somebody, and where they speak. ``community`` is what that settles on where a command asks for one."""

    name: str
    member: Member
    place: Place | None
    community: Community | None
    person: Person | None
    moderator: bool = False


class House:
    """A porch and a garden, everybody in their place, and handlers that only note that they were reached."""

    def __init__(self, world: Playground) -> None:
        self.world = world
        self.reached: list[tuple[str, Context]] = []

    async def settle(self) -> list[Situation]:
        """Everybody becomes what they are; then the handlers are exchanged."""
        self.world.chat.join(BOB, GARDEN)
        self.world.chat.join(MO, GARDEN)
        self.world.chat.join(EVE, ROOM)
        self.world.chat.leave(BOB, ROOM)
        for place in (ROOM, GARDEN):
            self.world.chat.join(BOTH, place)
        self.world.chat.join(ONCE, ROOM, moderator=True)
        write = self.world.bot.database.write
        porch, garden = [await write(members.found, place, NOW) for place in (ROOM, GARDEN)]
        homes = {ALICE: porch, EVE: porch, BOB: garden, CHANDRA: porch, MO: porch, BOTH: porch, ONCE: porch}
        people = {}
        for member, community in homes.items():
            people[member] = await write(members.create, member, "UTC", "en", NOW)
            await write(members.join, people[member], community, NOW)
        await write(members.join, people[BOTH], garden, NOW)
        await write(blocks.add, people[ALICE], people[EVE], NOW)
        await self.world.chat.say(ONCE, "kith-mod audit", ROOM)
        self.world.chat.rooms[ROOM.id].moderators.discard(ONCE.id)
        self.old_offer = await self.offer(people[CHANDRA], porch)
        self.world.chat.leave(CHANDRA, ROOM)
        await self.world.bot.core.leaving.leave(people[CHANDRA], porch, NOW)
        self._exchange_handlers()
        return [
            Situation("stranger", DANA, ROOM, porch, None),
            Situation("stranger, direct", DANA, None, porch, None),
            Situation("member", ALICE, ROOM, porch, people[ALICE]),
            Situation("member of another community, there", BOB, GARDEN, garden, people[BOB]),
            Situation("member of another community, direct", BOB, None, garden, people[BOB]),
            Situation("member of both, here", BOTH, ROOM, porch, people[BOTH]),
            Situation("member of both, there", BOTH, GARDEN, garden, people[BOTH]),
            Situation("member of both, direct", BOTH, None, None, people[BOTH]),
            Situation("former member, direct", CHANDRA, None, None, people[CHANDRA]),
            Situation("member, direct", ALICE, None, porch, people[ALICE]),
            Situation("avoided by somebody", EVE, ROOM, porch, people[EVE]),
            Situation("avoided by somebody, direct", EVE, None, porch, people[EVE]),
            Situation("moderator until a moment ago", ONCE, ROOM, porch, people[ONCE]),
            Situation("moderator", MO, ROOM, porch, people[MO], moderator=True),
            Situation("moderator elsewhere", MO, GARDEN, garden, people[MO]),
        ]

    def _exchange_handlers(self) -> None:
        bot = self.world.bot
        for name, command in bot.registry.commands.items():
            bot.registry.commands[name] = replace(command, parameters=(), handler=self._note(f"/{name}"))
        for name, action in bot.registry.actions.items():
            bot.registry.actions[name] = replace(action, handler=self._note_pressed(name))

    def _note(self, name: str) -> Callable[[Context], Awaitable[Message]]:
        async def handler(context: Context) -> Message:
            self.reached.append((name, context))
            return Message(Text("reached"))

        return handler

    def _note_pressed(self, name: str) -> Callable[[Context, str], Awaitable[Message]]:
        async def handler(context: Context, value: str) -> Message:
            self.reached.append((name, context))
            return Message(Text("reached"))

        return handler

    async def offer(self, person: Person, community: Community | None) -> int:
        """A row that offers every action there is to one person."""
        everything = [(name, "") for name in self.world.bot.registry.actions]
        return await self.world.bot.database.write(offers.add, person, community, everything, self.world.now)

    async def command(self, who: Situation, name: str) -> tuple[str, Context] | None:
        """What was reached by this command, if anything."""
        self.reached.clear()
        await self.world.bot.run_command(self.world.chat.incoming(who.member, who.place), name, {})
        return self.reached[0] if self.reached else None

    async def press(
        self, who: Situation, name: str, row: str, place: Place | None = None
    ) -> tuple[str, Context] | None:
        self.reached.clear()
        incoming = self.world.chat.incoming(who.member, place or who.place)
        await self.world.bot.run_action(incoming, Button(Text("x"), name, row=row).id)
        return self.reached[0] if self.reached else None


@pytest.fixture
def house(world: Playground) -> House:
    return House(world)


# -- the cells --------------------------------------------------------------------------------------------------------


def allowed(door: Command, who: Situation) -> str:
    """What this member reaches with this command here: the command, the hello, or (empty) nothing."""
    if who.person is None and not door.anyone:
        return "onboarding.first"  # the hello
    asks_for_a_community = door.community or door.moderators
    if asks_for_a_community and who.community is None:
        return ""
    if door.moderators and not who.moderator:
        return ""
    return f"/{door.name}"


async def test_every_command_in_every_relation(house: House) -> None:
    situations = await house.settle()
    wrong = []
    for who in situations:
        for name, command in list(house.world.bot.registry.commands.items()):
            found = await house.command(who, name)
            reached, context = found if found else ("", None)
            if reached != allowed(command, who):
                wrong.append(f"{who.name}: /{name} reached {reached or 'nothing'}")
            elif reached == "onboarding.first" or context is None or not (command.community or command.moderators):
                continue
            elif context.community != who.community:
                wrong.append(f"{who.name}: /{name} in {context.community}")
    assert wrong == []


async def test_without_a_row_only_what_needs_none_is_reached(house: House) -> None:
    wrong = []
    for who in await house.settle():
        for name, action in list(house.world.bot.registry.actions.items()):
            found = await house.press(who, name, "-")
            if (found is not None and found[0] == name) != action.stateless:
                wrong.append(f"{who.name}: {name} reached {found[0] if found else 'nothing'}")
    assert wrong == []


async def test_what_was_offered_to_oneself_is_reached_and_moderators_are_asked_for_again(house: House) -> None:
    wrong = []
    for who in await house.settle():
        if who.person is None or who.community is None:
            continue
        row = await house.offer(who.person, who.community)
        for name, action in list(house.world.bot.registry.actions.items()):
            if action.once:
                row = await house.offer(who.person, who.community)
            found = await house.press(who, name, f"o{row}")
            expected = name if who.moderator or not action.moderators else ""
            if (found[0] if found else "") != expected:
                wrong.append(f"{who.name}: {name} reached {found[0] if found else 'nothing'}")
            elif found is not None and found[1].community != who.community:
                wrong.append(f"{who.name}: {name} in {found[1].community}")
    assert wrong == []


async def test_what_was_offered_to_somebody_else_is_never_reached(house: House) -> None:
    situations = await house.settle()
    rows = {who.name: await house.offer(who.person, who.community) for who in situations if who.person is not None}
    wrong = []
    for who, (owner, row) in _others(situations, rows):
        for name in list(house.world.bot.registry.actions):
            if (found := await house.press(who, name, f"o{row}")) is not None:
                wrong.append(f"{who.name}: {name} of {owner} reached {found[0]}")
    assert wrong == []


def _others(situations: list[Situation], rows: dict[str, int]) -> Iterator[tuple[Situation, tuple[str, int]]]:
    owners = {who.name: who.member for who in situations}
    for who in situations:
        other = next((name, row) for name, row in rows.items() if owners[name] != who.member)
        yield who, other


async def test_what_was_offered_in_one_community_is_not_reached_in_another(house: House) -> None:
    moderator = next(who for who in await house.settle() if who.moderator)
    assert moderator.person is not None
    row = await house.offer(moderator.person, moderator.community)
    for name in list(house.world.bot.registry.actions):
        assert await house.press(moderator, name, f"o{row}", GARDEN) is None, name


async def test_what_was_offered_before_leaving_is_gone(house: House) -> None:
    former = next(who for who in await house.settle() if who.name.startswith("former"))
    for name in list(house.world.bot.registry.actions):
        assert await house.press(former, name, f"o{house.old_offer}") is None, name


async def _write_table() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Playground.open(Path(folder), NOW) as world:
            TABLE.write_text(table(world.bot), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write_table())
