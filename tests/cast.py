"""The fixed cast of every test, and a world they live in: the real core, a real database file, and a clock to turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.adapters.local import NAME
from bot.messages import Button, Member, Message
from bot.story.playground import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground
from cogs import COGS
from cogs.personal.people import People
from cogs.welcome import Welcome
from storage.delivery import agenda

UNGREETED = tuple(cog for cog in COGS if cog not in (People, Welcome))
"""Every feature but those that write to a newcomer unasked, for tests that count what comes."""

EVE = Member(NAME, "eve", "Eve")
"""Means no good."""

__all__ = [
    "ALICE",
    "BOB",
    "CHANDRA",
    "DANA",
    "EVE",
    "MO",
    "ROOM",
    "UNGREETED",
    "Playground",
    "button",
    "labels",
    "pass_time",
]


def labels(message: Message) -> list[str]:
    """The words of a message's buttons, in order."""
    return [str(button.label) for button in message.buttons]


def button(message: Message, label: str) -> Button:
    """The button with these words. Fails with what there is instead."""
    found = [one for one in message.buttons if str(one.label) == label]
    assert found, f"no button {label!r} among {labels(message)}"
    return found[0]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STRIDE = 6
"""Hours. They end at midnight too, when the daily jobs run."""


async def pass_time(world: Playground, duration: timedelta) -> None:
    """Whatever is due comes at its time, and the last two days go by hour after hour.

    Of a longer time the bot is away before that, and comes back for what is due and every few hours: its hourly work
    may wait so long, as it does where a host stops it.
    """
    end = world.now + duration
    plans = await world.bot.database.read(agenda.plans)
    while end - world.now > 2 * DAY:
        await world.bot.tick(world.now)
        due = await world.bot.database.read(agenda.next_due, plans, world.now)
        before, world.now = world.now, min(filter(None, (due, _stride(world.now), end - 2 * DAY)))
        await world._run_jobs(before)
    async for _said in world.wait(end - world.now):
        pass


def _stride(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + HOUR * (STRIDE - now.hour % STRIDE)
