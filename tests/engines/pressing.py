"""Buttons and forms of other people on Discord, pressed and sent by those they were not shown to."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from sqlite3 import Connection

from bot.context import Delivery
from bot.registry import Action
from storage.delivery import deliveries
from tests.beds.discord import Channel
from tests.beds.discord import Person as Somebody
from tests.engines.besieged import EVIL, Siege

NUMBERS = ("1", "2", "3")


# -- buttons and forms of other people --------------------------------------------------------------------------------


async def press_theirs(siege: Siege, of: str, who: str) -> None:
    attacker: Somebody = getattr(siege, who)
    there = siege.garden.general if who == "bob" else siege.lair.general
    for button in siege.of[of]:
        for where in (there, attacker.dm):
            await siege.press(attacker, button, where)
            await siege.send(attacker, button, where, who=f"<@{siege.alice.id}>", words=EVIL)


async def with_ones_own_row(siege: Siege, who: str) -> None:
    """A row that was offered to the attacker, with what others were offered."""
    attacker: Somebody = getattr(siege, who)
    there = siege.garden.general if who == "bob" else siege.lair.general
    await siege.say(attacker, "settings")
    [own] = re.findall(r":(o\d+):", siege.seen["Quiet hours: from 21:00 to 09:00"])
    for button in (*siege.of["mo"], *siege.of["alice"]):
        for row in (own, "-", "o0", "d1"):
            await siege.press(attacker, re.sub(r":(o\d+|-):", f":{row}:", button, count=1), there)


async def row_of_a_moderator_elsewhere(siege: Siege) -> None:
    """In her own server she moderates, and is offered what moderators are."""
    siege.seen.clear()
    for line in ("cases", "settings", "setup", "lines", "groups", "resources"):
        await siege.slash(siege.eve, f"kith-mod {line}", siege.lair.general)
    rows = {row for button in siege.seen.values() for row in re.findall(r":(o\d+):", button)}
    channels = f"{siege.garden.general.id}", siege.threads["together"].id
    for row in rows:
        for action, values in (("cases.open", NUMBERS), ("setup.reports", channels), ("setup.place", channels)):
            for value in values:
                await siege.press(siege.eve, f"kith:1:{action}:{row}:{value}", siege.lair.general)


async def a_form_for_another_server(siege: Siege) -> None:
    """A report in the name of a community that one is not in."""
    for code in (f"m{siege.community.id}", f"h{siege.community.id}", f"m{siege.community.id}p1"):
        fields = {"who": f"<@{siege.alice.id}>", "words": EVIL}
        await siege.send(siege.eve, f"kith:1:reports.written:-:{code}", siege.lair.general, **fields)
        await siege.send(siege.eve, f"kith:1:reports.written:-:{code}", siege.eve.dm, **fields)


# -- every action, with the numbers of others -------------------------------------------------------------------------


def _values(siege: Siege) -> tuple[str, ...]:
    alice = siege.alice.id
    return (*NUMBERS, f"discord|{alice}", f"discord {alice}", str(siege.persons["alice"].id), f"1|{alice}")


async def _try(siege: Siege, who: Somebody, actions: Iterable[Action], row: str, where: Channel) -> None:
    for action in actions:
        fields = list(inspect.signature(action.handler).parameters)[2:]
        for value in dict.fromkeys(_values(siege)):
            button = f"kith:1:{action.name}:{row}:{value}"
            if fields:
                filled = {name: f"<@{siege.alice.id}>" if name in ("who", "member") else EVIL for name in fields}
                await siege.send(who, button, where, **filled)
            else:
                await siege.press(who, button, where)


async def without_a_row(siege: Siege, who: str, half: int) -> None:
    """Actions that need no row, with what belongs to Alice."""
    await siege.fill()
    actions = [action for action in siege.bed.bot.registry.actions.values() if action.stateless]
    attacker: Somebody = getattr(siege, who)
    where = siege.garden.general if who == "bob" else siege.lair.general
    await _try(siege, attacker, actions[half::2], "-", where)


async def rows_of_messages(siege: Siege, part: int) -> None:
    """A message of each kind that comes by itself, whose buttons say whose rows they mean."""
    await siege.fill()
    bob, now, bot = siege.persons["bob"], siege.bed.bot.now(), siege.bed.bot

    def got(connection: Connection, kind: str) -> int:
        row = deliveries.plan(connection, Delivery(bob, kind, f"siege:{kind}", now, community=siege.community))
        assert row is not None
        connection.execute("UPDATE deliveries SET state = 'sent' WHERE id = ?", (row,))
        return row

    for kind in [kind for kind in bot.registry.kinds.values() if kind.actions][part::4]:
        row = await bot.database.write(got, kind.name)
        actions = [bot.registry.actions[name] for name in sorted(kind.actions)]
        await _try(siege, siege.bob, actions, f"d{row}", siege.bob.dm)
