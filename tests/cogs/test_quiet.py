"""Quiet alerts, as the one who writes the list and the ones on it live with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.local import NAME
from bot.messages import Channel, Member, Message
from storage.members import blocks, community_settings, in_touch, members
from storage.quiet import contacts
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, ROOM, Playground, button, labels
from tests.cogs.settled import settle
from tests.legible import legible
from tests.prepared import at_home

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ASKED = "You asked me to check after 3 quiet days."
TELLS = "Alice asked me to tell you if they were quiet for 3 days. That's all I know."
IN_TOUCH = "Alice has pressed or written something to me. I don't know how they are. A hello from you is still good."


async def pass_time(world: Playground, duration: timedelta) -> None:
    async for _said in world.wait(duration):  # hour by hour: a bot that is away would not know whether it was quiet
        pass
    await world.bot.tick(world.now)  # what waited behind another message to the same person


def heard(world: Playground, member: Member, words: str) -> int:
    """How many messages with these words the bot sent this member by itself."""
    return sum(words in one.message.text for one in world.chat.posted if one.to == member and one.key)


def last(world: Playground, member: Member, words: str) -> Message:
    return [one.message for one in world.chat.posted if one.to == member and words in one.message.text][-1]


async def skip(world: Playground) -> None:
    """Alice answers the check-in that came last."""
    asked = [one.message for one in world.chat.posted if one.to == ALICE and "Skip" in labels(one.message)]
    await world.chat.press(ALICE, button(asked[-1], "Skip"))


async def say_yes(world: Playground, member: Member, line: str) -> Message:
    answer = await world.chat.say(member, line)
    while "Yes" in labels(answer):
        answer = await world.chat.press(member, button(answer, "Yes"))
    return answer


async def may_be_asked(world: Playground, member: Member) -> None:
    await world.chat.say(member, "start", ROOM)
    await say_yes(world, member, "checkin on 09:00 berlin mon")
    await say_yes(world, member, "settings others may")
    await world.chat.say(member, "start", ROOM)


async def add(world: Playground, who: str) -> Message:
    screen = await world.chat.say(ALICE, "quiet")
    await world.chat.press(ALICE, button(screen, "Add someone"))
    return await world.chat.say(ALICE, who)


async def accept(world: Playground, member: Member) -> Message:
    await world.bot.tick(world.now)
    answer = await world.chat.press(member, button(last(world, member, "asks you to be someone"), "Accept"))
    while "Yes" in labels(answer):
        answer = await world.chat.press(member, button(answer, "Yes"))
    return answer


@pytest.fixture
async def alice(world: Playground) -> Playground:
    """Alice has a daily check-in, has answered one, and wrote Bob onto her list; he accepted. 19:30 on a Saturday."""
    await may_be_asked(world, BOB)
    await say_yes(world, ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "start", ROOM)
    await say_yes(world, ALICE, "quiet")
    assert "I've asked Bob." in (await add(world, "bob")).text
    assert "Noted. You'd be told if they go quiet." in (await accept(world, BOB)).text
    await pass_time(world, HOUR)
    await skip(world)
    return world


async def test_it_is_off_and_says_what_it_would_do(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "quiet")
    assert "I can tell people you choose if you go quiet. You write the list and the words." in asked.text
    assert "Quiet alert is off" not in (await world.chat.press(ALICE, button(asked, "Yes"))).text


async def test_me_first_then_the_person_and_never_twice(alice: Playground) -> None:
    await pass_time(alice, 3 * DAY)
    assert heard(alice, ALICE, ASKED) == 0, "Sunday, Monday and Tuesday have to end first"
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, ALICE, ASKED) == 1
    question = last(alice, ALICE, ASKED)
    assert "Otherwise I'll tell Bob tomorrow at 09:00, as you chose." in question.text
    assert labels(question) == ["I'm here", "Pause", "Stop telling people", "Help now"]
    assert heard(alice, BOB, TELLS) == 0
    await pass_time(alice, DAY)
    assert heard(alice, BOB, TELLS) == 1
    assert "If you think someone is in danger, call local emergency services: I can't." in last(alice, BOB, TELLS).text
    assert heard(alice, ALICE, "I've told Bob, as you asked.") == 1
    await pass_time(alice, 20 * DAY)
    assert heard(alice, BOB, TELLS) == heard(alice, ALICE, ASKED) == 1, "once for one silence"
    assert heard(alice, ALICE, "I've told everyone on your list. I've paused your check-ins;") == 1


async def test_the_list_ends_and_start_brings_check_ins_back(alice: Playground) -> None:
    await pass_time(alice, 6 * DAY)
    before = sum("Skip" in labels(message) for message in alice.chat.read(ALICE))
    await pass_time(alice, 3 * DAY)
    assert sum("Skip" in labels(message) for message in alice.chat.read(ALICE)) == before
    assert "Welcome back." in (await alice.chat.say(ALICE, "start")).text
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, BOB, IN_TOUCH) == 1
    await pass_time(alice, DAY)
    assert sum("Skip" in labels(message) for message in alice.chat.read(ALICE)) > before


@pytest.mark.parametrize("line", ["help now", "checkin month", "settings", "what is this"])
async def test_any_word_to_the_bot_is_contact(alice: Playground, line: str) -> None:
    for _ in range(5):
        await pass_time(alice, 2 * DAY)
        await alice.chat.say(ALICE, line)
    assert heard(alice, ALICE, ASKED) == 0


async def test_a_tap_on_the_question_ends_it_before_anybody_hears(alice: Playground) -> None:
    await pass_time(alice, 3 * DAY + 20 * HOUR)
    answer = await alice.chat.press(ALICE, button(last(alice, ALICE, ASKED), "I'm here"))
    assert str(answer.text) == "Noted. Nobody is told."
    await pass_time(alice, 2 * DAY)
    assert heard(alice, BOB, "Alice") == 1, "only the request itself"


async def test_those_who_were_told_hear_that_it_ended(alice: Playground) -> None:
    await pass_time(alice, 5 * DAY)
    assert heard(alice, BOB, TELLS) == 1
    told = last(alice, ALICE, "I've told Bob")
    said = await alice.chat.press(ALICE, told.buttons[0])
    assert "Whoever was told hears that you pressed or wrote something" in said.text
    await alice.bot.tick(alice.now)
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, BOB, IN_TOUCH) == 1


async def test_a_pause_is_told_only_while_an_alert_is_open(alice: Playground) -> None:
    assert str((await alice.chat.say(ALICE, "pause")).text).endswith("until you say `start`. Nobody is told.")
    await pass_time(alice, 10 * DAY)
    assert heard(alice, ALICE, ASKED) == heard(alice, BOB, "paused") == 0
    await alice.chat.say(ALICE, "start")
    await pass_time(alice, 6 * DAY)
    assert heard(alice, BOB, TELLS) == 1
    paused = await alice.chat.say(ALICE, "pause")
    assert str(paused.text).endswith("Whoever was told hears that you have paused, nothing else.")
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, BOB, "Alice has paused this.") == 1
    assert heard(alice, BOB, IN_TOUCH) == 0


@pytest.mark.parametrize("line", ["pause", "pause in 3 days"])
async def test_while_only_the_member_was_asked_a_pause_is_told_to_nobody(alice: Playground, line: str) -> None:
    await pass_time(alice, 3 * DAY + 14 * HOUR)
    assert heard(alice, ALICE, ASKED) == 1
    assert str((await alice.chat.say(ALICE, line)).text).endswith("Nobody is told.")
    await pass_time(alice, 2 * DAY)
    assert heard(alice, BOB, TELLS) == heard(alice, BOB, "paused") == 0


async def test_a_pause_until_a_day_tells_the_truth_too(alice: Playground) -> None:
    await pass_time(alice, 6 * DAY)
    paused = await alice.chat.say(ALICE, "pause in 3 days")
    assert str(paused.text).startswith("Paused until ")
    assert str(paused.text).endswith("ends it sooner. Whoever was told hears that you have paused, nothing else.")


async def test_a_pause_that_ends_by_itself_makes_no_quiet_day(alice: Playground) -> None:
    await alice.chat.say(ALICE, "pause wednesday 9am")
    await pass_time(alice, 5 * DAY + 14 * HOUR)  # Friday, 09:30: Wednesday was half a pause, Thursday was quiet
    assert heard(alice, ALICE, ASKED) == 0
    await pass_time(alice, 2 * DAY)
    assert heard(alice, ALICE, ASKED) == 1


async def test_before_the_first_answer_nothing_counts(world: Playground) -> None:
    await say_yes(world, ALICE, "checkin on 19:00 berlin")
    await say_yes(world, ALICE, "quiet")
    await pass_time(world, 12 * DAY)
    assert heard(world, ALICE, ASKED) == 0


async def test_what_could_not_be_delivered_makes_no_quiet_day(alice: Playground) -> None:
    alice.chat.closed.add(ALICE.id)
    await pass_time(alice, 12 * DAY)
    assert heard(alice, BOB, TELLS) == 0


async def test_a_question_that_does_not_reach_the_member_tells_nobody(alice: Playground) -> None:
    await pass_time(alice, 3 * DAY + HOUR)
    alice.chat.closed.add(ALICE.id)
    await pass_time(alice, 12 * DAY)
    assert heard(alice, ALICE, ASKED) == heard(alice, BOB, TELLS) == 0


async def test_days_in_which_the_bot_was_down_are_not_quiet(alice: Playground) -> None:
    await pass_time(alice, DAY)  # Sunday 19:30
    alice.now += 3 * DAY  # the machine has no power until Wednesday 19:30
    await pass_time(alice, DAY + 14 * HOUR)
    assert heard(alice, ALICE, ASKED) == 0
    await pass_time(alice, 2 * DAY)
    assert heard(alice, ALICE, ASKED) == 1


async def test_an_outage_while_it_is_open_is_waited_for(alice: Playground) -> None:
    await pass_time(alice, 3 * DAY + 14 * HOUR)
    assert heard(alice, ALICE, ASKED) == 1  # Wednesday 09:00
    alice.now += 20 * HOUR
    await pass_time(alice, 10 * HOUR)  # Thursday, past nine
    assert heard(alice, BOB, TELLS) == 0
    await pass_time(alice, 20 * HOUR)
    assert heard(alice, BOB, TELLS) == 1


async def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 17, tzinfo=UTC)
    async with at_home(tmp_path / "world", start) as world:
        await may_be_asked(world, BOB)
        await say_yes(world, ALICE, "checkin on 19:00 berlin")
        await world.chat.say(ALICE, "start", ROOM)
        await say_yes(world, ALICE, "quiet")
        await add(world, "bob")
        await accept(world, BOB)
        await pass_time(world, HOUR)
        await skip(world)
        await pass_time(world, 3 * DAY + 14 * HOUR)
        assert heard(world, ALICE, ASKED) == 1
    async with at_home(tmp_path / "world", start) as world:
        await pass_time(world, DAY)
        assert heard(world, ALICE, ASKED) == 0
        assert heard(world, BOB, TELLS) == 1


# -- the list ---------------------------------------------------------------------------------------------------------


async def test_whoever_may_not_be_asked_gets_no_message(world: Playground) -> None:
    await say_yes(world, ALICE, "quiet")
    await say_yes(world, CHANDRA, "checkin on 19:00 kolkata")
    for name in ("chandra", "dana"):
        said = await add(world, name)
        assert "I can't ask" in said.text
        assert "send Kith: `quiet accept " in said.text
    await world.bot.tick(world.now)
    assert not [one for one in world.chat.posted if one.key]


async def test_a_line_to_pass_on_works_for_somebody_new_and_once(alice: Playground) -> None:
    line = str((await add(alice, "dana")).text)
    code = line.partition("`")[2].partition("`")[0]
    assert "not confirmed" in (await alice.chat.say(ALICE, "quiet")).text
    assert "This is for adults." in (await alice.chat.say(DANA, code)).text
    assert "You'd be told if they go quiet." in (await say_yes(alice, DANA, code)).text
    assert "That code is not in use." in (await alice.chat.say(EVE, code)).text
    shown = (await alice.chat.say(ALICE, "quiet")).text
    assert "2. Dana: confirmed" in shown
    codes = await alice.bot.database.read(lambda one: one.execute("SELECT count(code) FROM quiet_contacts").fetchone())
    assert codes == (0,), "what was entered is of no more use"


async def test_declined_and_unanswered_look_alike(world: Playground) -> None:
    for member in (BOB, CHANDRA):
        await may_be_asked(world, member)
    await say_yes(world, ALICE, "quiet")
    await world.chat.say(ALICE, "start", ROOM)
    await add(world, "bob")
    await add(world, "chandra")
    await world.bot.tick(world.now)
    await world.chat.press(BOB, button(last(world, BOB, "asks you"), "Not now"))
    await world.bot.tick(world.now)
    shown = str((await world.chat.say(ALICE, "quiet")).text)
    assert "1. Bob: not confirmed\n2. Chandra: not confirmed" in shown


async def test_the_list_holds_two_people(alice: Playground) -> None:
    await add(alice, "dana")
    screen = await alice.chat.say(ALICE, "quiet")
    assert "Add someone" not in labels(screen)


async def test_nobody_is_there_for_more_than_three(world: Playground) -> None:
    await may_be_asked(world, BOB)
    for number in range(4):
        member = Member(NAME, f"m{number}", f"M{number}")
        world.chat.join(member, ROOM)
        await say_yes(world, member, "quiet")
        await world.chat.say(member, "start", ROOM)
        screen = await world.chat.say(member, "quiet")
        await world.chat.press(member, button(screen, "Add someone"))
        said = await world.chat.say(member, "bob")
        assert ("I can't ask" in said.text) == (number == 3)
        if number < 3:
            await accept(world, BOB)


async def test_either_side_ends_it_in_one_step(alice: Playground) -> None:
    screen = await alice.chat.say(BOB, "quiet")
    assert "Yes" in labels(screen), "Bob has no list of his own"
    person = await alice.bot.database.read(members.person_of, BOB)
    assert person is not None
    mine = await alice.bot.database.read(contacts.serving, person)
    assert len(mine) == 1
    await pass_time(alice, 5 * DAY)
    told = last(alice, BOB, TELLS)
    assert "Done. You won't be told." in (await alice.chat.press(BOB, button(told, "Stop being told"))).text
    assert await alice.bot.database.read(contacts.serving, person) == []
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, ALICE, "One of the people you chose is no longer on your list.") == 1


async def test_a_contact_who_withdraws_is_not_told(alice: Playground) -> None:
    await pass_time(alice, 3 * DAY + 14 * HOUR)
    asked = await alice.chat.say(BOB, "settings contact")
    assert "Once this is off, you are on nobody's list any more, and whoever chose you is told." in asked.text
    await alice.chat.press(BOB, button(asked, "Switch it off"))
    await pass_time(alice, 5 * DAY)
    assert heard(alice, BOB, TELLS) == 0


async def test_taken_off_the_list_is_told_and_final(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "quiet")
    assert "Nobody yet." in (await alice.chat.press(ALICE, button(screen, "Remove 1"))).text
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, BOB, "Alice no longer has you on their list.") == 1
    await pass_time(alice, 9 * DAY)
    assert heard(alice, BOB, TELLS) == 0
    assert "Nobody on your list has confirmed, so I tell nobody." in last(alice, ALICE, ASKED).text


async def test_stop_telling_people_is_one_press(alice: Playground) -> None:
    await pass_time(alice, 3 * DAY + 14 * HOUR)
    stopped = await alice.chat.press(ALICE, button(last(alice, ALICE, ASKED), "Stop telling people"))
    assert "I tell nobody, and the list is gone." in stopped.text
    await pass_time(alice, 9 * DAY)
    assert heard(alice, BOB, TELLS) == 0


async def test_whoever_avoids_the_other_is_neither_asked_nor_told(alice: Playground) -> None:
    database = alice.bot.database
    one, other = [await database.read(members.person_of, member) for member in (ALICE, BOB)]
    assert one is not None
    assert other is not None
    await database.write(contacts.separate, one, other)
    await database.write(blocks.add, other, one, alice.now)
    assert "I can't ask Bob." in (await add(alice, "bob")).text
    await pass_time(alice, 9 * DAY)
    assert heard(alice, BOB, TELLS) == 0


# -- the fields -------------------------------------------------------------------------------------------------------


async def test_days_and_gap_are_changed_in_two_taps(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "quiet")
    days = await alice.chat.press(ALICE, button(screen, "After 3 days"))
    screen = await alice.chat.press(ALICE, button(days, "2 days"))
    gap = await alice.chat.press(ALICE, button(screen, "Wait 1 day between"))
    screen = await alice.chat.press(ALICE, button(gap, "12 hours"))
    assert "If you are quiet for 2 days, I ask you first. If there is no answer for 12 hours, I tell:" in screen.text
    await pass_time(alice, 2 * DAY + 14 * HOUR)
    assert "Otherwise I'll tell Bob today at 21:00" in last(alice, ALICE, "after 2 quiet days").text


async def test_words_are_the_members_own_and_encrypted(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "quiet")
    await alice.chat.press(ALICE, button(screen, "My words"))
    said = await alice.chat.say(ALICE, "Knock and bring @everyone the dog")
    assert "Those on your list would read:\nKnock and bring @everyone the dog" in said.text
    dump = await alice.bot.database.read(legible)
    assert "bring" not in dump
    await pass_time(alice, 5 * DAY)
    assert "In their words: Knock and bring @everyone the dog\nIf you think" in last(alice, BOB, TELLS).text
    files = {file.name: file.content.decode() for file in (await alice.chat.say(ALICE, "my-data")).files}
    assert "Knock and bring" in files["my-data.txt"]


async def test_helpers_are_told_only_if_listed_and_one_takes_it_up(alice: Playground) -> None:
    for member in (CHANDRA, DANA):
        await say_yes(alice, member, "checkin on 09:00 berlin mon")
        await say_yes(alice, member, "settings helper")
        await alice.chat.say(member, "start", ROOM)
    screen = await alice.chat.say(ALICE, "quiet")
    await alice.chat.press(ALICE, button(screen, "Helpers, The Porch: no"))
    await pass_time(alice, 5 * DAY + 20 * HOUR)
    assert heard(alice, CHANDRA, TELLS) == heard(alice, DANA, TELLS) == 1
    assert "Thank you." in (await alice.chat.press(DANA, button(last(alice, DANA, TELLS), "I can"))).text
    second = await alice.chat.press(CHANDRA, button(last(alice, CHANDRA, TELLS), "I can"))
    assert "Somebody is on it already" in second.text
    await alice.chat.say(ALICE, "help now")
    await pass_time(alice, 20 * HOUR)
    for member in (BOB, CHANDRA, DANA):
        assert heard(alice, member, IN_TOUCH) == 1


async def test_moderators_are_told_in_their_own_channel_and_nowhere_else(alice: Playground) -> None:
    reports = Channel(NAME, "moderators-only")
    community = (await alice.bot.database.read(members.recognise, ALICE, ROOM))[1]
    assert community is not None
    screen = await alice.chat.say(ALICE, "quiet")
    assert not [label for label in labels(screen) if "Moderators" in label]
    await alice.bot.database.write(community_settings.save, community, community_settings.Settings(reports=reports))
    screen = await alice.chat.say(ALICE, "quiet")
    await alice.chat.press(ALICE, button(screen, "Moderators, The Porch: no"))
    await pass_time(alice, 7 * DAY)
    posted = [one for one in alice.chat.posted if isinstance(one.to, Channel) and one.key]
    assert [one.to for one in posted] == [reports]
    answer = await alice.chat.press(MO, button(posted[0].message, "I can"))
    assert "Thank you." in answer.text
    refused = await alice.chat.press(EVE, button(posted[0].message, "I can"))
    assert "Only moderators" in refused.text


# -- leaving ----------------------------------------------------------------------------------------------------------


async def test_forgetting_leaves_nothing_and_frees_the_others(alice: Playground) -> None:
    await alice.chat.say(ALICE, "forget-me")
    assert "Done." in (await alice.chat.say(ALICE, "delete everything")).text
    await pass_time(alice, 14 * HOUR)
    assert heard(alice, BOB, "Somebody no longer has you on their list. There is nothing to do.") == 1
    counts = await alice.bot.database.read(
        lambda connection: connection.execute(
            "SELECT (SELECT count(*) FROM quiet_alerts), (SELECT count(*) FROM quiet_contacts)"
        ).fetchone()
    )
    assert counts == (0, 0)


async def test_contact_is_written_once_a_minute_at_most_and_only_where_it_serves(alice: Playground) -> None:
    database = alice.bot.database
    person = await database.read(members.person_of, ALICE)
    assert person is not None
    assert await database.read(in_touch.is_news, person, alice.now + HOUR)
    alice.now += HOUR
    for _ in range(5):
        await alice.chat.say(ALICE, "help")
        alice.now += timedelta(seconds=5)
    rows = await database.read(
        lambda connection: connection.execute(
            "SELECT count(*) FROM contacts WHERE person = ? AND at >= ?",
            (person.id, int((alice.now - HOUR / 2).timestamp())),
        ).fetchone()
    )
    assert rows == (1,)
    chandra = await settle(alice, CHANDRA)
    await alice.chat.say(CHANDRA, "help")
    of_chandra = "SELECT count(*) FROM contacts WHERE person = ?"
    found = await database.read(lambda connection: connection.execute(of_chandra, (chandra.id,)).fetchone())
    assert found == (0,), "nobody looks after their days, and so nobody keeps them"
