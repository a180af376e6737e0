"""Every kind of thing that people send, press or do in a direct chat: each has its answer, or asks for none.

The table runs over the fake Discord and a real homeserver, as their apps send it. What no app of a platform can send
stands in no row of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.beds import BEDS
from tests.adapters.contract import Actor, Bed
from tests.adapters.discord_bed import DiscordActor
from tests.adapters.matrix.test_wordless import FILE
from tests.adapters.matrix_bed import MatrixActor
from tests.beds.discord import Message

SEES_NOTHING = "I can't see pictures or hear voices. That you were here counts; words and numbers reach me."
PASSED_ON = "I don't read what is passed on from elsewhere. That you were here counts; your own words reach me."
READ = "I read that message as it first stood."
LOST = "I'm a bot and know few words, so I couldn't follow."
SEVERAL = "These are several things, and I do one at a time. Nothing is done yet."
ABOUT = "I'm Kith, a bot"
NOTHING = ""
"""It asks for no answer; and the next line is answered."""

ATTACHED = {
    "id": "1",
    "filename": "one",
    "size": 4,
    "url": "https://cdn.invalid/1",
    "proxy_url": "https://cdn.invalid/1",
}
FORWARDED = {
    "message_reference": {"type": 1, "channel_id": "1", "message_id": "2"},
    "message_snapshots": [{"message": {"content": "help now", "embeds": [], "attachments": [], "type": 0, "flags": 0,
                                       "timestamp": "2026-03-02T12:00:00+00:00", "edited_timestamp": None,
                                       "mentions": [], "mention_roles": [], "components": []}}],
}  # fmt: skip
POLL = {
    "question": {"text": "Tea?"},
    "answers": [{"answer_id": 1, "poll_media": {"text": "Yes"}}],
    "expiry": "2026-03-03T12:00:00+00:00",
    "allow_multiselect": False,
    "layout_type": 1,
}

SHOWN: dict[str, dict[str, tuple[dict[str, Any], str]]] = {
    "discord": {
        "picture": ({"attachments": [ATTACHED | {"content_type": "image/png"}]}, SEES_NOTHING),
        "voice": ({"attachments": [ATTACHED | {"content_type": "audio/ogg"}], "flags": 1 << 13}, SEES_NOTHING),
        "sticker": ({"sticker_items": [{"id": "1", "name": "a cat", "format_type": 1}]}, SEES_NOTHING),
        "poll": ({"poll": POLL}, SEES_NOTHING),
        "forwarded": (FORWARDED, PASSED_ON),
    },
    "matrix": {
        "picture": ({"msgtype": "m.image", "body": "cat.jpg"} | FILE, SEES_NOTHING),
        "voice": ({"msgtype": "m.audio", "body": "voice", "org.matrix.msc3245.voice": {}} | FILE, SEES_NOTHING),
        "film": ({"msgtype": "m.video", "body": "film"} | FILE, SEES_NOTHING),
        "contact": ({"msgtype": "m.file", "body": "sam.vcf", "info": {"mimetype": "text/vcard"}} | FILE, SEES_NOTHING),
        "place": ({"msgtype": "m.location", "body": "here", "geo_uri": "geo:51.5,0.1"}, SEES_NOTHING),
        "me": ({"msgtype": "m.emote", "body": "is tired"}, LOST),
    },
}

TYPED = {
    "prefix": ("!kith about", ABOUT),
    "prefix alone": ("!kith", "In danger right now?"),
    "slash": ("/about", ABOUT),
    "name": ("kith about", ABOUT),
    "greeting before it": ("hi\nabout", ABOUT),
    "thanks behind it": ("about\n\nThank you!", ABOUT),
    "several commands": ("about\nprivacy", SEVERAL),
    "several words": ("the lake\nand tea", LOST),
    "longer than the limit": ("a long night " * 150, LOST),
    "a command longer than the limit": ("feedback " + "x" * 1100, "1000 characters at most"),
}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.sockets) for name in ("discord", "matrix")])
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, Bed]]:
    async with BEDS[request.param](tmp_path / "kith") as bed:
        yield request.param, bed


async def show(actor: Actor, parts: dict[str, Any]) -> None:
    if isinstance(actor, DiscordActor):
        actor._person.read_all()
        actor._person.show(**parts)
    elif isinstance(actor, MatrixActor):
        await actor.person.send("m.room.message", parts, await actor._direct())


async def test_whatever_is_shown_or_typed_has_its_answer(platform: tuple[str, Bed]) -> None:
    name, bed = platform
    alice = bed.actor("alice")
    await alice.say("checkin on 19:00 berlin")
    await alice.say("yes")
    for kind, (parts, shown) in SHOWN[name].items():
        await show(alice, parts)
        assert (await alice.next()).text.startswith(shown), kind
    for kind, (line, answer) in TYPED.items():
        if len(line) <= 2000 or name == "matrix":  # Discord's own limit
            assert answer in (await alice.say(line)).text, kind
    assert SEVERAL in (await alice.say("about\nprivacy")).text
    assert ABOUT in (await alice.say("1")).text


async def type_(actor: Actor, line: str) -> Any:
    """Types a line, and what it is changed and taken back by."""
    if isinstance(actor, DiscordActor):
        actor._person.read_all()
        written = actor._person.say(line)
        await actor._person.next()
        return written
    assert isinstance(actor, MatrixActor)
    said = await actor.person.say(line, await actor._direct())
    await actor.next()
    return said


async def change(actor: Actor, said: Any, line: str) -> None:
    if isinstance(actor, DiscordActor):
        actor._person.change(said, line)
    elif isinstance(actor, MatrixActor):
        await actor.person.edit(said, line, actor.direct)


async def take_back(actor: Actor, said: Any) -> None:
    if isinstance(actor, DiscordActor):
        actor._person.delete(said)
    elif isinstance(actor, MatrixActor):
        await actor.person.redact(said, actor.direct)


async def react(actor: Actor, seen: Any, emoji: str) -> None:
    if isinstance(actor, DiscordActor):
        assert isinstance(seen, Message)
        actor._person.react(seen, emoji)
    elif isinstance(actor, MatrixActor):
        await actor.person.react(seen.event_id, emoji, seen.room)


async def test_what_is_changed_taken_back_or_given_a_heart(platform: tuple[str, Bed]) -> None:
    _name, bed = platform
    alice = bed.actor("alice")
    hello = await alice.say("start")
    lost = await type_(alice, "qwertz uiop")
    await change(alice, lost, "about")
    assert ABOUT in (await alice.next()).text, "it is read as if typed now"
    await change(alice, lost, "privacy")
    assert READ in (await alice.next()).text
    await change(alice, await type_(alice, "about"), "help me")
    assert "In danger right now?" in (await alice.next()).text
    done = await type_(alice, "about")
    await take_back(alice, done)
    await react(alice, hello.raw, "\u2764\ufe0f")
    assert "I keep your account id" in (await alice.say("privacy")).text, "neither asked for an answer"


async def test_an_answer_in_a_form_that_is_taken_back_is_asked_for_again(platform: tuple[str, Bed]) -> None:
    _name, bed = platform
    alice = bed.actor("alice")
    await alice.say("checkin on 19:00 berlin")
    assert "At what time?" in (await alice.say("change time or days")).text
    await take_back(alice, await type_(alice, "07:15"))
    again = (await alice.next()).text
    assert "That answer is gone." in again
    assert "At what time?" in again


@pytest.mark.sockets
async def test_a_link_that_discord_draws_is_no_change(tmp_path: Path) -> None:
    async with BEDS["discord"](tmp_path / "kith") as bed:
        alice = bed.actor("alice")
        assert isinstance(alice, DiscordActor)
        said = await type_(alice, "about https://example.org")
        alice._person.change(said, "about https://example.org", drawn_only=True)
        assert "I keep your account id" in (await alice.say("privacy")).text


@pytest.mark.sockets
async def test_a_mention_of_the_bot_in_its_own_chat_is_read_past(tmp_path: Path) -> None:
    async with BEDS["discord"](tmp_path / "discord") as bed:
        alice = bed.actor("alice")
        assert isinstance(alice, DiscordActor)
        ours = alice._person._discord.world.bot.id
        assert ABOUT in (await alice.say(f"<@{ours}> about")).text
        assert "In danger right now?" in (await alice.say(f"<@{ours}>")).text


@pytest.mark.sockets
async def test_an_answer_in_a_thread_means_its_first_message(tmp_path: Path) -> None:
    """As nheko and Element send it, falling back to what was said last; and as Cinny does, falling back to nothing."""
    async with BEDS["matrix"](tmp_path / "matrix") as bed:
        alice = bed.actor("alice")
        assert isinstance(alice, MatrixActor)
        for falls_back in (True, False):
            asked = await alice.say("checkin on 19:00 berlin")
            hello = await alice.say("start")
            assert hello.buttons
            mine = await alice.person.say("hm", alice.direct)
            await alice.next()
            root, last = asked.raw, {"event_id": mine}
            relation = {"rel_type": "m.thread", "event_id": root.event_id, "is_falling_back": falls_back}
            await alice.person.say("4", alice.direct, {"m.relates_to": relation | {"m.in_reply_to": last}})
            assert "That's fine" in (await alice.next()).text
