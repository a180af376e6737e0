"""What happens between an introduction and the end, as the two of them live it."""

from __future__ import annotations

import pytest

from bot.messages import Member, Person
from bot.words.prompts import find, shipped
from storage.buddies import pairs, talks
from storage.buddies.pairs import Pair
from storage.members import members
from tests.cast import ALICE, BOB, CHANDRA, EVE, ROOM, Playground, button, labels
from tests.cogs.buddies.world import NO_NAME, days, last, met, press_last, rooms, sign_up, told
from tests.legible import legible

EARLY = "This round has ended early. That's allowed and needs no reason."
LOOKING = "I'm looking again now. If nobody fits, I look every two days, and I'll tell you."
TALK = "Did you two get to talk this week?"


async def person(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def pair_of(world: Playground, member: Member = ALICE) -> Pair:
    [pair] = await world.bot.database.read(pairs.of, await person(world, member))
    return pair


async def asked_prompt(world: Playground) -> str:
    found = await world.bot.database.read(talks.question, (await pair_of(world)).id)
    assert found is not None
    return found.prompt


async def done(world: Playground, *who: Member) -> None:
    await world.bot.tick(world.now)
    for member in who:
        await press_last(world, member, "in turns:", "We did this")


async def test_both_get_the_same_question_and_begin_in_turns(world: Playground) -> None:
    await met(world, ALICE, BOB)
    mine = await world.chat.say(ALICE, "another")
    await world.bot.tick(world.now)
    theirs = last(world, BOB, "in turns:")
    assert str(mine.text) == str(theirs.text)
    assert "Alice begins this time. Both answer; passing is fine." in mine.text
    assert labels(mine) == labels(theirs) == ["We did this", "Pass"]
    again = await world.chat.say(BOB, "another")
    assert str(again.text) == str(mine.text), "one question at a time"
    said = await world.chat.press(ALICE, button(mine, "We did this"))
    assert "It is done when both of you have tapped." in said.text
    await world.chat.press(BOB, button(theirs, "Pass"))
    following = await world.chat.say(ALICE, "another")
    assert "Bob begins this time." in following.text
    assert str(following.text) != str(mine.text)


async def test_questions_are_light_until_a_week_has_passed(world: Playground) -> None:
    await met(world, ALICE, BOB)
    for _turn in range(5):
        await world.chat.say(ALICE, "another")
        prompt = find(shipped(), await asked_prompt(world))
        assert prompt is not None
        assert prompt.depth == "light"
        await done(world, ALICE, BOB)
    await days(world, 8)
    seen = set()
    for _turn in range(25):
        await world.chat.say(ALICE, "another")
        prompt = find(shipped(), await asked_prompt(world))
        assert prompt is not None
        seen.add(prompt.depth)
        pair = await pair_of(world)
        found = await world.bot.database.read(talks.question, pair.id)
        assert found is not None
        for member in (ALICE, BOB):
            await world.bot.database.write(talks.through, found.id, await person(world, member))
    assert seen == {"light", "personal"}, "tender comes only where both chose it"


async def test_keep_it_light_holds_for_both_and_is_told_to_nobody(world: Playground) -> None:
    await met(world, ALICE, BOB)
    pair = await pair_of(world)
    await world.bot.database.write(talks.stay_light, pair.id, await person(world, BOB))
    await days(world, 8)
    for _turn in range(20):
        await world.chat.say(ALICE, "another")
        prompt = find(shipped(), await asked_prompt(world))
        assert prompt is not None
        assert prompt.depth == "light"
        found = await world.bot.database.read(talks.question, pair.id)
        assert found is not None
        for member in (ALICE, BOB):
            await world.bot.database.write(talks.through, found.id, await person(world, member))


async def test_a_wave_needs_no_answer_and_comes_once_a_day(world: Playground) -> None:
    await met(world, ALICE, BOB)
    for _press in range(3):
        said = await press_last(world, ALICE, "Your place is open", "Send a wave")
        assert "On its way to Bob" in said.text
    await world.bot.tick(world.now)
    assert told(world, BOB, "Alice waves. No answer needed.") == 1


async def test_a_time_is_suggested_and_accepted_without_a_word_of_ones_own(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await days(world, 11)
    middle = last(world, ALICE, "No talk yet is common.")
    assert labels(middle) == ["Send a wave", "Suggest a time", "Fine as it is", "End gently"]
    await world.chat.press(ALICE, button(middle, "Suggest a time"))
    assert "On its way" in (await world.chat.say(ALICE, "tomorrow 19:00")).text
    await world.bot.tick(world.now)
    suggested = last(world, BOB, "Alice suggests a time to talk:")
    await world.chat.press(BOB, button(suggested, "That suits me"))
    await world.bot.tick(world.now)
    assert "suits Bob." in str(last(world, ALICE, "suits Bob.").text)


async def test_who_has_talked_hears_nothing_in_the_middle(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await days(world, 8)
    await press_last(world, ALICE, TALK, "A little")
    await days(world, 4)
    assert told(world, ALICE, "No talk yet is common.") == told(world, BOB, "No talk yet is common.") == 0


async def test_did_you_talk_is_asked_weekly_and_seen_by_nobody(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await days(world, 8)
    pair = await pair_of(world)
    said = await press_last(world, ALICE, TALK, "Yes")
    assert str(said.text) == "Noted."
    assert not await world.bot.database.read(talks.have_talked, pair.id)
    await press_last(world, BOB, TALK, "Yes")
    assert await world.bot.database.read(talks.have_talked, pair.id)
    await days(world, 14)
    assert told(world, ALICE, TALK) == told(world, BOB, TALK) == 3


async def test_a_goal_is_shown_after_a_preview_and_every_answer_leads_to_the_same(world: Playground) -> None:
    await met(world, ALICE, BOB)
    for number, answer in enumerate(("did it", "part of it", "not yet", "changed my mind")):
        await world.chat.say(ALICE, "buddy goal")
        await world.chat.say(ALICE, f"I have had coffee {number}")
        preview = await world.chat.say(ALICE, "I will write one page.")
        words = f"When I have had coffee {number}, I will write one page."
        assert str(preview.text) == f"Bob will see exactly this: {words}"
        await world.chat.press(ALICE, button(preview, "Send"))
        await world.bot.tick(world.now)
        assert told(world, BOB, f"Alice has a goal for this round: {words}") == 1
        assert words not in await world.bot.database.read(legible)
        if number > 1:
            continue
        await days(world, 8)
        said = await press_last(world, ALICE, f"{words}\n", answer)
        assert str(said.text) == "Noted. A goal may stay, change or go."
        assert labels(said) == ["A goal", "Send a wave"]


async def test_other_words_written_meanwhile_are_never_sent_as_a_goal(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await world.chat.say(ALICE, "buddy goal")
    await world.chat.say(ALICE, "the rain stops")
    preview = await world.chat.say(ALICE, "I will walk.")
    world.bot.core.words.keep(await person(world, ALICE), "I am scared tonight.", world.now)
    assert "I no longer have it." in (await world.chat.press(ALICE, button(preview, "Send"))).text
    await world.bot.tick(world.now)
    assert told(world, BOB, "scared") == 0


async def test_either_ends_it_at_any_time_and_the_first_day_reads_like_any(world: Playground) -> None:
    await met(world, ALICE, BOB)
    asked = await press_last(world, ALICE, "Your place is open", "End gently")
    assert "Bob hears this" in asked.text
    said = await world.chat.press(ALICE, button(asked, "End it"))
    assert "needs no reason" in said.text
    await world.bot.tick(world.now)
    assert str(last(world, BOB, "ended").text) == f"{EARLY} {LOOKING}"
    assert rooms(world) == {}
    assert "answered already" in (await world.chat.press(ALICE, button(asked, "End it"))).text


async def test_not_with_them_again_is_each_ones_own_tick(world: Playground) -> None:
    await met(world, ALICE, BOB)
    asked = await world.chat.say(ALICE, "buddy end")
    await world.chat.press(ALICE, button(asked, "End it"))
    await world.bot.tick(world.now)
    said = await press_last(world, BOB, EARLY, "Not with them again")
    assert "Nobody is told." in said.text
    await days(world, 40)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 1


@pytest.mark.parametrize(
    ("alice", "bob"), [("the same buddy", "someone new"), ("someone new", "a break"), ("the same buddy", None)]
)
async def test_an_end_never_shows_what_the_other_chose(world: Playground, alice: str, bob: str | None) -> None:
    await met(world, ALICE, BOB)
    await days(world, 24)
    await press_last(world, ALICE, "This round is ending.", alice)
    if bob:
        await press_last(world, BOB, "This round is ending.", bob)
    await days(world, 3)
    heard = str(last(world, ALICE, "This round has ended. Thank you both.").text)
    assert heard == f"This round has ended. Thank you both. You chose {alice}. {LOOKING}"
    if bob == "a break":
        assert "You chose a break" in last(world, BOB, "This round has ended.").text


async def test_a_pause_keeps_the_pair_and_says_so_once(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await world.chat.say(ALICE, "pause")
    await days(world, 3)
    assert told(world, BOB, "Alice has paused. Your pair is kept.") == 1
    assert labels(last(world, BOB, "Alice has paused.")) == ["End gently"]
    assert (await pair_of(world, BOB)).state == "active"


@pytest.mark.parametrize("how", ["leave", "forget", "withdraw", "separate"])
async def test_whoever_goes_leaves_with_the_words_of_any_end(world: Playground, how: str) -> None:
    await met(world, ALICE, BOB)
    if how == "leave":
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "leave", ROOM), "Yes, leave"))
    elif how == "forget":
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    elif how == "withdraw":
        asked = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "settings"), "A buddy: on"))
        await world.chat.press(ALICE, button(asked, "Switch it off"))
    else:
        screen = await world.chat.say(ALICE, "buddy avoid @bob")
        await world.chat.press(ALICE, button(screen, "Avoid them"))
    await world.bot.tick(world.now)
    await world.bot.tick(world.now)
    assert told(world, BOB, EARLY) == 1
    assert rooms(world) == {}


async def test_a_stranger_can_use_nothing_of_a_pair(world: Playground) -> None:
    await met(world, ALICE, BOB)
    world.chat.join(EVE, ROOM)
    await sign_up(world, EVE)
    opened = last(world, ALICE, "Your place is open")
    for label in ("Another question", "Send a wave", "A goal", "End gently"):
        assert "somebody else" in (await world.chat.press(EVE, button(opened, label))).text
    assert "You have no buddy" in (await world.chat.say(EVE, "buddy end")).text


async def test_everybody_is_in_at_most_one_pair(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await sign_up(world, CHANDRA)
    await days(world, 4)
    assert told(world, ALICE, NO_NAME) == 1
    assert told(world, CHANDRA, "Nobody fits yet.") == 1


async def test_a_place_that_moderators_deleted_is_opened_anew(world: Playground) -> None:
    await met(world, ALICE, BOB)
    pair = await pair_of(world)
    assert pair.channel is not None
    world.chat.groups.clear()
    await world.bot.channel_gone(pair.channel)
    await world.bot.tick(world.now)
    await world.bot.tick(world.now)
    assert (await pair_of(world)).state == "active"
    assert list(rooms(world)) == [frozenset({"alice", "bob"})]
