"""The notebook: kept for nobody but its owner, for as long as they said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.personal import notebook
from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle

DAY = timedelta(days=1)


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await settle(world, ALICE)
    return world


async def opened(world: Playground, choice: str = "30 days") -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "notebook"), choice))


async def test_it_is_off_until_its_member_says_for_how_long(alice: Playground) -> None:
    first = await alice.chat.say(ALICE, "notebook")
    assert str(first.text) == "Encrypted on disk. The person hosting me (whoever runs this playground) holds the key."
    assert labels(first) == ["30 days", "90 days", "Until I delete it", "No"]
    await alice.chat.press(ALICE, button(first, "No"))
    assert labels(await alice.chat.say(ALICE, "notebook")) == ["30 days", "90 days", "Until I delete it", "No"]


async def test_words_written_before_the_yes_are_kept_by_it(alice: Playground) -> None:
    first = await alice.chat.say(ALICE, "notebook the heron was back")
    assert "heron" not in await dump(alice)
    assert "Kept, for your eyes only." in (await alice.chat.press(ALICE, button(first, "90 days"))).text
    assert str((await alice.chat.say(ALICE, "notebook")).text) == "1. today: the heron was back"
    assert "heron" not in await dump(alice), "encrypted on disk"


async def test_after_a_no_the_words_are_gone(alice: Playground) -> None:
    first = await alice.chat.say(ALICE, "notebook the heron was back")
    assert "Nothing is kept." in (await alice.chat.press(ALICE, button(first, "No"))).text
    await opened(alice)
    assert "empty" in (await alice.chat.say(ALICE, "notebook")).text


async def test_after_a_quarter_of_an_hour_the_words_are_gone_too(alice: Playground) -> None:
    first = await alice.chat.say(ALICE, "notebook the heron was back")
    alice.now += timedelta(minutes=16)
    await alice.chat.press(ALICE, button(first, "30 days"))
    assert "empty" in (await alice.chat.say(ALICE, "notebook")).text


async def test_notes_stand_by_date_the_newest_first_in_the_members_words(alice: Playground) -> None:
    await opened(alice)
    await alice.chat.say(ALICE, "notebook first")
    alice.now += DAY
    await alice.chat.say(ALICE, "notebook *second* @everyone")
    assert str((await alice.chat.say(ALICE, "notebook")).text) == (
        "1. today: *second* @everyone\n2. Saturday 28 March: first"
    )


async def test_long_ago_is_pages_away(alice: Playground) -> None:
    await opened(alice)
    for number in range(11):
        await alice.chat.say(ALICE, f"notebook note {number}")
        alice.now += timedelta(minutes=1)
    page = await alice.chat.say(ALICE, "notebook")
    assert "note 10" in page.text
    assert "note 2" not in page.text
    assert "note 2" in (await alice.chat.press(ALICE, button(page, "Earlier"))).text


@pytest.mark.parametrize(("choice", "after", "kept"), [("30 days", 31, 0), ("90 days", 31, 1), ("90 days", 91, 0)])
async def test_a_note_is_erased_when_its_time_is_over(alice: Playground, choice: str, after: int, kept: int) -> None:
    await opened(alice, choice)
    await alice.chat.say(ALICE, "notebook something")
    alice.now += after * DAY
    await alice.bot.run_jobs("hour", alice.now)
    assert await count(alice) == kept


async def test_until_i_delete_it(alice: Playground) -> None:
    await opened(alice, "Until I delete it")
    await alice.chat.say(ALICE, "notebook something")
    alice.now += 400 * DAY
    await alice.bot.run_jobs("hour", alice.now)
    page = await alice.chat.say(ALICE, "notebook")
    assert "something" in page.text
    assert "empty" in (await alice.chat.press(ALICE, button(page, "Delete 1"))).text
    assert await count(alice) == 0


async def test_switched_off_it_ends_after_a_day_and_on_again_in_time_it_does_not(alice: Playground) -> None:
    await opened(alice, "Until I delete it")
    await alice.chat.say(ALICE, "notebook something")
    await alice.chat.say(ALICE, "settings notebook")
    await pass_time(alice, timedelta(hours=20))
    await opened(alice, "Until I delete it")
    await pass_time(alice, DAY)
    assert await count(alice) == 1
    await alice.chat.say(ALICE, "settings notebook")
    await pass_time(alice, timedelta(hours=26))
    assert await count(alice) == 0


async def test_where_the_host_has_not_allowed_it_there_is_none(alice: Playground) -> None:
    alice.bot.core.settings = replace(alice.bot.core.settings, without_notebook=frozenset({"local"}))
    said = await alice.chat.say(ALICE, "notebook something")
    assert str(said.text) == "The person hosting me (whoever runs this playground) has not opened notebooks here."


async def test_one_cannot_delete_anothers(alice: Playground) -> None:
    await opened(alice)
    await alice.chat.say(ALICE, "notebook something")
    bob = await settle(alice, BOB)
    assert not await alice.bot.database.write(notebook.remove, bob, 1)
    assert await count(alice) == 1


async def test_everything_is_shown_and_forgotten(alice: Playground) -> None:
    await opened(alice)
    await alice.chat.say(ALICE, "notebook something of mine")
    files = {file.name: file.content.decode() for file in (await alice.chat.say(ALICE, "my-data")).files}
    assert "something of mine" in files["my-data.txt"]
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "forget-me"), "Delete everything"))
    assert await count(alice) == 0


async def count(world: Playground) -> int:
    [found] = await world.bot.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM notes").fetchone()
    )
    return int(found)
