"""Whatever comes in: typed lines, button ids, events of both platforms, config files; each chosen by a seed.

Every engine yields what it has tried, one by one, so that a test or a long trial can look after each.
"""

from __future__ import annotations

import inspect
import itertools
import logging
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.adapters.matrix.answer import SAID, STATE, parsed
from bot.errors import FatalError
from bot.hosting.config import load
from bot.messages import Member, Place
from tests.adapters.discord_bed import DiscordBed
from tests.adapters.matrix_bed import MatrixBed
from tests.cast import ALICE, BOB, EVE, MO, ROOM, Playground
from tests.engines.config_files import spoiled
from tests.engines.hostile import strings

PLAUSIBLE = ("", "", "19:00", "berlin", "tomorrow 19:00", "2026-05-01", "20 min", "Bob", "@Eve", "3", "-", "yes", "tea")

BUSY = ("the database does not answer", "TimeoutError")
"""What the log says where this computer was too busy for a while; it says nothing about what came in."""


class Failures(logging.Handler):
    """What our own code logs as gone wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        written = logging.Formatter().format(record)
        if not any(busy in written for busy in BUSY):
            self.records.append(written)


@contextmanager
def noticed() -> Iterator[list[str]]:
    """The failures from now on, as they are logged."""
    handler, loggers = Failures(), [logging.getLogger(name) for name in ("bot", "cogs", "storage")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield handler.records
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


# -- what members type and press --------------------------------------------------------------------------------------


async def settle(world: Playground) -> None:
    """Members whom the bot knows, and one who moderates; Eve is a stranger."""
    for member in (ALICE, BOB, MO):
        await world.chat.say(member, "checkin on 19:00 berlin", ROOM)
        await world.chat.say(member, "yes", ROOM)


async def lines(world: Playground, count: int, seed: int = 6) -> AsyncIterator[str]:
    """Lines that nearly are commands, with hostile values; and plain hostile lines."""
    chance, names = random.Random(seed), sorted(world.bot.registry.commands)
    for words in strings(count, seed):
        line = chance.choice((f"{chance.choice(names)} {words}", f"kith {chance.choice(names)} {words}", words))
        member, place = chance.choice((ALICE, EVE)), chance.choice((None, None, ROOM))
        await world.bot.run_text(world.chat.incoming(member, place), line)
        world.chat.posted.clear()
        yield line


async def button_ids(world: Playground, count: int, seed: int = 7, typed: Sequence[str] = ()) -> AsyncIterator[str]:
    """Ids that nearly are ours: real actions with made-up rows and values. Every other one is a button that was shown
    to that member, pressed again and again, with hostile answers and with what one would answer.

    ``typed``: what stands in them, instead of hostile strings.
    """
    chance, names = random.Random(seed), sorted(world.bot.registry.actions)
    rows = ("-", "o1", "o2", "d1", "o0", "d0", "o999999999999999999", "x", "o-1", "", "o1'")
    shown: dict[str, list[tuple[Member, Place | None, str]]] = {}
    for number, words in enumerate(itertools.islice(itertools.cycle(typed), count) if typed else strings(count, seed)):
        if number % 8 == 0:
            await _ask(world, chance)
            world.now += timedelta(minutes=chance.choice((1, 60, 60 * 24)))
            await world.bot.tick(world.now)
        for button in _shown(world):
            name = button[2].split(":")[2]
            shown[name] = [*shown.get(name, ()), button][-6:]
        if number % 2 and shown:
            member, place, id_ = chance.choice(shown[chance.choice(list(shown))])
        else:
            member, place = chance.choice((ALICE, EVE)), chance.choice((None, ROOM))
            value = chance.choice((words, words[:80], "", "1", "checkin", "1 2 3", "a|b|c", str(chance.randrange(99))))
            id_ = chance.choice((f"kith:1:{chance.choice(names)}:{chance.choice(rows)}:{value}",) * 4 + (words,))
        await world.bot.run_action(world.chat.incoming(member, place), id_, _answers(world, chance, id_, words))
        yield id_


async def _ask(world: Playground, chance: random.Random) -> None:
    """Somebody types a command and goes on as the bot asks, so that there are buttons of every kind."""
    member, place = chance.choice((ALICE, ALICE, BOB, MO)), chance.choice((None, ROOM))
    line = f"{chance.choice(sorted(world.bot.registry.commands))} {chance.choice(PLAUSIBLE)}"
    await world.bot.run_text(world.chat.incoming(member, place), line)


def _shown(world: Playground) -> list[tuple[Member, Place | None, str]]:
    posted, world.chat.posted[:] = list(world.chat.posted), []
    return [
        (one.to, place, button.id)
        for one in posted
        if isinstance(one.to, Member)
        for button in one.message.buttons
        for place in (None, ROOM)
    ]


def _answers(world: Playground, chance: random.Random, id_: str, words: str) -> dict[str, str]:
    """What a form sends: the fields it has, with anything in them."""
    name = id_.split(":")[2] if id_.count(":") > 2 else ""
    action = world.bot.registry.actions.get(name)
    if action is None or chance.random() < 0.2:
        return chance.choice(({}, {"words": words}, {"zone": id_}))
    fields = list(inspect.signature(action.handler).parameters)[2:]
    return {field: chance.choice((words, *PLAUSIBLE)) for field in fields}


async def names(world: Playground, count: int, seed: int = 8) -> AsyncIterator[str]:
    """Members who are called like that."""
    for number, words in enumerate(strings(count, seed)):
        member = Member("local", f"member-{number}", words)
        await world.bot.run_text(world.chat.incoming(member, ROOM), "start")
        await world.bot.run_text(world.chat.incoming(member), "help")
        world.chat.posted.clear()
        yield words


# -- what platforms send ----------------------------------------------------------------------------------------------

ODD: tuple[Any, ...] = (None, True, -1, 2**70, 1.5, "", [], {}, [[]], {"a": None}, "0", "1" * 19, ["x", None])
GATEWAY = (
    *("INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "GUILD_DELETE", "GUILD_MEMBER_REMOVE"),
    "CHANNEL_DELETE",
    *("THREAD_DELETE", "THREAD_CREATE", "GUILD_UPDATE", "GUILD_ROLE_UPDATE", "THREAD_LIST_SYNC", "GUILD_CREATE"),
)
DISCORD_PARTS = (
    *("id", "type", "data", "user", "member", "guild_id", "channel_id", "author", "content", "custom_id", "options"),
    *("components", "token", "message", "unavailable", "threads", "name", "locale", "channel", "resolved"),
)
MATRIX_PARTS = (
    *("membership", "replacement_room", "body", "msgtype", "formatted_body", "m.relates_to", "event_id", "rel_type"),
    *("key", "m.in_reply_to", "predecessor", "via", "users", "algorithm", "ciphertext", "session_id", "m.new_content"),
)
ANSWERED = "In danger right now?"
"""How the answer to `help` begins: whoever asks next is served."""


class Bed(Protocol):
    """Where an actor can be asked for."""

    def actor(self, name: str) -> Any: ...


def thing(chance: random.Random, words: Sequence[str], parts: tuple[str, ...], depth: int = 0) -> Any:
    """Something of any shape: the right names with wrong values in them."""
    if depth < 3 and chance.random() < 0.5:
        chosen = chance.sample(parts, chance.randint(0, 6))
        return {name: thing(chance, words, parts, depth + 1) for name in chosen}
    if depth < 3 and chance.random() < 0.1:
        return [thing(chance, words, parts, depth + 1) for _ in range(chance.randint(0, 3))]
    return chance.choice((*ODD, chance.choice(words), chance.choice((1, 2, 3, 4, 5))))


async def is_answered(bed: Bed) -> bool:
    """Is the next member served, after all that came?"""
    return ANSWERED in (await bed.actor("alice").say("help")).text


async def discord_events(
    bed: DiscordBed, count: int, seed: int = 11, look: int = 400, words: Sequence[str] = ()
) -> AsyncIterator[Any]:
    """Gateway events; after ``look`` of them it is waited for an answer, so that all have been taken in.

    ``words``: what stands in them, instead of hostile strings.
    """
    chance, words = random.Random(seed), words or list(strings(300, seed))
    for number in range(1, count + 1):
        sent = thing(chance, words, DISCORD_PARTS)
        data = sent if isinstance(sent, dict) else {"d": sent}
        bed.fake.gateway.send_malformed(chance.choice(GATEWAY), data)
        if number % look == 0 or number == count:
            assert await is_answered(bed)
        yield data


async def matrix_events(bed: MatrixBed, count: int, seed: int = 12, words: Sequence[str] = ()) -> AsyncIterator[Any]:
    """Put where the homeserver's answers are taken in, as no homeserver would let half of it through."""
    chance, words = random.Random(seed), words or list(strings(300, seed))
    known = (bed.world.id, bed.actor("alice").member.id, "@eve:bed.test")
    sync = bed.adapter._sync
    for number in range(count):
        event = _matrix_event(chance, words, known, number)
        room = chance.choice((bed.place.id, "!nowhere:bed.test"))
        part = chance.choice(("join", "leave")) if room != bed.place.id else "join"
        answer = {"next_batch": "s1", "rooms": {part: {room: {"timeline": {"events": [event], "limited": False}}}}}
        for arrival in list(sync._fresh(parsed(answer))):
            await sync._hand_over(arrival)
        yield event
    assert await is_answered(bed)


def _matrix_event(chance: random.Random, words: Sequence[str], known: Sequence[str], number: int) -> dict[str, Any]:
    kind = chance.choice((*SAID, *STATE, "m.room.redaction", ""))
    sent = thing(chance, words, MATRIX_PARTS)
    event: dict[str, Any] = {
        "type": kind,
        "event_id": f"$odd-{number}",
        "sender": chance.choice(known[1:]),
        "origin_server_ts": 1_700_000_000_000,
        "content": sent if chance.random() < 0.8 and isinstance(sent, dict) else {},
    }
    if kind in STATE:
        event["state_key"] = chance.choice(("", *known))
    if chance.random() < 0.1:
        event["unsigned"] = chance.choice((*ODD, {"prev_content": thing(chance, words, MATRIX_PARTS)}))
    if chance.random() < 0.2:
        event[chance.choice(list(event))] = chance.choice(ODD)
    if chance.random() < 0.05:
        del event[chance.choice(list(event))]
    return event


# -- what a host writes -----------------------------------------------------------------------------------------------


def configs(folder: Path, count: int, seed: int = 4) -> Iterator[str]:
    """Files that were spoiled; each is read (empty) or refused with a sentence. Nothing but that may leave."""
    chance, path = random.Random(seed), folder / "config.toml"
    path.touch(mode=0o600)
    for _number in range(count):
        path.write_bytes(spoiled(chance))
        try:
            load(path, {"KITH_DISCORD_TOKEN": "t", "KITH_MATRIX_PASSWORD": "p"})
        except FatalError as error:
            yield str(error)
        else:
            yield ""
