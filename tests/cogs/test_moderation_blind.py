"""What moderators never get to see: there is no screen for it, whatever they press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from sqlite3 import Connection

from bot.messages import Community, Form, Message
from storage.members import community_settings
from tests.cast import ALICE, BOB, MO, ROOM, Playground, button
from tests.cogs.moderated import MODS, populate
from tests.cogs.settled import pass_time, settle

HERS = ("canary-person", "canary-note", "canary-date", "canary-quiet", "canary-remind", "canary-checkin")
LIFE: tuple[tuple[str, ...], ...] = (
    ("people", "Add one", "canary-person", "sister", "-", "-"),
    ("notebook canary-note", "30 days"),
    ("my-dates", "Add one", "canary-date", "1 may"),
    ("quiet", "My words", "canary-quiet"),
    ("quiet", "Add someone", "@Bob"),
    ("remind me in 9 days canary-remind",),
    ("checkin now", "canary-checkin"),
    ("buddy avoid @Bob", "Avoid them"),
)
"""What Alice keeps, each with how it goes on: the beginning of a button, or words to type."""


async def says(world: Playground, line: str, *then: str) -> None:
    said = await world.chat.say(ALICE, line)
    for answer in ("", *then):
        while "Yes" in [str(one.label) for one in said.buttons]:
            said = await world.chat.press(ALICE, button(said, "Yes"))
        if answer:
            found = next((one for one in said.buttons if str(one.label).startswith(answer)), None)
            said = await (world.chat.press(ALICE, found) if found else world.chat.say(ALICE, answer))


async def lives(world: Playground) -> Community:
    """Alice keeps something behind every door; Mo moderates, and reports go to a channel."""
    porch = await populate(world)
    await settle(world, ALICE, "quiet", "notebook", "dates", "reminders", "checkin")
    await settle(world, BOB, "may-be-asked", "contact")
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(reports=MODS))
    for line, *then in LIFE:
        await says(world, line, *then)
    await world.bot.tick(world.now)
    return porch


async def everything(world: Playground, depth: int = 2) -> AsyncIterator[str]:
    """All that a moderator is shown: every command, about Alice where it takes somebody, and every button behind."""
    for name, command in sorted(world.bot.registry.commands.items()):
        if command.moderators or name in ("audit", "circle list", "help"):
            for line in (name, f"{name} @Alice"):
                async for words in _behind(world, await world.chat.say(MO, line, ROOM), depth):
                    yield words
                await world.chat.say(MO, "cancel", ROOM)


async def _behind(world: Playground, said: Message | Form, depth: int) -> AsyncIterator[str]:
    if isinstance(said, Form):
        yield str(said.title)
        return
    yield f"{said.text} {[str(one.label) for one in said.buttons]} {[file.content for file in said.files]}"
    for one in said.buttons if depth else ():
        async for words in _behind(world, await world.chat.press(MO, one, ROOM), depth - 1):
            yield words


async def test_no_screen_of_moderators_shows_what_a_member_keeps(world: Playground) -> None:
    await lives(world)
    kept = (await world.chat.say(ALICE, "my-data")).files[0].content.decode()
    assert [words for words in HERS if words not in kept] == ["canary-checkin"], "her life left something to see"
    assert "local: bob" in kept
    assert "at 09:00 every day" in kept
    shown = [words async for words in everything(world)]
    assert len(shown) > 150
    for words in shown:
        assert "canary" not in words
        assert "bob" not in words.casefold(), words
        assert "09:00 every day" not in words


async def test_nobody_else_is_told_anything_that_she_keeps(world: Playground) -> None:
    await lives(world)
    await pass_time(world, timedelta(hours=1))
    others = [str(one.message.text) for one in world.chat.posted if one.to != ALICE]
    assert others
    assert [words for words in others if "canary" in words or "avoid" in words] == []


# -- Help now ---------------------------------------------------------------------------------------------------------


async def test_nobody_is_told_that_somebody_pressed_help_now(world: Playground) -> None:
    """Not a line anywhere, and not a message to anybody, also not later; what is noted is that she was in touch."""
    await lives(world)
    await world.chat.say(ALICE, "start", ROOM)
    posted, rows = len(world.chat.posted), await world.bot.database.read(everything_kept)
    for line in ("help-now", "sos"):
        card = await world.chat.say(ALICE, line, ROOM)
        await world.chat.press(ALICE, button(card, "Worried about someone"), ROOM)
    assert [one.to for one in world.chat.posted[posted:]] == [ALICE] * 4
    assert [one for one in await world.bot.database.read(everything_kept) if one not in rows] == []
    await world.bot.tick(world.now)
    await world.bot.run_jobs("hour", world.now)
    assert len(world.chat.posted) == posted + 4
    assert "help" not in str((await world.chat.say(MO, "audit", ROOM)).text).casefold()


def everything_kept(connection: Connection) -> list[str]:
    """Every row, but for where chats stand."""
    return [line for line in connection.iterdump() if 'INTO "conversations"' not in line]
