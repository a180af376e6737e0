"""What cannot be read in a form or a slash command is asked once more, with everything that was filled in kept."""

from __future__ import annotations

from datetime import time

from bot.adapters.discord import DiscordAdapter
from tests.adapters.discord_world import Kith
from tests.beds.discord import Interaction, forms


def filled(shown: Interaction) -> dict[str, str]:
    """What stands in the fields of a form as it is shown."""
    assert shown.modal is not None
    return forms.shown(shown.modal)


async def test_a_wrong_value_in_a_form_opens_it_again_with_all_that_was_written(
    kith: Kith, adapter: DiscordAdapter
) -> None:
    form = await kith.alice.slash("kith ask", where=kith.guild.general)
    wrong = await (await kith.alice.submit(form, words="a long night, in many words", at="whenever")).reply()
    assert "whenever" in wrong.text
    assert "What you filled in is kept." in wrong.text
    assert wrong.ephemeral
    again = await kith.alice.press(wrong, "Correct it")
    assert filled(again) == {"words": "a long night, in many words", "at": "whenever"}
    done = await (await kith.alice.submit(again, words="a long night, in many words", at="7:30")).reply()
    assert kith.samples.seen == [("sent", "7", "a long night, in many words", time(7, 30))]
    assert done.text == "You wrote a long night, in many words"


async def test_what_could_be_two_hours_is_answered_by_a_press(kith: Kith, adapter: DiscordAdapter) -> None:
    form = await kith.alice.slash("kith ask", where=kith.guild.general)
    asked = await (await kith.alice.submit(form, words="tea", at="5")).reply()
    assert "Is that 5am or 5pm?" in asked.text
    await (await kith.alice.press(asked, "5pm")).reply()
    assert kith.samples.seen == [("sent", "7", "tea", time(17))]


async def test_a_form_is_corrected_after_a_restart_and_twice(kith: Kith) -> None:
    async with kith.running():
        form = await kith.alice.slash("kith ask", where=kith.guild.general)
        wrong = await (await kith.alice.submit(form, words="tea", at="whenever")).reply()
    async with kith.running():
        again = await kith.alice.press(wrong, "Correct it")
        wrong = await (await kith.alice.submit(again, words="tea and cake", at="never")).reply()
        again = await kith.alice.press(wrong, "Correct it")
        assert filled(again) == {"words": "tea and cake", "at": "never"}
        await (await kith.alice.submit(again, words="tea and cake", at="noon")).reply()
        assert kith.samples.seen == [("sent", "7", "tea and cake", time(12))]


async def test_nobody_else_corrects_it(kith: Kith, adapter: DiscordAdapter) -> None:
    form = await kith.alice.slash("kith ask", where=kith.guild.general)
    await (await kith.alice.submit(form, words="tea", at="whenever")).reply()
    theirs = await kith.bob.slash("kith ask", where=kith.guild.general)
    wrong = await (await kith.bob.submit(theirs, words="coffee", at="whenever")).reply()
    again = await kith.bob.press(wrong, "Correct it")
    assert filled(again) == {"words": "coffee", "at": "whenever"}


async def test_a_wrong_value_of_a_slash_command_is_asked_for_and_the_others_are_kept(
    kith: Kith, adapter: DiscordAdapter
) -> None:
    asked = await (
        await kith.alice.slash("checkin on", where=kith.guild.general, at="5", zone="berlin", note="I'm tired")
    ).reply()
    assert asked.text == "Is that 5am or 5pm?"
    await (await kith.alice.press(asked, "5pm")).reply()
    assert kith.samples.seen == [("on", time(17), "Europe/Berlin", "I'm tired")]


async def test_what_names_nothing_else_is_answered_in_a_form_of_one_line(kith: Kith, adapter: DiscordAdapter) -> None:
    asked = await (
        await kith.alice.slash("checkin on", where=kith.guild.general, at="whenever", zone="berlin", note="tea")
    ).reply()
    form = await kith.alice.press(asked, "Answer")
    assert filled(form) == {"words": "whenever"}
    await (await kith.alice.submit(form, words="7:30")).reply()
    assert kith.samples.seen == [("on", time(7, 30), "Europe/Berlin", "tea")]


async def test_a_suggestions_label_sent_back_as_its_value_is_understood(kith: Kith, adapter: DiscordAdapter) -> None:
    await kith.alice.slash("checkin on", where=kith.guild.general, at="19:00", zone="Berlin (Europe/Berlin)")
    assert kith.samples.seen == [("on", time(19), "Europe/Berlin", "")]


async def test_times_and_choices_are_completed(kith: Kith, adapter: DiscordAdapter) -> None:
    assert await kith.alice.complete("checkin on", "at", "7") == ["07:00", "19:00"]
    assert await kith.alice.complete("checkin on", "at", "7:3") == ["07:30", "19:30"]
    assert "19:00" in await kith.alice.complete("checkin on", "at", "")


async def test_what_was_taken_is_kept_nowhere(kith: Kith, adapter: DiscordAdapter) -> None:
    form = await kith.alice.slash("kith ask", where=kith.guild.general)
    wrong = await (await kith.alice.submit(form, words="tea", at="whenever")).reply()
    again = await kith.alice.press(wrong, "Correct it")
    await (await kith.alice.submit(again, words="tea", at="noon")).reply()
    late = await (await kith.alice.press(wrong, "Correct it", late=True)).reply()
    assert late.text == "I no longer have what you filled in. Please open it again."
