"""Whatever a platform sends, nothing fails and the next member is answered.

``KITH_FUZZ=100000`` sends as many events to each.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.matrix.answer import SAID, STATE, parsed
from tests.adapters.discord_bed import discord_bed
from tests.adapters.matrix_bed import matrix_bed
from tests.engines.hostile import strings

COUNT = int(os.environ.get("KITH_FUZZ", "400"))
SOON = 10
"""Events sent to the fake Discord between two looks at whether the bot still answers: it may pause after a bad one."""
ODD: tuple[Any, ...] = (None, True, -1, 2**70, 1.5, "", [], {}, [[]], {"a": None}, "0", "1" * 19, ["x", None])

GATEWAY = (
    *("INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "GUILD_DELETE", "GUILD_MEMBER_REMOVE"),
    "CHANNEL_DELETE",
    *("THREAD_DELETE", "THREAD_CREATE", "GUILD_UPDATE", "GUILD_ROLE_UPDATE", "THREAD_LIST_SYNC", "GUILD_CREATE"),
)
PARTS = (
    *("id", "type", "data", "user", "member", "guild_id", "channel_id", "author", "content", "custom_id", "options"),
    *("components", "token", "message", "unavailable", "threads", "name", "locale", "channel", "resolved"),
)
MATRIX_PARTS = (
    *("membership", "replacement_room", "body", "msgtype", "formatted_body", "m.relates_to", "event_id", "rel_type"),
    *("key", "m.in_reply_to", "predecessor", "via", "users", "algorithm", "ciphertext", "session_id", "m.new_content"),
)


def thing(chance: random.Random, words: list[str], parts: tuple[str, ...], depth: int = 0) -> Any:
    """Something of any shape: the right names with wrong values in them."""
    if depth < 3 and chance.random() < 0.5:
        names = chance.sample(parts, chance.randint(0, 6))
        return {name: thing(chance, words, parts, depth + 1) for name in names}
    if depth < 3 and chance.random() < 0.1:
        return [thing(chance, words, parts, depth + 1) for _ in range(chance.randint(0, 3))]
    return chance.choice((*ODD, chance.choice(words), chance.choice((1, 2, 3, 4, 5))))


@pytest.fixture
def failures() -> Iterator[list[str]]:
    """What our own code logs as gone wrong."""
    records: list[str] = []

    class Failures(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(logging.Formatter().format(record))

    handler, loggers = Failures(logging.ERROR), [logging.getLogger(name) for name in ("bot", "cogs", "storage")]
    for logger in loggers:
        logger.addHandler(handler)
    yield records
    for logger in loggers:
        logger.removeHandler(handler)


async def test_discord_may_send_anything(tmp_path: Path, failures: list[str]) -> None:
    chance, words = random.Random(11), list(strings(300, seed=11))
    async with discord_bed(tmp_path / "kith") as bed:
        for number in range(COUNT):
            sent = thing(chance, words, PARTS)
            data = sent if isinstance(sent, dict) else {"d": sent}
            bed.fake.gateway.send_malformed(chance.choice(GATEWAY), data)
            if number % (COUNT // SOON) == 0:
                assert "In danger right now?" in (await bed.actor("alice").say("help")).text
                assert failures == [], data
        assert "In danger right now?" in (await bed.actor("alice").say("help")).text
        assert failures == []


async def test_matrix_may_bring_anything(tmp_path: Path, failures: list[str]) -> None:
    """Put where the homeserver's answers are taken in, as no homeserver would let half of it through."""
    chance, words = random.Random(12), list(strings(300, seed=12))
    async with matrix_bed(tmp_path / "kith") as bed:
        bot, alice = bed.world.id, bed.actor("alice").member.id
        sync = bed.adapter._sync
        for number in range(COUNT):
            kind = chance.choice((*SAID, *STATE, "m.room.redaction", ""))
            sent = thing(chance, words, MATRIX_PARTS)
            event: dict[str, Any] = {
                "type": kind,
                "event_id": f"$odd-{number}",
                "sender": chance.choice((alice, "@eve:bed.test")),
                "origin_server_ts": 1_700_000_000_000,
                "content": sent if chance.random() < 0.8 and isinstance(sent, dict) else {},
            }
            if kind in STATE:
                event["state_key"] = chance.choice(("", bot, alice, "@nobody:bed.test"))
            if chance.random() < 0.2:
                event[chance.choice(list(event))] = chance.choice(ODD)
            room = chance.choice((bed.place.id, "!nowhere:bed.test"))
            part = chance.choice(("join", "leave"))
            answer = {"next_batch": "s1", "rooms": {part: {room: {"timeline": {"events": [event], "limited": False}}}}}
            response = parsed(answer)
            for arrival in list(sync._fresh(response)) if room != bed.place.id or part != "leave" else ():
                await sync._hand_over(arrival)
            assert failures == [], event
        assert "In danger right now?" in (await bed.actor("alice").say("help")).text


def test_what_is_sent_is_of_many_shapes() -> None:
    made = [thing(random.Random(seed), ["x"], PARTS) for seed in range(200)]
    assert {dict, list, str, int, type(None)} <= {type(one) for one in made}
