"""On Discord one screen stays one message: what each flow costs in presses and messages, and what stays readable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord import DiscordAdapter
from bot.messages import Button, Member, Message, Place, Stands, Text, plain
from bot.messages import Channel as Where
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.adapters.discord_world import Kith
from tests.adapters.test_company_journeys import settle
from tests.beds.discord import Channel, Interaction, Person
from tests.beds.discord import Message as Shown
from tests.beds.discord.interactions import Reply
from tests.beds.discord.messages import walk

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"


@pytest.fixture
async def bed(tmp_path: Path, sockets: None) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as bed:
        yield bed


class Thumb:
    """One person with one thumb: presses, fills in, and counts. Only what a client can send."""

    def __init__(self, person: Person, where: Channel | None = None) -> None:
        self.person = person
        self.where = where
        self.presses = 0
        self.screen: Shown

    async def slash(self, name: str, **options: Any) -> Shown:
        return await self._answered(await self.person.slash(name, where=self.where, **options))

    async def press(self, label: str, **fields: str) -> Shown:
        """Press, and fill in the form if one opens."""
        self.presses += 1
        asked = await self.person.press(self.screen, label)
        return await self._answered(await self.person.submit(asked, **fields) if asked.modal else asked)

    async def _answered(self, asked: Interaction) -> Shown:
        self.screen = await asked.reply()
        return self.screen

    @property
    def messages(self) -> int:
        return sum(message.author.bot for message in self.person.sees(self.where))

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.screen.buttons]


async def check_in(bed: DiscordBed, alice: Thumb) -> None:
    await alice.slash("kith start")
    await alice.press("a check-in")
    assert "I'll check in at 19:00 every day" in (await alice.press("Yes")).text


@pytest.mark.parametrize("in_server", [True, False])
async def test_a_check_in_takes_three_steps_and_leaves_one_screen(bed: DiscordBed, *, in_server: bool) -> None:
    alice = Thumb(bed._people["alice"], bed.guild.general if in_server else None)
    await check_in(bed, alice)
    assert (alice.presses, alice.messages) == (2, 1)
    assert bed.fake.calls_to(FOLLOW_UP) == []


async def test_company_takes_one_press_and_leaves_one_screen(bed: DiscordBed) -> None:
    bob = bed.actor("bob")
    await bob.say("about")
    await bed.bot.database.write(settle, bob.member, bed.place, "helper", bed.bot.now())
    alice = Thumb(bed._people["alice"], bed.guild.general)
    await alice.slash("company")
    while "Ask" not in alice.labels:  # the two yeses of the first time
        await alice.press("Yes")
    assert (await alice.press("Ask")).text.startswith("Asked, a few at a time.")
    assert alice.messages == 1
    again = Thumb(alice.person, bed.guild.general)
    await again.slash("company")
    await again.press("Close it")
    await again.slash("company")
    await again.press("Ask")
    assert again.messages == 3, "one for each time the command was used"


async def test_a_buddy_sign_up_leaves_one_screen(bed: DiscordBed) -> None:
    alice = Thumb(bed._people["alice"], bed.guild.general)
    await alice.slash("buddy find")
    for label in ("Weekday evenings", "Text", "Company", "Looks right"):
        await alice.press(label)
    assert alice.presses == 4
    while "Yes" in alice.labels:  # the two yeses of the first time
        await alice.press("Yes")
    assert "Noted." in alice.screen.text
    assert alice.messages == 1


async def test_a_circle_from_an_idea_to_asking_for_it_to_be_published_leaves_one_screen(bed: DiscordBed) -> None:
    await bed.bot.database.write(settle, bed.actor("bob").member, bed.place, "host", bed.bot.now())
    alice = Thumb(bed._people["alice"], bed.guild.general)
    await alice.slash("circle new", when="tomorrow 19:00", title="Sunday tea")
    while "Yes" in alice.labels:
        await alice.press("Yes")
    [publish] = [button for button in alice.screen.buttons if button.label == "Publish"]
    assert publish.disabled, "the words above say what it waits for"
    assert "It needs a co-host before it can be published." in alice.screen.text
    await alice.press(next(label for label in alice.labels if label.startswith("Seats")))
    await alice.press("3")
    assert "Seats: 3" in alice.labels
    assert alice.messages == 1


async def test_help_now_replaces_no_screen_and_is_never_edited_away(bed: DiscordBed) -> None:
    alice = Thumb(bed._people["alice"], bed.guild.general)
    screen = await alice.slash("kith start")
    words, labels = screen.text, alice.labels
    await alice.press("look around")
    assert alice.messages == 1
    screen, words, labels = alice.screen, alice.screen.text, alice.labels
    card = await alice.press("Help now")
    assert "In danger right now?" in card.text
    assert (screen.text, [button.label for button in screen.buttons]) == (words, labels), "it is where it was"
    told, pressable = card.text, alice.labels
    await alice.press("Worried about someone")
    assert "ask them, calmly" in alice.screen.text
    alice.screen = card
    await alice.press("Choose")
    await alice.press("Germany" if "Germany" in alice.labels else alice.labels[0])
    assert "In danger right now?" in alice.screen.text
    assert (card.text, [button.label for button in card.buttons]) == (told, pressable)
    assert alice.messages == 5, "the screen, the card, and three more that stay"


async def test_details_leave_the_question_to_be_answered(bed: DiscordBed) -> None:
    alice = Thumb(bed._people["alice"])
    question = await alice.slash("checkin on", at="19:00")
    assert "Who can reach the machine" in (await alice.press("Details")).text
    alice.screen = question
    assert "I'll check in" in (await alice.press("Yes")).text


# -- what a message says of itself -------------------------------------------------------------------------------------


def question(stays: bool = False, stands: Stands | None = None) -> Message:
    buttons = (Button(Text("Yes"), "samples.pressed", "yes", row="-"),)
    return Message(Text("How was it?"), buttons, stays=stays, stands=stands)


async def arrived(kith: Kith, adapter: DiscordAdapter, message: Message) -> Shown:
    await adapter.send(Member("discord", kith.alice.id), message, "key")
    return await kith.alice.next()


async def test_a_question_that_came_by_itself_stays_readable_above_its_answer(
    kith: Kith, adapter: DiscordAdapter
) -> None:
    stands = Stands("samples.asked", kith.bot.now())
    asked = await arrived(kith, adapter, question(stands=stands))
    done = await kith.alice.press(asked, "Yes")
    assert done.reply_type is Reply.UPDATE
    assert (asked.text, asked.buttons) == ("How was it?\n\nNoted.", [])
    assert kith.alice.sees() == [asked]
    assert len(kith.fake.calls_to(CALLBACK)) == 1, "in one request"


async def test_a_card_stays_as_it_is(kith: Kith, adapter: DiscordAdapter) -> None:
    card = await arrived(kith, adapter, question(stays=True, stands=Stands("samples.asked", kith.bot.now())))
    done = await kith.alice.press(card, "Yes")
    assert done.reply_type is Reply.MESSAGE
    assert (card.text, [button.label for button in card.buttons]) == ("How was it?", ["Yes"])
    assert (await done.reply()).text == "Noted."


async def test_a_screen_goes_on_in_its_place(kith: Kith, adapter: DiscordAdapter) -> None:
    screen = await arrived(kith, adapter, question())
    await kith.alice.press(screen, "Yes")
    assert (screen.text, screen.buttons) == ("Noted.", [])


async def test_what_everybody_reads_is_changed_by_nobody(kith: Kith, adapter: DiscordAdapter) -> None:
    await adapter.post(Where("discord", kith.guild.general.id), question(), "key")
    posted = await kith.alice.next(kith.guild.general)
    done = await kith.alice.press(posted, "Yes")
    assert (posted.text, len(posted.buttons)) == ("How was it?", 1)
    assert (await done.reply()).only_for is kith.alice.user


async def test_a_mark_finds_a_delivery_however_it_stands(kith: Kith, adapter: DiscordAdapter) -> None:
    member = Member("discord", kith.alice.id)
    for key, message in (("one", question()), ("two", question(stays=True))):
        kith.fake.nonce_seconds = 0
        sent = await adapter.send(member, message, key)
        assert await adapter.find(member, key, kith.bot.now()) == sent


# -- places ------------------------------------------------------------------------------------------------------------


async def test_a_place_that_is_told_of_opens_at_a_press_and_reaches_its_people(
    kith: Kith, adapter: DiscordAdapter
) -> None:
    alice, bob = (Member("discord", person.id) for person in (kith.alice, kith.bob))
    home = Place("discord", kith.guild.id)
    group = await adapter.open_group(home, [alice, bob], plain("Buddies"), "0123456789abcdef012345")
    told = await arrived(kith, adapter, Message(Text("Your place is open."), door=(Text("Open"), group.channel)))
    [link] = [part for part in walk(told.components) if "url" in part]
    assert (link["label"], link["style"]) == ("Open", 5)
    assert link["url"] == f"https://discord.com/channels/{kith.guild.id}/{group.channel.id}"
    assert await adapter.find(alice, "key", kith.bot.now()) == told.id, "known by it, where there is no other button"

    await adapter.post(group.channel, Message(Text("You both said yes."), private=False, calls=(alice, bob)), "first")
    await adapter.post(group.channel, Message(Text("Another."), private=False), "second")
    first, second = (one for one in kith.fake.world.channels[group.channel.id].messages.values() if one.author.bot)
    assert first.pings == [kith.alice.user, kith.bob.user]
    assert second.pings == []
    assert [bool(one.flags & 1 << 12) for one in (first, second)] == [False, True], "and the second makes no sound"


@pytest.mark.parametrize("where", [Where("discord", "5"), Where("matrix", "!place:example.org")], ids=str)
async def test_what_cannot_be_opened_from_here_has_no_link(kith: Kith, adapter: DiscordAdapter, where: Where) -> None:
    door = Text("Open"), where
    told = await arrived(kith, adapter, Message(Text("Your place is open."), door=door))
    assert told.components == []


async def test_what_ends_something_stands_apart_and_what_cannot_be_done_yet_is_grey(
    kith: Kith, adapter: DiscordAdapter
) -> None:
    buttons = [Button(Text(str(n)), "samples.pressed", str(n), row="-", apart=n == 3, off=n == 0) for n in range(5)]
    told = await arrived(kith, adapter, Message(Text("Which?"), tuple(buttons)))
    rows = [[one["label"] for one in row["components"]] for row in told.components]
    assert rows == [["0", "1", "2"], ["3", "4"]]
    assert [one.disabled for one in told.buttons] == [True, False, False, False, False]
