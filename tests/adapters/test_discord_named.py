"""Whatever a sentence names between backticks exists on Discord: a command, which can be pressed; a button; or words
that are said where they can be typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from bot.adapters.discord import commands
from bot.adapters.discord.drawing import draw
from bot.adapters.discord.mentions import Mentions
from bot.messages import Text
from tests.adapters.discord_world import Kith
from tests.cast import Playground
from tests.tone import help_texts, marked, sources

NAMED = re.compile(r"`([^`]+)`")
TYPED = {
    "cancel": "a form asked question by question, in the direct chat",
    "yes": "the same",
    "-": "the same",
    "none": "the same",
    "off": "a value of a command that stands before it",
    "Undo": "a line taken back, in the direct chat",
    "encrypt": "on Matrix alone",
    "{line}": "what somebody typed, said back",
    "{command}": "a command, filled in",
    "kith doctor": "for the host",
    "kith restore": "for the host",
    "kith clock": "for the host",
    "kith cases": "for the host",
    "kith status": "for the host",
}
"""What is no command and no button, and where it is said."""


@pytest.fixture
def mentions(world: Playground) -> Mentions:
    known = Mentions(world.bot.registry.commands)
    made = commands.payloads(world.bot.registry.commands.values())
    known.registered({"name": one["name"], "id": number} for number, one in enumerate(made, 1))
    return known


def test_every_sentence_names_what_there_is(mentions: Mentions) -> None:
    trees = list(sources("bot", "cogs"))
    said = [one.text for path, tree in trees for each in (marked, help_texts) for one in each(path, tree) if one.text]
    labels = {sentence.casefold() for sentence in said}
    missing = {
        (named, sentence)
        for sentence in said
        for named in NAMED.findall(sentence)
        if not mentions.read(named)[0] and named not in TYPED and named.casefold() not in labels
    }
    assert missing == set()


def test_what_a_command_is_called_here_is_what_is_registered(world: Playground, mentions: Mentions) -> None:
    """A mention of something that is only the beginning of commands would open nothing."""
    leaves = set(_leaves({one["name"]: one for one in commands.payloads(world.bot.registry.commands.values())}))
    for name in world.bot.registry.commands:
        mention, rest = mentions.read(name)
        found = re.fullmatch(r"</([^:]+):\d+>", mention)
        assert found is not None, name
        assert (found[1] in leaves, rest) == (True, "")


def _leaves(parts: Mapping[str, commands.Payload], before: str = "") -> list[str]:
    found: list[str] = []
    for name, part in parts.items():
        below = {one["name"]: one for one in part.get("options", []) if one["type"] in (1, 2)}
        found += _leaves(below, f"{before}{name} ") if below else [before + name]
    return found


async def test_discord_says_the_numbers_when_the_commands_are_registered(kith: Kith) -> None:
    async with kith.running() as adapter:
        drawn = draw(Text("Type `help now`."), adapter._mentions)
        number = kith.fake.commands["help-now"]["id"]
        assert drawn == f"Type </help-now:{number}>."
