"""What waited for the morning, as a member reads it: one message, every part in full, and buttons that answer each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.together import in_one
from bot.errors import CannotReach, DeliveryError
from bot.messages import MOST_BUTTONS, STATELESS, Button, File, Message, Person, Text
from tests.cast import ALICE, labels
from tests.outbox_bed import Outbox, outbox_bed

HEAD = "This waited for you:"
NIGHT = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
HELP = Button(Text("Help now"), "help.now", row=STATELESS)


def said(words: str, *options: str, row: str = "d1") -> Message:
    return Message(Text(words), tuple(Button(Text(option), "notes.read", option, row=row) for option in options))


# -- the words ---------------------------------------------------------------------------------------------------------


def test_one_alone_stays_as_it_is() -> None:
    assert in_one([said("Hello.", "Read")]) == said("Hello.", "Read")


def test_where_one_part_asks_its_buttons_stand_as_they_are() -> None:
    both = in_one([said("Alex waves."), said("Did you talk?", "Yes", "No")])
    assert str(both.text) == f"{HEAD}\n\nAlex waves.\n\nDid you talk?"
    assert labels(both) == ["Yes", "No"]


def test_where_two_ask_letters_say_which_is_meant() -> None:
    both = in_one([said("One?", "Yes", "No", row="d1"), said("Between."), said("Two?", "Yes", row="d2")])
    assert str(both.text) == f"{HEAD}\n\nA. One?\n\nBetween.\n\nC. Two?"
    assert [(str(one.label), one.row) for one in both.buttons] == [("A: Yes", "d1"), ("A: No", "d1"), ("C: Yes", "d2")]


def test_help_now_stands_there_once_and_last() -> None:
    both = in_one([said("One?", "Yes").with_buttons([HELP]), said("Two.").with_buttons([HELP])])
    assert labels(both) == ["Yes", "Help now"]


def test_it_never_has_more_buttons_than_fit() -> None:
    many = [str(number) for number in range(20)]
    both = in_one([said("One?", *many).with_buttons([HELP]), said("Two?", *many)])
    assert len(both.buttons) == MOST_BUTTONS
    assert labels(both)[-1] == "Help now"


def test_what_one_would_type_answers_the_only_part_that_asks() -> None:
    typed = Button(Text("Write"), "notes.read", row="d1")
    asking = Message(Text("How?"), (typed,), (File("a.txt", b"a"),), typed=typed)
    assert in_one([asking, said("Hello.")]).typed == typed
    assert in_one([asking, said("Hello.")]).files == asking.files
    assert in_one([asking, said("Two?", "Yes")]).typed is None, "nobody could tell which is meant"


# -- on its way --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Outbox]:
    async with outbox_bed(tmp_path) as bed:
        bed.now = NIGHT
        yield bed


@pytest.fixture
async def alice(bed: Outbox) -> Person:
    return await bed.join(ALICE)


async def hold(bed: Outbox, alice: Person) -> list[int]:
    """Two messages of the night; then it is a minute before nine."""
    rows = [await bed.plan(alice, words, picked=False) for words in ("One.", "Two.")]
    await bed.tick()
    await bed.tick(timedelta(hours=10, minutes=59))
    assert bed.heard(ALICE) == []
    return rows


async def states(bed: Outbox, rows: list[int]) -> set[str]:
    return {(await bed.state(row))[0] for row in rows}


async def test_in_the_morning_one_message_comes_and_each_part_can_be_answered(bed: Outbox, alice: Person) -> None:
    rows = await hold(bed, alice)
    await bed.tick(timedelta(minutes=1))
    assert bed.heard(ALICE) == [f"{HEAD}\n\nA. One.\n\nB. Two."]
    assert await states(bed, rows) == {"sent"}
    [morning] = bed.chat.read(ALICE)
    for button in morning.buttons:
        assert str((await bed.chat.press(ALICE, button)).text) == "Thank you."
    await bed.tick(timedelta(days=1))
    assert len(bed.chat.asked) == 1


@pytest.mark.parametrize("lost", [True, False])
async def test_an_answer_that_was_lost_brings_no_second_message(bed: Outbox, alice: Person, lost: bool) -> None:
    rows = await hold(bed, alice)
    (bed.chat.after if lost else bed.chat.before).append(DeliveryError("no answer"))
    await bed.tick(timedelta(minutes=1))
    bed.start()
    await bed.tick(timedelta(minutes=10))
    assert bed.heard(ALICE) == [f"{HEAD}\n\nA. One.\n\nB. Two."]
    assert await states(bed, rows) == {"sent"}


async def test_who_has_closed_their_messages_reads_each_in_the_inbox(bed: Outbox, alice: Person) -> None:
    rows = await hold(bed, alice)
    bed.chat.before.append(CannotReach("closed"))
    await bed.tick(timedelta(minutes=1))
    assert await states(bed, rows) == {"inbox"}


async def test_where_nobody_can_tell_whether_it_came_each_waits_in_the_inbox(bed: Outbox, alice: Person) -> None:
    rows = await hold(bed, alice)
    bed.chat.after.append(DeliveryError("no answer"))
    await bed.tick(timedelta(minutes=1))
    bed.chat.blind = CannotReach("no history")
    await bed.tick(timedelta(days=1, hours=2))
    assert await states(bed, rows) == {"inbox"}
    assert len(bed.heard(ALICE)) == 1, "it had come, and nothing comes twice"


async def test_where_there_is_nothing_to_say_any_more_nothing_comes(bed: Outbox, alice: Person) -> None:
    rows = await hold(bed, alice)
    bed.notes.silent = True
    await bed.tick(timedelta(minutes=1))
    assert bed.heard(ALICE) == []
    assert await states(bed, rows) == {"skipped"}


async def test_a_part_that_cannot_be_said_leaves_the_others_alone(bed: Outbox, alice: Person) -> None:
    rows = await hold(bed, alice)
    news = await bed.plan(alice, "News.", kind="notes.news", picked=False)
    await bed.tick()
    bed.notes.broken = True
    await bed.tick(timedelta(minutes=1))
    assert bed.heard(ALICE) == ["News."]
    assert await states(bed, rows) == {"dead"}
    assert await states(bed, [news]) == {"sent"}
