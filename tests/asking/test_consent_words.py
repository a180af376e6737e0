"""Holds what members said yes to: whoever changes the words of a question raises the version of its purposes."""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bot.asking import consenting
from bot.bot import Bot
from storage.members import consents
from tests.cast import Playground

KEPT = Path(__file__).parents[1] / "data/consents.json"
SAMPLES = {"checkin": "19:00 Europe/Berlin 1234567"}
"""A value to ask about, for the questions that need one."""

HOW = "raise its purposes in storage/members/consents.py VERSIONS, then run `python -m tests.asking.test_consent_words`"


def asked(bot: Bot) -> dict[str, dict[str, object]]:
    """The words of every question, and the versions of what it asks."""
    found: dict[str, dict[str, object]] = {}
    for name, ask in sorted(bot.registry.asks.items()):
        try:
            words = str(ask.words(SAMPLES.get(name, "")))
        except Exception as error:  # a question about something that has to be there: its module says how it is asked
            words = f"needs a value ({type(error).__name__})"
        found[name] = {"words": words, "purposes": {one: consents.version(one) for one in sorted(ask.purposes)}}
    return found


def test_no_words_change_under_a_yes(world: Playground) -> None:
    kept, now = json.loads(KEPT.read_text(encoding="utf-8")), asked(world.bot)
    assert sorted(now.keys() ^ kept.keys()) == [], HOW
    for name, question in now.items():
        assert question == kept[name], f"{name}: {HOW}"


def test_every_question_is_about_purposes_there_are(world: Playground) -> None:
    for ask in world.bot.registry.asks.values():
        assert set(ask.purposes) <= set(consenting.PURPOSES), ask.name
    assert set(consents.VERSIONS) <= set(consenting.PURPOSES)


async def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Playground.open(Path(folder), datetime(2026, 3, 1, tzinfo=UTC)) as world:
            KEPT.write_text(json.dumps(asked(world.bot), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
