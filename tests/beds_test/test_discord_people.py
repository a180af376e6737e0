"""What a person does on the fake Discord reaches the bot, and the bot's answers reach her eyes."""

from __future__ import annotations

import pytest

from tests.beds.discord import FakeDiscord, Guild, NoAnswer, Permission, Person
from tests.beds_test.library import Lasting, Library, connected, numbered


async def test_a_command_is_answered_for_her_eyes_only(
    fake: FakeDiscord, bot: Library, guild: Guild, alice: Person
) -> None:
    bob = fake.add_person("Bob", guild)
    answer = await (await alice.slash("ping", where=guild.general, text="hi")).reply()
    assert (answer.text, answer.ephemeral) == ("pong hi", True)
    assert alice.sees(guild.general) == [answer]
    assert bob.sees(guild.general) == []


async def test_a_deferred_answer_is_filled_in_later(bot: Library, guild: Guild, alice: Person) -> None:
    asked = await alice.slash("slow", where=guild.general)
    answer = await asked.reply()
    assert (answer.text, answer.ephemeral, answer.loading) == ("final", True, False)
    assert asked.is_private


async def test_typed_options_and_subcommands(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    mo = fake.add_person("Mo", guild, permissions=Permission.MANAGE_GUILD)
    bob = fake.add_person("Bob", guild)
    assert await mo.complete("say hello", "times", "1", where=guild.general) == [1, 2]
    answer = await (await mo.slash("say hello", where=guild.general, person=bob, times=2, aloud=True)).reply()
    assert (answer.text, answer.ephemeral) == ("hello Bob 2 True", False)


async def test_a_moderators_command_is_not_offered_to_others(bot: Library, guild: Guild, alice: Person) -> None:
    with pytest.raises(AssertionError, match="not offered"):
        await alice.slash("say hello", where=guild.general, person=alice, times=1)
    await alice.slash("say hello", where=guild.general, granted=True, person=alice, times=1)


async def test_an_unknown_command_or_option_is_no_silent_success(bot: Library, alice: Person) -> None:
    with pytest.raises(AssertionError, match="no /pong"):
        await alice.slash("pong")
    with pytest.raises(AssertionError, match="without"):
        await alice.slash("ping")
    with pytest.raises(AssertionError, match="no option"):
        await alice.slash("ping", text="a", other="b")
    with pytest.raises(AssertionError, match="takes no int"):
        await alice.slash("ping", text=1)
    with pytest.raises(AssertionError, match="beginning of"):
        await alice.slash("say")


async def test_a_form_is_filled_in_and_sent(bot: Library, alice: Person) -> None:
    form = await alice.slash("form")
    with pytest.raises(AssertionError, match="must be filled in"):
        await alice.submit(form)
    with pytest.raises(AssertionError, match="too long"):
        await alice.submit(form, words="w" * 21)
    answer = await (await alice.submit(form, words="long night")).reply()
    assert answer.text == "you wrote long night"


async def test_pressing_a_button_changes_the_message(bot: Library, guild: Guild, alice: Person) -> None:
    await bot.channel(guild.general.id).send("choose", view=Lasting())
    message = await alice.next(guild.general)
    await alice.press(message, "Yes")
    assert (message.text, message.buttons) == ("thanks", [])
    with pytest.raises(AssertionError, match="no button"):
        await alice.press(message, "Yes")


async def test_a_button_works_after_a_restart(fake: FakeDiscord, guild: Guild, alice: Person) -> None:
    async with connected(fake) as before:
        user = await before.fetch_user(int(alice.id))
        await user.send("how are you?", view=numbered(7))
    message = await alice.next()
    async with connected(fake):
        answer = await (await alice.press(message, "In")).reply()
    assert answer.text == "noted 7"


async def test_nobody_presses_what_she_cannot_see(fake: FakeDiscord, bot: Library, guild: Guild, alice: Person) -> None:
    bob = fake.add_person("Bob", guild)
    user = await bot.fetch_user(int(alice.id))
    await user.send("for you", view=numbered(1))
    with pytest.raises(AssertionError, match="cannot see"):
        await bob.press(await alice.next(), "In")


async def test_a_silent_bot_is_noticed(bot: Library, alice: Person) -> None:
    with pytest.raises(NoAnswer, match="did not respond"):
        await alice.slash("mute")
