"""The contract suite: the same acts and the same answers on every platform."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.matrix.content import APART
from bot.errors import CannotReach
from bot.messages import Button, File, Message, Text, plain, when, who
from bot.words.i18n import _
from tests.adapters.beds import BEDS, beds
from tests.adapters.contract import Bed

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
"""One pixel."""
HOSTILE = "@everyone <@1> <@&2> <#3> [x](https://evil.example) <b>hi</b> **loud** ||x|| discord.gg/evil @room"


@pytest.fixture(params=beds(*BEDS))
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        yield opened


async def test_the_hello_offers_its_doors(bed: Bed) -> None:
    seen = await bed.actor("alice").say("start")
    assert "Hi, I'm Kith, a bot." in seen.text
    assert "a check-in" in seen.buttons


async def test_a_check_in_is_set_up_by_pressing(bed: Bed) -> None:
    alice = bed.actor("alice")
    asked = await alice.press(await alice.say("start"), "a check-in")
    assert "seen by nobody" in asked.text
    done = await alice.press(asked, "Yes")
    assert "I'll check in at 19:00 every day" in done.text


async def test_a_command_takes_its_parameters(bed: Bed) -> None:
    alice = bed.actor("alice")
    asked = await alice.say("checkin on 18:30 new york weekdays")
    assert "18:30 on weekdays, New York time" in asked.text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("checkin on 25:00 berlin", "25:00 isn't a time I know. Try 19:00 or 7pm."),
        ("checkin on 19:00 mars", "I don't know the time zone mars."),
        ("help nothing-of-the-kind", "No person has read it. Would you like one to?"),
    ],
)
async def test_wrong_input_gets_the_same_sentence_everywhere(bed: Bed, line: str, sentence: str) -> None:
    assert sentence in (await bed.actor("alice").say(line)).text


async def test_a_private_answer_in_a_shared_place_reaches_nobody_else(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await alice.say("about")
    seen = await alice.say_in_room("help-now")
    assert "In danger right now?" in seen.text
    assert not [text for text in await bob.room_texts() if "In danger" in text]


async def test_a_form_is_filled_in(bed: Bed) -> None:
    alice = bed.actor("alice")
    asked = await alice.say("checkin on 19:00 berlin")
    form = await alice.press(asked, "Change time or days")
    changed = await alice.fill(form, "07:30", "Paris", "mon wed fri")
    assert "at 07:30 on Mon, Wed and Fri, Paris time" in changed.text


async def test_a_form_survives_a_restart(bed: Bed) -> None:
    form = await bed.actor("alice").press(
        await bed.actor("alice").say("checkin on 19:00 berlin"), "Change time or days"
    )
    await bed.restart()
    changed = await bed.actor("alice").fill(form, "07:30", "Paris", "weekdays")
    assert "at 07:30 on weekdays, Paris time" in changed.text


async def test_a_wrong_answer_in_a_form_says_what_to_do(bed: Bed) -> None:
    alice = bed.actor("alice")
    form = await alice.press(await alice.say("checkin on 19:00 berlin"), "Change time or days")
    seen = await alice.fill(form, "25:00", *(["berlin", "weekdays"] if len(form.questions) > 1 else []))
    assert "25:00 isn't a time I know" in seen.text


async def test_a_button_works_after_a_restart(bed: Bed) -> None:
    asked = await bed.actor("alice").say("checkin on 19:00 berlin")
    await bed.restart()
    done = await bed.actor("alice").press(asked, "Yes")
    assert "I'll check in at 19:00" in done.text


async def test_a_reply_means_the_older_message_it_points_to(bed: Bed) -> None:
    alice = bed.actor("alice")
    asked = await alice.say("checkin on 19:00 berlin")
    await alice.say("start")
    done = await alice.reply(asked, "yes")
    assert "I'll check in at 19:00" in done.text


async def test_a_reply_by_number_after_a_restart(bed: Bed) -> None:
    asked = await bed.actor("alice").say("checkin on 19:00 berlin")
    await bed.actor("alice").say("start")
    await bed.restart()
    assert "I'll check in at 19:00" in (await bed.actor("alice").reply(asked, "1")).text


async def test_a_reply_that_fits_nothing_in_that_message_does_nothing(bed: Bed) -> None:
    alice = bed.actor("alice")
    asked = await alice.say("checkin on 19:00 berlin")
    await alice.say("start")
    assert "I can't tell which of these you mean" in (await alice.reply(asked, "a buddy")).text


async def test_a_late_answer_is_understood_whatever_came_in_between(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("checkin on 19:00 berlin")
    await bed.adapter.send(alice.member, Message(Text("Bob waves. No answer needed.")), "key-between")
    assert "waves" in (await alice.next()).text
    await bed.restart()
    assert "I'll check in at 19:00" in (await alice.say("Yes")).text


async def test_a_question_about_a_value_hears_its_answer(bed: Bed) -> None:
    alice = bed.actor("alice")
    assert "Is that 5am or 5pm?" in (await alice.say("checkin on 5")).text
    assert "17:00" in (await alice.say("pm")).text


async def test_files_are_handed_over(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.press(await alice.say("checkin on 19:00 berlin"), "Yes")
    seen = await alice.say("my-data")
    assert set(seen.files) == {"my-data.json", "my-data.txt"}


async def test_a_picture_comes_with_its_words(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    said = _("Of {name}: one bar.").format(name="Home @room <@1>")
    await bed.adapter.send(alice.member, Message(Text("This week."), files=(File("week.png", PNG, said),)), "key-seen")
    seen = await alice.next()
    assert seen.text == "This week."
    assert seen.files == ("week.png",)
    [words] = seen.pictures
    assert words.replace(APART, "") == "Of Home @room <@1>: one bar."


async def test_the_same_key_is_the_same_message(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    first = await bed.adapter.send(alice.member, Message(Text("once and only once")), "key-one")
    again = await bed.adapter.send(alice.member, Message(Text("once and only once")), "key-one")
    assert first == again
    assert await bed.delivered("alice", "once and only once") == 1


async def test_a_message_is_found_by_its_key(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    before = datetime.now(UTC) - timedelta(minutes=5)
    buttons = (Button(Text("Help now"), "help.now", row="-"),)
    sent = await bed.adapter.send(alice.member, Message(Text("look for me"), buttons), "key-two")
    assert await bed.adapter.find(alice.member, "key-two", before) == sent
    assert await bed.adapter.find(alice.member, "key-three", before) is None


async def test_closed_direct_messages_are_said_to_be_so(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    await bed.close_messages("alice")
    with pytest.raises(CannotReach):
        await bed.adapter.send(alice.member, Message(Text("are you there")), "key-four")


async def test_words_of_people_are_words(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    await bed.adapter.send(alice.member, Message(Text("Sam says: ") + plain(HOSTILE)), "key-five")
    seen = await alice.next()
    assert "Sam says:" in seen.text  # what it looks like on the wire is asserted by the bed on every payload


async def test_instants_and_names_are_drawn(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await alice.say("about")
    words = Text("{who} at {when}").format(who=who(bob.member), when=when(datetime(2026, 3, 3, 18, 0, tzinfo=UTC)))
    await bed.adapter.send(alice.member, Message(words), "key-six")
    seen = await alice.next()
    assert "bob" in seen.text.casefold() or bob.member.id in seen.text


async def test_a_long_text_arrives_whole(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    lines = Text("\n").join(Text(f"line {number} of many, with some words to fill it") for number in range(120))
    await bed.adapter.send(alice.member, Message(lines), "key-seven")
    assert await bed.delivered("alice", "line 0 of many") == 1
    assert await bed.delivered("alice", "line 119 of many") == 1


async def test_a_group_is_opened_once_for_one_key(bed: Bed) -> None:
    alice, bob, eve = bed.actor("alice"), bed.actor("bob"), bed.actor("eve")
    opened = await bed.adapter.open_group(bed.place, [alice.member, bob.member], Text("Alice and Bob"), "group-one")
    again = await bed.adapter.open_group(bed.place, [alice.member, bob.member], Text("Alice and Bob"), "group-one")
    assert opened.channel == again.channel
    assert await alice.in_group(opened.channel.id)
    assert await bob.in_group(opened.channel.id)
    assert not await eve.in_group(opened.channel.id)
    found = await bed.adapter.find_group(bed.place, "group-one")
    assert found is not None
    assert found.channel == opened.channel
    assert await bed.adapter.find_group(bed.place, "group-two") is None


async def test_members_come_and_go_in_a_group(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    group = await bed.adapter.open_group(bed.place, [alice.member], Text("A circle"), "group-three")
    await bed.adapter.add_to_group(group.channel, bob.member)
    assert await bob.in_group(group.channel.id)
    await bed.adapter.remove_from_group(group.channel, bob.member)
    await bed.adapter.remove_from_group(group.channel, bob.member)
    assert not await bob.in_group(group.channel.id)


async def test_who_belongs_and_who_moderates_is_asked_now(bed: Bed) -> None:
    alice, mo, eve = bed.actor("alice").member, bed.actor("mo").member, bed.actor("eve").member
    assert await bed.adapter.is_member(alice, bed.place)
    assert not await bed.adapter.is_moderator(alice, bed.place)
    assert await bed.adapter.is_moderator(mo, bed.place)
    assert not await bed.adapter.is_member(eve, bed.place)
    assert not await bed.adapter.is_moderator(eve, bed.place)
    assert [place.id for place in await bed.adapter.places_of(alice)] == [bed.place.id]
    assert not await bed.adapter.places_of(eve)


async def test_a_mention_is_read(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    assert bed.adapter.read_member(await alice.mention(bob.member)) == bob.member
    assert bed.adapter.read_member("nobody in particular") is None


async def test_help_comes_first_in_the_middle_of_a_form(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.press(await alice.say("checkin on 19:00 berlin"), "Change time or days")
    assert "In danger right now?" in (await alice.say("help now")).text


async def test_help_in_a_room_is_answered_without_a_reply_or_a_name_and_waits_for_no_invitation(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    seen = await bob.say_in_room("help now")
    assert "In danger right now?" in seen.text
    for said in [text for text in await alice.room_texts() if "In danger" in text]:
        assert said.startswith("For anybody here who needs it:")
        assert "Bob" not in said
        assert bob.member.id not in said


async def test_a_word_for_help_is_understood_behind_the_prefix_too(bed: Bed) -> None:
    alice = bed.actor("alice")
    await alice.say("about")
    for line in ("!kith help now", "kith: help me", "Help me!", "i’m not safe"):
        assert "In danger right now?" in (await alice.say(line)).text


async def test_a_phrase_puts_the_card_first_and_tells_nobody(bed: Bed) -> None:
    alice, bob = bed.actor("alice"), bed.actor("bob")
    await bob.say("about")
    seen = await alice.say("I want to die")
    assert seen.text.startswith("I'm a bot and can't tell how you mean this.")
    assert "In danger right now?" in seen.text
    assert await bed.delivered("bob", "In danger right now?") == 0
    assert not [said for said in await bob.room_texts() if "In danger" in said]
