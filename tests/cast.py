"""The fixed cast of every test, and a world they live in: the real core, a real database file, and a clock to turn."""

from __future__ import annotations

from bot.adapters.local import NAME
from bot.messages import Button, Member, Message
from bot.story.playground import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground
from cogs import COGS
from cogs.personal.people import People
from cogs.welcome import Welcome

UNGREETED = tuple(cog for cog in COGS if cog not in (People, Welcome))
"""Every feature but those that write to a newcomer unasked, for tests that count what comes."""

EVE = Member(NAME, "eve", "Eve")
"""Means no good."""

__all__ = ["ALICE", "BOB", "CHANDRA", "DANA", "EVE", "MO", "ROOM", "UNGREETED", "Playground", "button", "labels"]


def labels(message: Message) -> list[str]:
    """The words of a message's buttons, in order."""
    return [str(button.label) for button in message.buttons]


def button(message: Message, label: str) -> Button:
    """The button with these words. Fails with what there is instead."""
    found = [one for one in message.buttons if str(one.label) == label]
    assert found, f"no button {label!r} among {labels(message)}"
    return found[0]
