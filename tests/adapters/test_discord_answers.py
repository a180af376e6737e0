"""Every interaction on Discord gets one private end, also when the handler is slow or Discord loses its own reply."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.adapters.discord import DiscordAdapter, answers
from bot.messages import Button, Member, Message, Text
from tests.adapters.discord_world import Kith
from tests.beds.discord import Interaction
from tests.beds.discord.interactions import FIRST_ANSWER_SECONDS, Asked, Reply, ask
from tests.beds.eventually import PATIENCE, until

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
DELETE = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original"


OURS = answers.PATIENCE


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For handlers that wait until they are let go. Any other has the time that it has in life."""
    monkeypatch.setattr(answers, "PATIENCE", 0.2)


def test_our_patience_leaves_time_to_ask_for_time() -> None:
    assert OURS <= FIRST_ANSWER_SECONDS / 2


async def slow(kith: Kith, command: str = "kith slow") -> Interaction:
    """Alice asks for something that takes long; she sees that it is being worked on."""
    asked = await kith.alice.slash(command, where=kith.guild.general)
    assert asked.reply_type is Reply.DEFER_MESSAGE
    assert asked.original is not None
    assert asked.original.loading
    assert asked.original.ephemeral
    return asked


@pytest.mark.usefixtures("impatient")
async def test_a_slow_handler_asks_for_time_and_answers_once(kith: Kith, adapter: DiscordAdapter) -> None:
    began = time.monotonic()
    asked = await slow(kith)
    assert time.monotonic() - began < FIRST_ANSWER_SECONDS
    kith.samples.gate.set()
    answer = await asked.reply()
    assert (answer.text, answer.ephemeral) == ("At last.", True)
    assert (await (await kith.alice.press(answer, "Yes")).reply()).text == "Noted."
    assert asked.followups == []
    assert len(kith.fake.calls_to(FOLLOW_UP)) == 0


@pytest.mark.usefixtures("impatient")
async def test_a_slow_answer_in_the_direct_chat_stays(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = await kith.alice.slash("kith slow")
    kith.samples.gate.set()
    answer = await asked.reply()
    assert (answer.text, answer.ephemeral) == ("At last.", False)


@pytest.mark.usefixtures("impatient")
async def test_a_form_that_comes_too_late_asks_for_one_more_press(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = await slow(kith, "kith slow-form")
    kith.samples.gate.set()
    answer = await asked.reply()
    assert answer.text == "That took me a moment too long. Please press once more."
    assert answer.ephemeral


async def test_a_quick_answer_needs_one_request(kith: Kith, adapter: DiscordAdapter) -> None:
    await kith.alice.slash("help-now", where=kith.guild.general)
    assert len(kith.fake.calls_to(CALLBACK)) == 1
    assert kith.fake.calls_to(ORIGINAL) == []


async def test_a_lost_reply_does_not_make_two_answers(
    kith: Kith, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    kith.fake.faults.lose_reply(CALLBACK)
    asked = await kith.alice.slash("help-now", where=kith.guild.general)
    assert (await asked.reply()).text == "You can call **112**."
    await until_answered(kith, 2)
    assert kith.fake.calls_to(CALLBACK)[-1].status == 400, "the repetition is refused, and that is well"
    assert "could not be answered" not in caplog.text
    assert len(kith.alice.sees(kith.guild.general)) == 1


async def test_a_reset_connection_is_tried_again(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.reset(CALLBACK)
    asked = await kith.alice.slash("help-now", where=kith.guild.general)
    assert (await asked.reply()).text == "You can call **112**."


@pytest.mark.usefixtures("impatient")
async def test_a_lost_change_is_repeated_without_harm(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = await slow(kith)
    kith.fake.faults.lose_reply(ORIGINAL)
    kith.samples.gate.set()
    assert (await asked.reply()).text == "At last."
    assert len(kith.alice.sees(kith.guild.general)) == 1


async def test_a_handler_that_says_nothing_leaves_nothing(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = await kith.alice.slash("kith silent", where=kith.guild.general)
    await asked.settled.wait()
    assert kith.alice.sees(kith.guild.general) == []


async def test_a_press_that_says_nothing_leaves_the_message_as_it_is(kith: Kith, adapter: DiscordAdapter) -> None:
    quiet = Message(Text("Still there?"), (Button(Text("Here"), "samples.nothing", "1", row="-"),))
    await adapter.send(Member("discord", kith.alice.id), quiet, "key")
    message = await kith.alice.next()
    asked = await kith.alice.press(message, "Here")
    assert asked.reply_type is Reply.DEFER_UPDATE
    assert kith.alice.sees() == [message]
    assert kith.samples.seen == [("nothing", "1")]


async def test_an_interaction_that_is_over_harms_nobody(kith: Kith, adapter: DiscordAdapter) -> None:
    data = {"id": "1", "name": "help-now", "type": 1, "options": []}
    ask(kith.fake, Asked.COMMAND, kith.alice.user, kith.alice.dm, data)
    kith.fake.clock.skip(FIRST_ANSWER_SECONDS + 1)
    await until_answered(kith, 1)
    assert (await (await kith.alice.slash("help-now")).reply()).text == "You can call **112**."
    assert [call.status for call in kith.fake.calls_to(CALLBACK)] == [404, 200], "what is over is not tried again"


async def test_a_command_of_an_older_version_shows_the_help(kith: Kith, adapter: DiscordAdapter) -> None:
    data = {"id": "1", "name": "kith", "type": 1, "options": [{"type": 1, "name": "renamed", "options": []}]}
    asked = await ask(kith.fake, Asked.COMMAND, kith.alice.user, kith.alice.dm, data).first_answer()
    assert "line 0 of the help" in (await asked.reply()).text


@pytest.mark.parametrize(
    "custom_id", ["", "x", "kith:2:samples.pressed:-:yes", "kith:1:no.such:-:x", "kith:1:" + "a" * 90]
)
async def test_a_forged_button_does_nothing(kith: Kith, adapter: DiscordAdapter, custom_id: str) -> None:
    await kith.alice.slash("help-now")
    message = await kith.alice.next()
    data = {"component_type": 2, "custom_id": custom_id, "id": 1}
    asked = ask(kith.fake, Asked.COMPONENT, kith.alice.user, message.channel, data, message)
    assert "has expired" in (await asked.reply()).text
    assert kith.samples.seen == []


async def test_a_form_with_fields_nobody_asked_for(kith: Kith, adapter: DiscordAdapter) -> None:
    row = {"type": 1, "components": [{"type": 4, "custom_id": "evil", "value": "x"}]}
    data = {"custom_id": "kith:1:samples.sent:-:7", "components": [row]}
    asked = ask(kith.fake, Asked.MODAL, kith.alice.user, kith.guild.general, data)
    answer = await asked.reply()
    assert answer.ephemeral
    assert kith.samples.seen == []


@pytest.mark.usefixtures("impatient")
async def test_stopping_lets_requests_finish(kith: Kith) -> None:
    async with kith.running() as adapter:
        asked = await slow(kith)
        stopping = asyncio.create_task(adapter.stop())
        await asyncio.sleep(0.05)
        kith.samples.gate.set()
        await stopping
        assert (await asked.reply()).text == "At last."


@pytest.mark.usefixtures("impatient")
async def test_stopping_gives_up_what_takes_too_long(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.discord.GRACE", 0.1)
    async with kith.running() as adapter:
        await slow(kith)
        await asyncio.wait_for(adapter.stop(), PATIENCE)


async def until_answered(kith: Kith, requests: int) -> None:
    """The bot has tried to acknowledge this often."""
    await until(lambda: sum(call.status != 0 for call in kith.fake.calls_to(CALLBACK)) >= requests)


async def test_an_answer_to_typed_words_is_repeated_and_stays_one(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.faults.lose_reply("POST /channels/{channel_id}/messages")
    kith.alice.say("help-now")
    assert (await kith.alice.next()).text == "You can call **112**."
    await until(lambda: len(kith.fake.calls_to("POST /channels/{channel_id}/messages")) >= 2)
    assert len([message for message in kith.alice.sees() if message.author.bot]) == 1


async def test_who_writes_and_then_closes_the_door_harms_nobody(
    kith: Kith, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    kith.alice.close_dms()
    kith.alice.say("help-now and my secret")
    kith.bob.say("help-now")
    assert "112" in (await kith.bob.next()).text
    assert "secret" not in caplog.text
    assert kith.alice.sees()[1:] == []


async def test_a_picture_a_voice_or_a_sticker_is_answered(kith: Kith, adapter: DiscordAdapter) -> None:
    """None of them has words: Discord sends an empty text with each."""
    kith.alice.say("")
    said = await kith.alice.next()
    assert said.text.startswith("I can't see pictures or hear voices. That you were here counts;")
