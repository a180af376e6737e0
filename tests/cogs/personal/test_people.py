"""The people map: its owner's alone, opened once and gently, and on the help card."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.messages import Message
from bot.words import prompts
from storage.checkins import checkins
from storage.personal import people
from tests.cast import ALICE, BOB, CHANDRA, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, unasked

OPENING = "Who's around for you these days? People, animals, places. 'Nobody yet' is a real answer."


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await settle(world, ALICE)
    return world


async def add(world: Playground, label: str = "the dog", how: str = "-") -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Add one"))
    for answer in (label, "animal", "-"):
        await world.chat.say(ALICE, answer)
    assert label in (await world.chat.say(ALICE, how)).text


async def test_it_opens_with_a_gentle_question(alice: Playground) -> None:
    opening = await alice.chat.say(ALICE, "people")
    assert (str(opening.text), labels(opening)) == (OPENING, ["Add one", "Nobody yet", "Later"])


def openings(world: Playground) -> list[Message]:
    return [said for said in unasked(world, ALICE) if OPENING in said.text]


@pytest.fixture
async def welcomed(world: Playground) -> Playground:
    """18:00 in Berlin; Bob welcomes new people, so the map's question comes along with his name."""
    await settle(world, BOB, "welcomer")
    await settle(world, CHANDRA)  # or the first check-in of Alice would ask the very same: see below
    return world


async def checked_in(world: Playground, label: str = "I'm here") -> Message:
    asked = await world.chat.say(ALICE, "checkin now")
    for _question in range(40):
        if label in labels(asked):
            break
        asked = await world.chat.say(ALICE, "checkin now")
    return await world.chat.press(ALICE, button(asked, label))


async def test_where_nobody_welcomes_it_rides_on_the_first_answered_check_in(world: Playground) -> None:
    await settle(world, ALICE, new=True)
    await settle(world, CHANDRA)
    await pass_time(world, timedelta(days=2))
    assert not unasked(world, ALICE), "nothing is sent for it"
    said = await checked_in(world)
    assert "you checked in" in said.text
    assert str(said.text).endswith(OPENING)
    assert labels(said) == ["Add one", "Nobody yet", "Later"]
    assert OPENING not in (await checked_in(world)).text, "once"


async def test_it_rides_on_a_typed_answer_as_well_and_once(world: Playground) -> None:
    await settle(world, ALICE, new=True)
    for line, comes in (("the garden is green", True), ("it rained", False)):
        asked = await world.chat.say(ALICE, "checkin now")
        while "I'm here" not in labels(asked):
            asked = await world.chat.say(ALICE, "checkin now")
        said = await world.chat.say(ALICE, line)
        assert "you checked in" in said.text
        assert (OPENING in said.text) is comes
        assert ("Nobody yet" in labels(said)) is comes
        assert labels(said)[-1] == "Help now"


async def test_a_hard_answer_opens_its_doors_and_no_map(world: Playground) -> None:
    await settle(world, ALICE, new=True)
    await checked_in(world, "Skip")
    await world.chat.say(ALICE, "checkin now")
    assert OPENING not in (await world.chat.say(ALICE, "my father died")).text


async def test_it_rides_on_no_check_in_where_it_was_asked_before(world: Playground) -> None:
    await settle(world, ALICE, new=True)
    await world.chat.say(ALICE, "people")
    assert OPENING not in (await checked_in(world)).text


async def test_a_skip_is_no_answer_it_could_ride_on(world: Playground) -> None:
    await settle(world, ALICE, new=True)
    assert OPENING not in (await checked_in(world, "Skip")).text
    assert OPENING in (await checked_in(world)).text


async def test_whoever_belongs_to_no_community_is_asked_all_the_same(world: Playground) -> None:
    alice = await settle(world, ALICE, new=True)
    await world.bot.database.write(
        lambda one: one.execute("UPDATE memberships SET left_at = 1 WHERE person = ?", (alice.id,)).rowcount
    )
    await pass_time(world, timedelta(hours=2))
    assert [str(said.text) for said in unasked(world, ALICE)] == [OPENING]
    await pass_time(world, timedelta(days=2))
    assert len(unasked(world, ALICE)) == 1


async def test_it_does_not_come_around_a_check_in(welcomed: Playground) -> None:
    """Words typed in answer to one question must not meet the other."""
    world = welcomed
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")  # at 18:00: an hour after the first yes is the minute of the check-in
    await pass_time(world, timedelta(hours=1, minutes=59))
    [checkin] = unasked(world, ALICE)
    assert OPENING not in checkin.text
    await pass_time(world, timedelta(minutes=1))
    assert [OPENING in said.text for said in unasked(world, ALICE)] == [False, True]


async def test_nor_before_a_check_in_that_is_about_to_come(welcomed: Playground) -> None:
    world = welcomed
    await world.chat.say(ALICE, "checkin on 19:30 berlin")
    await world.chat.say(ALICE, "yes")
    await pass_time(world, timedelta(minutes=89))
    assert not unasked(world, ALICE)
    await pass_time(world, timedelta(hours=18))
    asked = [OPENING in said.text for said in unasked(world, ALICE)]
    assert asked.index(True) == 1, "after the check-in of the evening, once the night is over"


async def test_a_check_in_in_the_first_minutes_of_the_morning_leaves_it_for_later(welcomed: Playground) -> None:
    """Held by quiet hours, it would come at 09:00 together with what is asked then."""
    world = welcomed
    world.now += timedelta(hours=4)  # 22:00
    await world.chat.say(ALICE, "checkin on 09:00 berlin")
    await world.chat.say(ALICE, "yes")
    asked: dict[bool, datetime] = {}
    async for said in world.wait(timedelta(hours=18)):
        asked |= {OPENING in one.message.text: world.now for one in said if one.key}
    assert asked[True] >= asked[False] + timedelta(hours=1)


async def test_who_opened_it_already_is_not_asked_again(welcomed: Playground) -> None:
    await settle(welcomed, ALICE, new=True)
    await welcomed.chat.say(ALICE, "people")
    await pass_time(welcomed, timedelta(hours=3))
    [welcome] = unasked(welcomed, ALICE)
    assert OPENING not in welcome.text


# -- the check-in that asks the same ----------------------------------------------------------------------------------


def test_one_check_in_asks_in_the_same_words() -> None:
    same = prompts.find(prompts.shipped(), people.SAME_QUESTION)
    assert same is not None
    assert same.text == OPENING


async def test_whoever_was_asked_by_the_map_is_not_asked_the_same_by_a_check_in(alice: Playground) -> None:
    assert people.SAME_QUESTION not in await seen(alice)
    await alice.chat.say(ALICE, "people")
    assert people.SAME_QUESTION in await seen(alice)


async def test_whoever_was_asked_by_a_check_in_is_not_asked_the_same_with_the_welcome(welcomed: Playground) -> None:
    person = await settle(welcomed, ALICE, new=True)
    await welcomed.bot.database.write(checkins.saw, person, people.SAME_QUESTION, welcomed.now)
    await pass_time(welcomed, timedelta(hours=3))
    [welcome] = unasked(welcomed, ALICE)
    assert OPENING not in welcome.text
    await pass_time(welcomed, timedelta(days=2))
    assert len(unasked(welcomed, ALICE)) == 1


async def seen(world: Playground) -> set[str]:
    rows = await world.bot.database.read(lambda one: one.execute("SELECT prompt FROM prompts_seen").fetchall())
    return {prompt for (prompt,) in rows}


# -- once a month, for those who asked for it -------------------------------------------------------------------------

REVIEW = "You asked me to ask once a month: does the list of your people still fit? Only you see it."


async def monthly(world: Playground) -> None:
    await add(world)
    asked = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Ask me once a month"))
    assert str(asked.text) == "Noted. Once a month I ask whether your list still fits. Only you see it."


def reviews(world: Playground) -> list[Message]:
    return [said for said in unasked(world, ALICE) if str(said.text) == REVIEW]


async def test_nobody_is_asked_who_did_not_ask_for_it(alice: Playground) -> None:
    await add(alice)
    await pass_time(alice, timedelta(days=65))
    assert not unasked(alice, ALICE)


async def test_once_a_month_and_not_in_the_night(alice: Playground) -> None:
    alice.now += timedelta(hours=6)  # midnight
    await monthly(alice)
    at: list[datetime] = []
    async for said in alice.wait(timedelta(days=95)):
        at += [alice.now for one in said if one.key and str(one.message.text) == REVIEW]
    assert [(later - earlier).days >= 30 for earlier, later in pairwise(at)] == [True, True]
    assert {moment.astimezone(ZoneInfo("Europe/Berlin")).hour for moment in at} == {9}


async def test_each_of_its_answers_is_one_tap_and_stop_is_final(alice: Playground) -> None:
    await monthly(alice)
    await pass_time(alice, timedelta(days=31))
    [review] = reviews(alice)
    assert labels(review) == ["My people", "It fits", "Stop asking once a month"]
    assert "1. the dog" in (await alice.chat.press(ALICE, button(review, "My people"))).text
    assert str((await alice.chat.press(ALICE, button(review, "It fits"))).text) == "Noted. It stays as it is."
    await alice.chat.press(ALICE, button(review, "Stop asking once a month"))
    await pass_time(alice, timedelta(days=65))
    assert len(reviews(alice)) == 1
    assert "Ask me once a month" in labels(await alice.chat.say(ALICE, "people"))


async def test_an_empty_list_is_let_be(alice: Playground) -> None:
    await monthly(alice)
    entry = await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "people"), "the dog"))
    await alice.chat.press(ALICE, button(entry, "Remove"))
    await pass_time(alice, timedelta(days=65))
    assert not reviews(alice)


async def test_whoever_had_only_a_list_is_asked_before_the_first_message(world: Playground) -> None:
    asked = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Add one"))
    await world.chat.press(ALICE, button(asked, "Yes"))
    for answer in ("the dog", "-", "-", "-"):
        await world.chat.say(ALICE, answer)
    asked = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Ask me once a month"))
    assert "I'd be messaging you first" in asked.text
    assert "Noted. Once a month" in (await world.chat.press(ALICE, button(asked, "Yes"))).text


# -- entries ----------------------------------------------------------------------------------------------------------


async def test_nobody_yet_is_a_full_answer_that_keeps_nothing_and_opens_doors(alice: Playground) -> None:
    await settle(alice, BOB, "helper")
    before = await dump(alice)
    opening = await alice.chat.say(ALICE, "people")
    answer = await alice.chat.press(ALICE, button(opening, "Nobody yet"))
    assert labels(answer) == ["A check-in", "Company", "Tell me when a circle starts", "Help now"]
    assert "nothing is kept" in answer.text
    assert (await dump(alice)).count("people_map") == before.count("people_map")


async def test_a_newcomer_may_say_nobody_yet_without_a_yes(world: Playground) -> None:
    opening = await world.chat.say(BOB, "people")
    when = ["Tell me when a circle starts", "Tell me when somebody has an hour"]
    assert labels(await world.chat.press(BOB, button(opening, "Nobody yet"))) == ["A check-in", *when, "Help now"]
    asked = await world.chat.press(BOB, button(opening, "Add one"))
    assert "I keep your account id" in asked.text
    await world.chat.press(BOB, button(asked, "Yes"))
    for answer in ("the dog", "-", "-"):
        await world.chat.say(BOB, answer)
    assert "1. the dog" in (await world.chat.say(BOB, "-")).text


async def test_entries_are_encrypted_whole(alice: Playground) -> None:
    await add(alice, "my sister Wanda", "555 0100")
    kept = await dump(alice)
    assert "Wanda" not in kept
    assert "555 0100" not in kept


async def test_reaching_out_is_words_to_copy_and_writes_to_nobody(alice: Playground) -> None:
    await add(alice, "my sister", "by phone")
    entry = await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "people"), "my sister"))
    before = len(alice.chat.posted)
    words = await alice.chat.press(ALICE, button(entry, "Reach out"))
    assert "I write to nobody." in words.text
    assert "You noted: by phone" in words.text
    assert "People usually appreciate a hello more than we expect." in words.text
    assert len(alice.chat.posted) == before + 1


async def test_an_entry_is_changed_and_removed(alice: Playground) -> None:
    await add(alice, "tuesday group")
    entry = await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "people"), "tuesday group"))
    await alice.chat.press(ALICE, button(entry, "Change"))
    for answer in ("wednesday group", "-", "laughing"):
        await alice.chat.say(ALICE, answer)
    changed = await alice.chat.say(ALICE, "-")
    assert str(changed.text).splitlines()[0] == "wednesday group"
    assert "laughing" in changed.text
    assert str((await alice.chat.press(ALICE, button(changed, "Remove"))).text) == OPENING


async def test_twelve_and_no_more(alice: Playground) -> None:
    for number in range(people.MOST):
        await add(alice, f"somebody {number}")
    full = await alice.chat.say(ALICE, "people")
    assert "Add one" not in labels(full)
    assert len(labels(full)) == 13


async def test_they_stand_on_their_owners_help_card_and_on_nobody_elses(alice: Playground) -> None:
    await settle(alice, BOB)
    await add(alice, "the dog")
    await add(alice, "my sister", "by phone")
    assert "Your people: the dog, my sister (by phone)" in (await alice.chat.say(ALICE, "help-now")).text
    assert "the dog" not in (await alice.chat.say(BOB, "help-now")).text


async def test_hostile_words_stay_words(alice: Playground) -> None:
    await add(alice, "@everyone **x** [a](https://evil.example)")
    assert "@everyone **x** [a](https://evil.example)" in (await alice.chat.say(ALICE, "people")).text


async def test_one_cannot_open_or_remove_anothers(alice: Playground) -> None:
    await add(alice)
    bob = await settle(alice, BOB)
    assert await alice.bot.database.read(people.get, bob, 1) is None
    assert not await alice.bot.database.write(people.remove, bob, 1)
    assert "the dog" in (await alice.chat.say(ALICE, "people")).text


async def test_everything_is_shown_and_forgotten(alice: Playground) -> None:
    await add(alice, "the dog Rex")
    files = {file.name: file.content.decode() for file in (await alice.chat.say(ALICE, "my-data")).files}
    assert "the dog Rex" in files["my-data.txt"]
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "forget-me"), "Delete everything"))
    left = await alice.bot.database.read(lambda connection: connection.execute("SELECT * FROM people_map").fetchall())
    assert left == []
