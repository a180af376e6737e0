"""A word to the people who run the place: with a name, without one, or as a question that is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.keys.crypto import Keyring
from bot.messages import Button, Member, Message, Text
from storage.members import members
from storage.moderation import letters
from tests.cast import ALICE, BOB, MO, ROOM, Playground, button, labels
from tests.legible import legible

WORDS = "The evening circle starts too late for those with children."


async def join(world: Playground, *who: Member) -> None:
    for member in who:
        await world.chat.say(member, "checkin on 19:00 berlin", ROOM)
        await world.chat.say(member, "yes", ROOM)


async def dump(world: Playground) -> str:
    return await world.bot.database.read(legible)


async def sent(world: Playground, how: str, line: str = f"feedback {WORDS}") -> Message:
    screen = await world.chat.say(ALICE, line, ROOM)
    return await world.chat.press(ALICE, button(screen, how), ROOM)


async def test_before_it_goes_one_sees_who_will_see_exactly_what(world: Playground) -> None:
    await join(world, ALICE)
    screen = await world.chat.say(ALICE, f"feedback {WORDS}", ROOM)
    assert str(screen.text) == f"The moderators of The Porch will see exactly this:\n{WORDS}"
    assert labels(screen) == ["Send with my name", "Send without my name", "Not this time"]
    assert "Nobody has written." in (await world.chat.say(MO, "kith-mod feedback", ROOM)).text


async def test_with_a_name_the_moderators_see_whose_it_is(world: Playground) -> None:
    await join(world, ALICE)
    assert "carries your name" in (await sent(world, "Send with my name")).text
    shown = await world.chat.say(MO, "kith-mod feedback", ROOM)
    assert str(shown.text) == f"1. alice: {WORDS}"


async def test_without_a_name_nothing_in_the_database_ties_it_to_anybody(world: Playground) -> None:
    await join(world, ALICE, BOB)
    assert "haven't kept whose" in (await sent(world, "Send without my name")).text
    assert f"1. without a name: {WORDS}" in (await world.chat.say(MO, "kith-mod feedback", ROOM)).text
    [letter] = [line for line in (await dump(world)).splitlines() if 'INTO "letters"' in line]
    assert ",NULL,'feedback'," in letter
    when = await world.bot.database.read(lambda one: one.execute("SELECT created % 86400 FROM letters").fetchall())
    assert when == [(0,)], "no time but the day"
    number = letter.split("(")[1].split(",")[0]
    assert sum(number in line for line in (await dump(world)).splitlines()) == 1
    assert "feedback.send" not in await dump(world), "the button that was pressed is gone too"
    assert WORDS not in (await world.chat.say(ALICE, "my-data")).files[0].content.decode()


async def test_words_are_encrypted_on_disk(world: Playground) -> None:
    await join(world, ALICE)
    await sent(world, "Send with my name")
    assert WORDS not in await dump(world)
    assert WORDS in (await world.chat.say(ALICE, "my-data")).files[0].content.decode()


async def test_not_this_time_leaves_nothing(world: Playground) -> None:
    await join(world, ALICE)
    screen = await world.chat.say(ALICE, f"feedback {WORDS}", ROOM)
    assert "haven't kept it" in (await world.chat.press(ALICE, button(screen, "Not this time"), ROOM)).text
    again = await world.chat.press(ALICE, button(screen, "Send with my name"), ROOM)
    assert "I no longer have it." in again.text


@pytest.mark.parametrize("how", ["Send with my name", "Send without my name"])
async def test_pressing_twice_sends_once(world: Playground, how: str) -> None:
    await join(world, ALICE)
    screen = await world.chat.say(ALICE, f"feedback {WORDS}", ROOM)
    await world.chat.press(ALICE, button(screen, how), ROOM)
    again = await world.chat.press(ALICE, button(screen, how), ROOM)
    assert "answered already" in again.text or "expired" in again.text
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    assert len(await world.bot.database.read(letters.of_community, community, 10)) == 1


async def test_without_words_a_form_asks_for_them(world: Playground) -> None:
    await join(world, ALICE)
    assert "What would you like to say?" in (await world.chat.say(ALICE, "ask-mods", ROOM)).text
    screen = await world.chat.say(ALICE, "Can I bring my dog?", ROOM)
    assert labels(screen) == ["Send with my name", "Not this time"]


async def test_too_long_is_said_before_it_is_kept(world: Playground) -> None:
    await join(world, ALICE)
    assert "1000 characters at most" in (await world.chat.say(ALICE, "feedback " + "x" * 1001, ROOM)).text


async def test_a_question_is_answered_by_the_moderators_once(world: Playground) -> None:
    await join(world, ALICE, MO)
    await sent(world, "Send with my name", "ask-mods Can I bring my dog?")
    shown = await world.chat.say(MO, "kith-mod feedback", ROOM)
    await world.chat.press(MO, button(shown, "Answer 1"), ROOM)
    assert "comes from the moderators" in (await world.chat.say(MO, "Yes, on a lead.", ROOM)).text
    await world.bot.tick(world.now)
    answer = world.chat.read(ALICE)[-1]
    assert str(answer.text) == "You asked the moderators of The Porch. They answer: Yes, on a lead."
    await world.chat.press(MO, button(shown, "Answer 1"), ROOM)
    assert "answered that already" in (await world.chat.say(MO, "No dogs.", ROOM)).text
    assert labels(await world.chat.say(MO, "kith-mod feedback", ROOM)) == []
    done = str((await world.chat.say(ALICE, "audit", ROOM)).text)
    assert done.count("a moderator answered a question to moderators") == 1
    assert "lead" not in done


async def test_the_answer_is_encrypted_on_its_way_and_gone_when_sent(world: Playground) -> None:
    await join(world, ALICE, MO)
    await sent(world, "Send with my name", "ask-mods Can I bring my dog?")
    shown = await world.chat.say(MO, "kith-mod feedback", ROOM)
    await world.chat.press(MO, button(shown, "Answer 1"), ROOM)
    await world.chat.say(MO, "Only on a lead.", ROOM)
    assert "lead" not in await dump(world)
    await world.bot.tick(world.now)
    [row] = [line for line in (await dump(world)).splitlines() if "feedback.answer:" in line]
    assert "X'" not in row


async def test_an_answer_to_somebody_who_was_forgotten_goes_nowhere(world: Playground) -> None:
    await join(world, ALICE, MO)
    await sent(world, "Send with my name", "ask-mods Can I bring my dog?")
    shown = await world.chat.say(MO, "kith-mod feedback", ROOM)
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    await world.chat.press(MO, button(shown, "Answer 1"), ROOM)
    assert "may have left" in (await world.chat.say(MO, "Yes.", ROOM)).text


async def test_members_read_no_letters(world: Playground) -> None:
    await join(world, ALICE, BOB)
    await sent(world, "Send with my name", "ask-mods Can I bring my dog?")
    assert "Only moderators" in (await world.chat.say(BOB, "kith-mod feedback", ROOM)).text
    made_up = Button(Text("x"), "feedback.replied", "1", row="o1")
    assert "somebody else" in (await world.chat.press(BOB, made_up, ROOM)).text


async def test_letters_are_kept_90_days_and_drafts_one(world: Playground) -> None:
    await join(world, ALICE)
    await sent(world, "Send with my name")
    await world.chat.say(ALICE, "feedback a draft", ROOM)
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None

    async def left() -> int:
        return await world.bot.database.read(lambda c: c.execute("SELECT count(*) FROM letters").fetchone()[0])

    assert await left() == 2
    await world.bot.database.write(letters.sweep, world.now + timedelta(days=1))
    assert await left() == 1
    await world.bot.database.write(letters.sweep, world.now + timedelta(days=90))
    assert await left() == 0


async def test_words_whose_key_is_lost_say_so(world: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    await join(world, ALICE)
    await sent(world, "Send with my name")
    monkeypatch.setattr(world.bot.core, "keyring", Keyring.new())
    assert "can't be read any more" in (await world.chat.say(MO, "kith-mod feedback", ROOM)).text
