"""A picture, a voice, a sticker, a place on a map, `/me`, a heart: each is answered, or asks for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.matrix.world import World

SAID = "I can't see pictures or hear voices. That you were here counts; words and numbers reach me."
KEY = {"alg": "A256CTR", "ext": True, "k": "A" * 43, "key_ops": ["encrypt", "decrypt"], "kty": "oct"}
SEALED = {"url": "mxc://example.org/one", "v": "v2", "key": KEY, "iv": "A" * 22, "hashes": {"sha256": "A" * 43}}
FILE = {"file": SEALED}
"""As clients send it in an encrypted room."""
MEDIA: dict[str, tuple[str, dict[str, Any]]] = {
    "picture": ("m.room.message", {"msgtype": "m.image", "body": "cat.jpg"} | FILE),
    "voice": ("m.room.message", {"msgtype": "m.audio", "body": "voice"} | FILE),
    "film": ("m.room.message", {"msgtype": "m.video", "body": "film"} | FILE),
    "file": ("m.room.message", {"msgtype": "m.file", "body": "letter.pdf"} | FILE),
    "place": ("m.room.message", {"msgtype": "m.location", "body": "here", "geo_uri": "geo:51.5,0.1"}),
    "sticker": ("m.sticker", {"body": "a cat", "info": {}, "url": "mxc://example.org/one"}),
}


@pytest.mark.parametrize("sent", MEDIA.values(), ids=MEDIA)
async def test_what_has_no_words_is_answered(kith: World, sent: tuple[str, dict[str, Any]]) -> None:
    alice = await kith.in_direct("alice")
    await alice.send(*sent)
    assert (await alice.next()).text.startswith(SAID)


async def test_me_is_said_to_the_bot(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start", more={"msgtype": "m.emote"})
    assert (await alice.next()).text.startswith("Hello")


async def test_a_heart_asks_for_nothing_and_the_next_words_are_answered(kith: World) -> None:
    alice = await kith.in_direct("alice")
    await alice.say("start")
    hello = await alice.next()
    await alice.react(hello.event_id, "\u2764\ufe0f")
    await alice.say("start")
    assert (await alice.next()).text.startswith("Hello")
