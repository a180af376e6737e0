"""What is chosen in menus and lists: on a person or a message, and in the settings. Nothing is typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.discord.commands import IN_GUILD, USER
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.beds.discord import Person, forms
from tests.beds.discord.interactions import Reply
from tests.beds.discord.messages import walk
from tests.beds.discord.things import Payload

pytestmark = pytest.mark.sockets
ENTRIES = ["Avoid on a person", "Report on a message", "Report on a person", "Say thanks on a person"]


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as opened:
        yield opened


@pytest.fixture
def alice(bed: DiscordBed) -> Person:
    return bed.person("alice")


@pytest.fixture
def bob(bed: DiscordBed) -> Person:
    return bed.person("bob")


async def settled(bed: DiscordBed, who: Person) -> None:
    """A first yes, as the product asks for it."""
    hello = await (await who.slash("kith start", where=bed.guild.general)).reply()
    asked = await (await who.press(hello, "a check-in")).reply()
    await (await who.press(asked, "Yes")).reply()


async def test_the_menus_stand_in_servers_only(bed: DiscordBed) -> None:
    found = {name: entry for name, entry in bed.fake.commands.items() if " on a " in name}
    assert sorted(found) == ENTRIES
    for entry in found.values():
        assert (entry["contexts"], entry["integration_types"]) == ([IN_GUILD], [0])


async def test_people_are_chosen_in_commands_too(bed: DiscordBed) -> None:
    def options(part: Payload) -> list[Payload]:
        return [one for option in part.get("options") or () for one in (option, *options(option))]

    named = [one for entry in bed.fake.commands.values() for one in options(entry) if one["name"] in ("who", "member")]
    assert len(named) >= 5
    assert {one["type"] for one in named} == {USER}


async def test_thanks_take_one_form_and_never_tell_who_is_a_member(bed: DiscordBed, alice: Person, bob: Person) -> None:
    await settled(bed, alice)
    shown = await alice.menu("Say thanks", bob, where=bed.guild.general)
    assert shown.modal is not None
    assert list(forms.inputs(shown.modal)) == ["words"], "whom is known already"
    preview = await (await alice.submit(shown, words="for the tea")).reply()
    sent = await (await alice.press(preview, "Send")).reply()
    assert sent.text == "If they accept thanks, they'll get it."
    assert sent.ephemeral


async def test_somebody_is_avoided_from_their_menu(bed: DiscordBed, alice: Person, bob: Person) -> None:
    await settled(bed, alice)
    asked = await (await alice.menu("Avoid", bob, where=bed.guild.general)).reply()
    assert "Nothing is done yet." in asked.text
    done = await (await alice.press(asked, "Avoid them")).reply()
    assert "Done." in done.text


async def test_a_report_on_somebody_has_them_chosen_already(bed: DiscordBed, alice: Person, bob: Person) -> None:
    shown = await alice.menu("Report", bob, where=bed.guild.general)
    assert shown.modal is not None
    assert forms.shown(shown.modal) == {"words": "", "who": bob.id}
    preview = await (await alice.submit(shown, words="he shouts")).reply()
    assert "Nothing is done yet." in preview.text
    assert "he shouts" in preview.text
    assert "Bob" in preview.text


async def test_a_report_on_a_message_names_its_writer_and_where_it_stands(
    bed: DiscordBed, alice: Person, bob: Person
) -> None:
    written = bob.say("you are all stupid", bed.guild.general)
    shown = await alice.menu("Report", written)
    assert shown.modal is not None
    address = f"https://discord.com/channels/{bed.guild.id}/{bed.guild.general.id}/{written.id}"
    assert forms.shown(shown.modal) == {"words": f"{address}\n", "who": bob.id}


async def test_settings_are_three_lists(bed: DiscordBed, alice: Person) -> None:
    await settled(bed, alice)
    screen = await (await alice.slash("kith settings", where=bed.guild.general)).reply()
    lists = [part for part in walk(screen.components) if part["type"] == 3]
    assert [one["placeholder"] for one in lists] == ["What I may do", "What you offer others", "How and when"]
    assert all(part["min_values"] == 0 for part in lists), "what was closed by mistake opens once more"
    assert len(screen.buttons) <= 1
    off = await (await alice.choose(screen, "Check-ins: on")).reply()
    assert "Check-ins: off now." in off.text


async def test_a_choice_that_is_let_go_of_does_nothing(bed: DiscordBed, alice: Person) -> None:
    await settled(bed, alice)
    screen = await (await alice.slash("kith settings", where=bed.guild.general)).reply()
    form = await alice.choose(screen, next(label for _list, label, _id in screen.options if "Quiet hours" in label))
    assert form.modal is not None
    assert (await alice.choose(screen)).reply_type is Reply.DEFER_UPDATE
    again = await alice.choose(screen, next(label for _list, label, _id in screen.options if "Quiet hours" in label))
    done = await (await alice.submit(again, start="21:00", end="07:30")).reply()
    assert "Quiet hours: from 21:00 to 07:30." in done.text


async def test_a_list_between_two_hears_a_typed_answer_to_it(bed: DiscordBed, alice: Person) -> None:
    await settled(bed, alice)
    alice.read_all()
    alice.say("settings")
    screen = await alice.next()
    alice.say("check-ins: on", replies_to=screen)
    assert "Check-ins: off now." in (await alice.next()).text


async def test_themes_and_who_sees_answers_are_ticked(bed: DiscordBed, alice: Person) -> None:
    await settled(bed, alice)
    screen = await (await alice.slash("checkin change", where=bed.guild.general)).reply()
    themes = await alice.press(screen, "Themes")
    assert themes.modal is not None
    done = await (await alice.submit(themes, chosen=["nature", "small joys"])).reply()
    assert "Noted." in done.text
    themes = await alice.press(done, "Themes")
    assert themes.modal is not None
    assert forms.shown(themes.modal) == {"chosen": "nature small-joys"}
    assert "Noted." in (await (await alice.submit(themes, chosen=[])).reply()).text
    topics = await alice.press(done, "Topics to leave out")
    assert "Noted." in (await (await alice.submit(topics, chosen=["sleep"])).reply()).text
    personal = await (await alice.submit(await alice.press(done, "How personal: light"), how="personal")).reply()
    assert "Personal from now on" in personal.text
    seen_by = await alice.press(personal, "May see it: nobody")
    assert seen_by.modal is not None
    assert len(forms.inputs(seen_by.modal)["who"]["options"]) == 2, "no thread is there"
    shown = await (await alice.submit(seen_by, who="my buddy or mentor")).reply()
    assert "Nobody sees your answers unless you send one" in shown.text


async def test_people_are_chosen_in_every_form_of_a_server_and_named_between_two(
    bed: DiscordBed, alice: Person, bob: Person
) -> None:
    await settled(bed, alice)
    room = bed.guild.general
    avoided = await (await alice.submit(await alice.slash("buddy avoid", where=room), who=bob)).reply()
    assert "I won't bring you together with Bob" in avoided.text
    asked = await (await alice.slash("kith thanks", where=room)).reply()
    form = await alice.press(asked, "Thank somebody")
    thanked = await (await alice.submit(form, member=bob, words="for the tea")).reply()
    assert thanked.text.startswith("Bob will see exactly this")
    screen = await (await alice.slash("kith report", where=room)).reply()
    told = await (await alice.submit(await alice.press(screen, "Write it"), words="he shouts", who=bob)).reply()
    assert "About: Bob" in told.text
    screen = await (await alice.slash("kith report", where=room)).reply()
    away = await (await alice.submit(await alice.press(screen, "Write it"), words="he shouts", who="Zebulon")).reply()
    assert "About, as it was written: Zebulon" in away.text, "somebody who is not in the list"
    between = await alice.slash("buddy avoid")
    assert "I won't bring you together with Bob" in (await (await alice.submit(between, who="bob")).reply()).text
