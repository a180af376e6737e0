"""Uses the playground's page as people do: with eyes and a mouse, by keys alone, on a phone, two of them at once."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.adapters.page import DIRECT, PRESSED
from bot.context import Context
from bot.incoming.parameters import One, Some, Whom
from bot.messages import Button, Channel, Field, File, Form, Member, Message, Option, Place, Text, plain
from bot.story.playground import ALICE, BOB, ROOM
from tests.story.page.browser import PHONE, WIDE, Playing, Seat, looked_over, settled

pytestmark = pytest.mark.xdist_group("browser")  # one process starts one

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>&lt;b&gt; **loud** `code`'
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
SHOWN = "document.querySelectorAll('main img, main script, main b').length"


def hour(page: Page) -> Any:
    return page.locator("#hour")


async def with_check_in(seat: Seat, at: str = "19:00") -> None:
    await seat.write(f"checkin on {at} UTC")
    await seat.press("Yes")
    await seat.says("I'll check in at")


# -- what is on it -----------------------------------------------------------------------------------------------------


async def test_members_and_a_moderator_sit_side_by_side(playing: Playing) -> None:
    page = await playing.open()
    regions = page.get_by_role("region")
    assert [await one.locator("h2").inner_text() for one in await regions.all() if await one.is_visible()] == [
        *("Alice", "Bob", "Mo")
    ]
    assert await Seat(page, "Mo").tab("Moderators").count() == 1
    assert await Seat(page, "Alice").tab("Moderators").count() == 0
    await page.get_by_role("button", name="Dana").click()
    await expect(page.get_by_role("region", name="Dana")).to_be_visible()


async def test_buttons_selects_forms_and_files(playing: Playing) -> None:
    page = await playing.open()
    alice, mo = Seat(page, "Alice"), Seat(page, "Mo")
    await alice.region.get_by_role("button", name="start", exact=True).click()
    await alice.press("a check-in", "Change time or days")
    form = alice.last.locator("form")
    await form.get_by_label("At what time?").fill("25:00")
    await form.get_by_role("button", name="Send").click()
    await alice.says("25:00 isn't a time I know")
    await alice.press("Correct it")
    await alice.last.get_by_label("At what time?").fill("19:30")
    await alice.last.get_by_label("In which city or time zone?").fill("Berlin")
    for day in ("Saturday", "Sunday"):
        await alice.last.get_by_role("checkbox", name=day).uncheck()
    await alice.last.get_by_role("button", name="Send").click()
    await alice.says("A check-in at 19:30 on weekdays, Berlin time")
    assert await alice.region.locator("form.asked input:enabled").count() == 0
    await alice.press("Yes")
    await expect(alice.region.locator(".when")).to_have_text("19:40, Berlin time")

    await mo.write("settings")
    await mo.press("Yes")
    await mo.says("Your settings.")
    await mo.last.get_by_role("combobox").select_option(label="I may write to you first: off")
    await mo.press("Choose")
    await expect(mo.lines.filter(has_text="chose: I may write")).to_have_count(1)

    await alice.write("my-data")
    async with page.expect_download() as downloading:
        await alice.press("my-data.txt")
    kept = Path(await (await downloading.value).path())
    assert "Berlin" in await asyncio.to_thread(kept.read_text)


async def test_a_form_has_lists_boxes_names_and_small_print(playing: Playing) -> None:
    page = await playing.open()
    alice = Seat(page, "Alice")
    options = tuple(Option(Text(words), words[0]) for words in ("quiet", "loud"))
    fields = (
        Field("one", Text("Which?"), One, "l", choices=options, note=Text("Only one.")),
        Field("some", Text("Which of them?"), Some, "q", choices=options, optional=True),
        Field("who", Text("With whom?"), Whom),
    )
    form = Form(Text("A form"), fields, "nobody.asks", note=Text("Small print."))
    where = Channel("local", f"{DIRECT}alice")
    context = Context(ALICE, None, None, where, playing.world.now, direct=True, raw=PRESSED)
    await playing.world.chat.respond(context, form)
    await alice.says("Small print.")
    which = alice.last.get_by_role("combobox", name="Which?")
    await expect(which).to_have_accessible_description("Only one.")
    await expect(which).to_have_value("l")
    await alice.last.get_by_role("checkbox", name="loud").check()
    offered = "(one) => [...one.list.options].map((name) => name.value)"
    whom = alice.last.get_by_label("With whom?")
    assert await whom.evaluate(offered) == ["Alice", "Bob", "Chandra", "Dana", "Mo"]
    await whom.fill("Bob")
    assert await looked_over(page) == []
    await alice.last.get_by_role("button", name="Send").click()
    await expect(alice.lines.filter(has_text="sent: loud · quiet, loud · Bob")).to_have_count(1)


async def test_a_picture_is_seen_and_has_its_words(playing: Playing) -> None:
    page = await playing.open()
    said = Message(Text("This week."), files=(File("week.png", PNG, plain(HOSTILE)),))
    await playing.world.chat.send(ALICE, said, "key")
    picture = Seat(page, "Alice").last.get_by_role("img", name=HOSTILE)
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 1
    await Seat(page, "Bob").write("hello")
    assert await page.get_by_role("img").count() == 1, "Alice's alone"


async def test_a_private_answer_in_the_room_is_seen_to_be_private_and_by_one_alone(playing: Playing) -> None:
    page = await playing.open()
    alice, bob = Seat(page, "Alice"), Seat(page, "Bob")
    for seat in (alice, bob):
        await seat.tab("The Porch").click()
    await bob.write("The kettle is on.")
    await bob.write("@Kith about")
    await expect(bob.last.locator(".only")).to_have_text("Only Bob sees this.")
    await expect(alice.last).to_contain_text("@Kith about")
    assert "The kettle is on." in await alice.lines.first.inner_text()
    assert "Only" not in await alice.region.inner_text()
    await page.get_by_role("button", name="as on Matrix").click()
    await bob.write("@Kith about")
    await expect(bob.tab(re.compile("^Kith"))).to_have_class("fresh")
    assert "Only Bob" in await bob.region.inner_text()


async def test_as_on_the_other_platform_forms_are_asked_and_choices_numbered(playing: Playing) -> None:
    page = await playing.open()
    alice = Seat(page, "Alice")
    await page.get_by_role("button", name="as on Matrix").click()
    await expect(page.get_by_role("button", name="as on Matrix")).to_have_attribute("aria-pressed", "true")
    await alice.write("checkin on 19:30 UTC")
    await alice.says("1. Yes")
    await alice.last.get_by_role("button", name="2. Change time or days").click()
    await alice.says("`-` keeps it".replace("`", ""))
    await alice.write("07:30")
    await alice.says("In which city")
    await alice.write("cancel")
    await page.get_by_role("button", name="as on Discord").click()
    await expect(page.get_by_role("button", name="as on Discord")).to_have_attribute("aria-pressed", "true")


async def test_a_place_for_a_few_can_be_entered_by_them_and_goes_again(playing: Playing) -> None:
    page = await playing.open()
    alice, bob, mo = (Seat(page, name) for name in ("Alice", "Bob", "Mo"))
    group = await playing.world.chat.open_group(ROOM, [ALICE], Text("Alice and Bob"), "pair")
    await playing.world.chat.post(group.channel, Message(Text("Nobody else can open this place.")), "first")
    await alice.tab("Alice and Bob").click()
    await alice.says("Nobody else can open this place.")
    assert await bob.tab("Alice and Bob").count() == await mo.tab("Alice and Bob").count() == 0
    await playing.world.chat.add_to_group(group.channel, BOB)
    await bob.tab("Alice and Bob").click()
    await bob.says("Nobody else can open this place.")
    await bob.write("Hello Alice.")
    await expect(alice.last).to_contain_text("Hello Alice.")
    await playing.world.chat.close_group(group.channel)
    await expect(alice.tab("Alice and Bob")).to_have_count(0)
    await expect(alice.tab("Kith")).to_have_attribute("aria-selected", "true")


# -- time --------------------------------------------------------------------------------------------------------------


async def test_the_clock_is_turned_and_runs(playing: Playing) -> None:
    page = await playing.open()
    alice = Seat(page, "Alice")
    await with_check_in(alice)
    await expect(hour(page)).to_have_text("18:40")
    await page.get_by_role("button", name="+1 h").click()
    await expect(hour(page)).to_have_text("19:40")
    await expect(alice.last.locator("time")).to_have_text("19:00")
    await page.get_by_role("button", name="Tomorrow 08:30").click()
    await expect(hour(page)).to_have_text("08:30")
    await page.get_by_role("button", name="Fast forward").click()
    await expect(hour(page)).to_have_text(re.compile("^1[0-9]:"))
    await page.get_by_role("button", name="Fast forward").click()
    await expect(page.get_by_role("button", name="Fast forward")).to_have_attribute("aria-pressed", "false")
    before = playing.world.now
    await asyncio.sleep(1.2)
    assert 0 < (playing.world.now - before).total_seconds() < 60, "it runs"
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()


async def test_kith_is_off_for_six_hours_and_what_was_due_comes_late(playing: Playing) -> None:
    page = await playing.open()
    alice = Seat(page, "Alice")
    await with_check_in(alice)
    await page.get_by_role("button", name="Kith off for six hours").click()
    await expect(page.get_by_role("status")).to_have_text("Kith was off from 18:40 to 00:40. What was due comes now.")
    await expect(alice.lines.filter(has_text="I'll check in")).to_have_count(1)
    await alice.write("help now")
    await alice.says("In danger right now?")


# -- by whom -----------------------------------------------------------------------------------------------------------


async def tabbed(page: Page, *, to: str, times: int = 60) -> None:
    """Press Tab until what has the focus is called so."""
    named = "((e) => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText)(document.activeElement)"
    for _time in range(times):
        await page.keyboard.press("Tab")
        if str(await page.evaluate(named)).strip() == to:
            return
    raise AssertionError(f"no Tab leads to {to!r}")


async def test_by_keys_alone(playing: Playing) -> None:
    page = await playing.open()
    alice = Seat(page, "Alice")
    await tabbed(page, to="start")
    await page.keyboard.press("Enter")
    await alice.says("Hi, I'm Kith, a bot.")
    for label in ("a check-in", "Change time or days"):
        await expect(alice.button(label)).to_be_visible()
        await page.keyboard.press("Tab")
        await tabbed(page, to=label)
        await page.keyboard.press("Enter")
    await tabbed(page, to="At what time?")
    await page.keyboard.type("20:15")
    await page.keyboard.press("Enter")
    await alice.says("A check-in at 20:15 every day")
    await alice.region.get_by_role("tab", name="Kith").focus()
    await page.keyboard.press("ArrowRight")
    await expect(alice.tab("The Porch")).to_be_focused()
    await tabbed(page, to="Alice writes in The Porch")
    await page.keyboard.type("Good evening.")
    await page.keyboard.press("Enter")
    await expect(alice.last).to_contain_text("Good evening.")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(outline) == "solid", "it is seen where one is"


async def test_two_browsers_at_once_and_neither_reads_the_others(playing: Playing) -> None:
    secrets = playing.server.seats.secrets
    pages = [await playing.open(f"#only={secrets[id_]}") for id_ in ("alice", "bob")]
    alice, bob = Seat(pages[0], "Alice"), Seat(pages[1], "Bob")
    assert await pages[0].get_by_role("button", name="+1 h").count() == 0, "only the whole page turns the clock"
    await with_check_in(alice)
    for seat in (alice, bob):
        await seat.tab("The Porch").click()
    await bob.write("Is somebody up?")
    await expect(alice.last).to_contain_text("Is somebody up?")
    assert secrets["bob"] not in await pages[0].content()
    await bob.tab("Kith").click()
    await expect(bob.region).to_contain_text("Bob has not written to Kith.")
    whole = await playing.open()
    link = Seat(whole, "Bob").region.get_by_text("Open alone")
    assert await link.get_attribute("href") == f"#only={secrets['bob']}"


async def test_a_restart_in_the_middle(playing: Playing) -> None:
    page = await playing.open()
    alone = await playing.open(f"#only={playing.server.seats.secrets['bob']}")
    alice, bob = Seat(page, "Alice"), Seat(alone, "Bob")
    await alice.write("checkin on 19:30 UTC")
    await alice.says("A check-in at 19:30")
    await bob.tab("The Porch").click()
    await bob.write("Still here.")
    await page.get_by_role("button", name="+1 h").click()
    await expect(hour(page)).to_have_text("19:40")
    await playing.stop()
    await expect(page.get_by_role("status")).to_have_text("The playground is away. This page looks for it.")
    await playing.serve()
    for shown in (page, alone):
        await expect(shown.get_by_role("status")).to_have_text("")
    await expect(hour(page)).to_have_text("19:40")
    await alice.says("A check-in at 19:30")
    await expect(bob.last).to_contain_text("Still here.")
    await alice.press("Yes")
    await alice.says("I'll check in at 19:30")


# -- how it looks ------------------------------------------------------------------------------------------------------


async def every_screen(page: Page) -> None:
    """Something of each kind, in what can be seen."""
    names = await page.get_by_role("region").locator("h2").all_inner_texts()
    seats = [Seat(page, names[min(place, len(names) - 1)]) for place in range(3)]  # on a phone one is all of them
    await seats[0].write("checkin on 19:30 UTC")
    await seats[0].press("Change time or days")
    await expect(seats[0].last.locator("form")).to_be_visible()
    assert await looked_over(page) == []
    await seats[1].tab("The Porch").click()
    await seats[1].write("Quiet tonight.")
    await seats[1].write("@Kith help now")
    await expect(seats[1].last.locator(".only")).to_be_visible()
    await seats[2].tab("Kith").click()
    await seats[2].write("settings")
    await seats[2].press("Yes")
    await expect(seats[2].last.get_by_role("combobox")).to_be_visible()
    await seats[2].region.get_by_text("More", exact=True).click()
    assert await looked_over(page) == []
    await page.get_by_role("button", name="as on Matrix").click()
    await seats[0].tab("Kith").click()
    await seats[0].write("help")
    await expect(seats[0].last.get_by_role("button").first).to_be_visible()
    await settled(page)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_every_screen_can_be_read_by_everybody(playing: Playing, size: dict[str, int]) -> None:
    page = await playing.open(viewport=size)
    assert await looked_over(page) == []
    await every_screen(page)
    assert await looked_over(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == size["width"], "nothing to the side"
    assert await page.evaluate(SHOWN) == 0


async def test_on_a_phone_one_member_is_shown_and_the_others_a_touch_away(playing: Playing) -> None:
    page = await playing.open(viewport=PHONE, has_touch=True)
    await expect(page.get_by_role("region")).to_have_count(1)
    await page.get_by_role("button", name="Mo", exact=True).tap()
    await expect(page.get_by_role("region")).to_have_count(1)
    await expect(Seat(page, "Mo").tab("Moderators")).to_be_visible()
    targets = await page.evaluate(
        "[...document.querySelectorAll('button')].filter((one) => one.offsetParent).map((one) => one.offsetHeight)"
    )
    assert min(targets) >= 34


async def test_hostile_names_and_words_stay_text(playing: Playing) -> None:
    chat = playing.world.chat
    eve = Member("local", "eve", HOSTILE)
    chat.rooms[ROOM.id].place = Place("local", ROOM.id, HOSTILE)
    chat.join(eve, ROOM)
    await chat.open_group(ROOM, [ALICE], Text(HOSTILE), "pair")
    page = await playing.open()
    alice = Seat(page, "Alice")
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    for tab in await alice.region.get_by_role("tab").all():
        await tab.click()
        await alice.write(HOSTILE)
        await expect(alice.lines.first).to_contain_text(HOSTILE)
    hostile = Text("{said}").format(said=HOSTILE)
    await chat.send(ALICE, Message(hostile, (Button(hostile, "help.now", row="-"),)), "key")
    await chat.post(Channel("local", ROOM.id), Message(hostile), "another")
    await alice.region.get_by_role("tab").first.click()
    await expect(alice.last.get_by_role("button")).to_have_text(HOSTILE)
    assert await page.evaluate(SHOWN) == 0
    assert await page.title() == f"{HOSTILE}: Kith"
