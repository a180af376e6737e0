"""The people map: its owner's alone, opened once and gently, and on the help card."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage import people
from tests.cast import ALICE, BOB, Playground, button, labels
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


async def test_within_the_first_day_it_is_offered_once_and_not_in_the_night(world: Playground) -> None:
    alice = world
    await settle(world, ALICE, new=True)
    await pass_time(alice, timedelta(hours=2))
    assert [str(said.text) for said in unasked(alice, ALICE)] == [OPENING]
    await pass_time(alice, timedelta(days=2))
    assert [str(said.text) for said in unasked(alice, ALICE)].count(OPENING) == 1


async def test_it_does_not_come_around_a_check_in(world: Playground) -> None:
    """Words typed in answer to one question must not meet the other."""
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")  # at 18:00: an hour after the first yes is the minute of the check-in
    await pass_time(world, timedelta(hours=1, minutes=59))
    [checkin] = unasked(world, ALICE)
    assert str(checkin.text) != OPENING
    await pass_time(world, timedelta(minutes=1))
    assert [str(said.text) for said in unasked(world, ALICE)] == [str(checkin.text), OPENING]


async def test_nor_before_a_check_in_that_is_about_to_come(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:30 berlin")
    await world.chat.say(ALICE, "yes")
    await pass_time(world, timedelta(minutes=89))
    assert not unasked(world, ALICE)
    await pass_time(world, timedelta(hours=18))
    said = [str(one.text) for one in unasked(world, ALICE)]
    assert said.index(OPENING) == 1, "after the check-in of the evening, once the night is over"


async def test_a_check_in_in_the_first_minutes_of_the_morning_leaves_it_for_later(world: Playground) -> None:
    """Held by quiet hours, it would come at 09:00 together with what is asked then."""
    world.now += timedelta(hours=4)  # 22:00
    await world.chat.say(ALICE, "checkin on 09:00 berlin")
    await world.chat.say(ALICE, "yes")
    asked: dict[str, datetime] = {}
    async for said in world.wait(timedelta(hours=18)):
        asked |= {str(one.message.text): world.now for one in said if one.key}
    [morning] = [at for words, at in asked.items() if words != OPENING and "Nobody is free" not in words]
    assert asked[OPENING] >= morning + timedelta(hours=1)


async def test_who_opened_it_already_is_not_asked_again(world: Playground) -> None:
    alice = world
    await settle(world, ALICE, new=True)
    await alice.chat.say(ALICE, "people")
    await pass_time(alice, timedelta(hours=3))
    assert OPENING not in [str(said.text) for said in unasked(alice, ALICE)]


async def test_nobody_yet_is_a_full_answer_that_keeps_nothing_and_opens_doors(alice: Playground) -> None:
    await settle(alice, BOB, "helper")
    before = await dump(alice)
    opening = await alice.chat.say(ALICE, "people")
    answer = await alice.chat.press(ALICE, button(opening, "Nobody yet"))
    assert labels(answer) == ["Company", "Help now"]
    assert "nothing is kept" in answer.text
    assert (await dump(alice)).count("people_map") == before.count("people_map")


async def test_a_newcomer_may_say_nobody_yet_without_a_yes(world: Playground) -> None:
    opening = await world.chat.say(BOB, "people")
    assert labels(await world.chat.press(BOB, button(opening, "Nobody yet"))) == ["Help now"]
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
    assert len(labels(full)) == 12


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
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "forget-me"), "Forget me"))
    left = await alice.bot.database.read(lambda connection: connection.execute("SELECT * FROM people_map").fetchall())
    assert left == []
