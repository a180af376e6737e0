"""What members keep in words of their own: limits, wrong input, a lost key, and made-up presses, everywhere alike."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Button, Message, Text
from storage.personal import own_dates, people, reminders, thanks
from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, tick, unasked

DAY = timedelta(days=1)
HOSTILE = "@everyone <@1> **x** [a](https://evil.example) <b>y</b> {name} %s `z`"
UNREADABLE = "(these words can't be read any more)"


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await settle(world, ALICE, "reminders", "dates")
    await settle(world, BOB, "thanks")
    return world


async def add_entry(world: Playground, label: str, *rest: str) -> Message:
    answer = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "people"), "Add one"))
    for words in (label, *rest, *["-"] * (3 - len(rest))):
        answer = await world.chat.say(ALICE, words)
    return answer


async def add_date(world: Playground, label: str, day: str = "31 march") -> Message:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "my-dates"), "Add one"))
    await world.chat.say(ALICE, label)
    return await world.chat.say(ALICE, day)


async def add_note(world: Playground, words: str) -> Message:
    first = await world.chat.say(ALICE, f"notebook {words}")
    return await world.chat.press(ALICE, button(first, "30 days")) if "30 days" in labels(first) else first


async def thank(world: Playground, words: str) -> Message:
    return await world.chat.press(ALICE, button(await world.chat.say(ALICE, f"thanks @bob {words}"), "Send"))


async def keep_everything(world: Playground, words: str) -> None:
    await add_entry(world, words[:60])
    await add_date(world, words[:80])
    await add_note(world, words)
    await world.chat.say(ALICE, f"remind me tomorrow 19:00 {words}")
    await thank(world, words)
    await tick(world)


async def test_hostile_words_come_back_as_they_were_typed(alice: Playground) -> None:
    await keep_everything(alice, HOSTILE)
    for line, shown in (
        ("people", HOSTILE[:60]),
        ("my-dates", HOSTILE[:80]),
        ("notebook", HOSTILE),
        ("reminders", HOSTILE),
    ):
        assert shown.strip() in (await alice.chat.say(ALICE, line)).text, line
    assert HOSTILE in unasked(alice, BOB)[-1].text
    await pass_time(alice, 3 * DAY)
    said = [str(one.text) for one in unasked(alice, ALICE)]
    assert f"You asked me to remind you: “{HOSTILE}”" in said
    assert f"Today is the date you called “{HOSTILE[:80].strip()}”." in said


async def test_nothing_of_it_can_be_read_on_disk(alice: Playground) -> None:
    await keep_everything(alice, "heron")
    assert "heron" not in await dump(alice)


def _damage(connection: Connection, table: str, column: str) -> None:
    connection.execute(f"UPDATE {table} SET {column} = zeroblob(60)")


async def test_words_that_cannot_be_read_any_more_stop_nothing(alice: Playground) -> None:
    """The key that sealed them is lost, or somebody changed the file."""
    await keep_everything(alice, "heron")
    columns = (("people_map", "entry"), ("own_dates", "label"), ("notes", "words"), ("reminders", "words"))
    for table, column in (*columns, ("thanks", "words")):
        await alice.bot.database.write(_damage, table, column)
    for line in ("people", "my-dates", "notebook", "reminders"):
        assert UNREADABLE in (await alice.chat.say(ALICE, line)).text, line
    assert UNREADABLE in (await alice.chat.say(BOB, "thanks")).text
    assert (await alice.chat.say(ALICE, "help-now")).text
    assert (await alice.chat.say(ALICE, "my-data")).files
    await pass_time(alice, 3 * DAY)
    assert sum(UNREADABLE in one.text for one in unasked(alice, ALICE)) == 2, "the date and the reminder"


# -- limits and wrong input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "limit"), [("people", 60), ("dates", 80), ("notebook", 2000), ("reminder", 500), ("thanks", 200)]
)
async def test_one_character_more_is_refused_kindly_and_keeps_nothing(
    alice: Playground, place: str, limit: int
) -> None:
    await add_note(alice, "first")
    words = "h" * (limit + 1)
    if place == "people":
        await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "people"), "Add one"))
        said = await alice.chat.say(ALICE, words)
    elif place == "dates":
        await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "my-dates"), "Add one"))
        said = await alice.chat.say(ALICE, words)
    else:
        lines = {"notebook": "notebook", "reminder": "remind me tomorrow 19:00", "thanks": "thanks @bob"}
        said = await alice.chat.say(ALICE, f"{lines[place]} {words}")
    assert "long" in said.text or f"{limit} characters" in said.text
    counts = {"people": "people_map", "dates": "own_dates", "reminder": "reminders", "thanks": "thanks"}
    if place in counts:
        query = f"SELECT count(*) FROM {counts[place]}"
        assert await alice.bot.database.read(lambda one: one.execute(query).fetchone()) == (0,)


async def test_the_last_that_fits_is_kept(alice: Playground) -> None:
    await add_note(alice, "first")
    assert "Kept" in (await add_note(alice, "h" * 2000)).text
    assert "I'll remind you" in (await alice.chat.say(ALICE, "remind me tomorrow 19:00 " + "h" * 500)).text
    assert "Kept" in (await add_date(alice, "h" * 80)).text
    assert "h" * 60 in (await add_entry(alice, "h" * 60)).text
    assert "they'll get it" in (await thank(alice, "h" * 200)).text


async def test_where_it_is_full_an_old_button_says_so(alice: Playground) -> None:
    entry = await alice.chat.say(ALICE, "people")
    date = await alice.chat.say(ALICE, "my-dates")
    for number in range(people.MOST):
        await add_entry(alice, f"entry {number}")
    for number in range(own_dates.MOST):
        await add_date(alice, f"day {number}")
    await alice.chat.press(ALICE, button(entry, "Add one"))
    for words in ("one more", "-", "-"):
        await alice.chat.say(ALICE, words)
    assert "12 are on your list, as many as I keep." in (await alice.chat.say(ALICE, "-")).text
    await alice.chat.press(ALICE, button(date, "Add one"))
    await alice.chat.say(ALICE, "one more")
    assert "5 dates are here already, as many as I keep." in (await alice.chat.say(ALICE, "3 may")).text


async def test_a_place_that_was_freed_may_be_filled(alice: Playground) -> None:
    for number in range(reminders.MOST):
        await alice.chat.say(ALICE, f"remind me tomorrow 19:00 number {number}")
    listed = await alice.chat.say(ALICE, "reminders")
    await alice.chat.press(ALICE, button(listed, "Delete 1"))
    assert "I'll remind you" in (await alice.chat.say(ALICE, "remind me tomorrow 19:00 another")).text


async def test_a_day_that_is_none_is_asked_again_and_then_kept(alice: Playground) -> None:
    wrong = await add_date(alice, "the lake day", "31 february")
    assert "Kept" not in wrong.text
    assert "Kept: 3 March" in (await alice.chat.say(ALICE, "3 march")).text


async def test_a_morning_that_is_over_is_not_named_any_more(alice: Playground) -> None:
    alice.now += timedelta(hours=13, minutes=30)  # 08:30 of the next day: the clocks go forward
    assert "Kept: 29 March" in (await add_date(alice, "to come", "29 march")).text
    alice.now += timedelta(hours=1)
    await add_date(alice, "over", "29 march")
    await pass_time(alice, timedelta(minutes=5))
    said = [str(one.text) for one in unasked(alice, ALICE) if "date you called" in one.text]
    assert said == ["Today is the date you called “to come”."]


async def test_three_thanks_a_day_whomever_they_go_to(alice: Playground) -> None:
    for _time in range(thanks.A_DAY):
        await thank(alice, "for the walk")
    assert "3 a day are what I carry." in (await thank(alice, "once more")).text
    await tick(alice)
    await tick(alice)
    assert not [one for one in unasked(alice, BOB) if "once more" in one.text]


@pytest.mark.parametrize(
    ("screen", "action"),
    [
        ("people", "people.show"),
        ("people", "people.remove"),
        ("my-dates", "dates.delete"),
        ("notebook", "notebook.delete"),
        ("reminders", "reminders.delete"),
    ],
)
@pytest.mark.parametrize("value", ["99", "-1", ""])
async def test_a_press_on_what_is_not_there_deletes_nothing(
    alice: Playground, screen: str, action: str, value: str
) -> None:
    await keep_everything(alice, "heron")
    row = (await alice.chat.say(ALICE, screen)).buttons[0].row
    await alice.chat.press(ALICE, Button(Text("x"), action, value, row=row))
    assert "heron" in (await alice.chat.say(ALICE, screen)).text
