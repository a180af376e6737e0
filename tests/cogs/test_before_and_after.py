"""Nothing is said before it is so: every sentence about a deed, with the state in which it is shown."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.members import community_settings, consents, members
from tests.cast import ALICE, BOB, CHANDRA, MO, ROOM, Playground, button, labels
from tests.cogs.buddies.world import last, met
from tests.cogs.settled import dump

DEEDS = {
    "forget-me": (
        "forget-me",
        "Delete everything",
        "This deletes everything of yours, in every community, and can't be undone. Nothing has happened yet.",
        "Done. Everything of yours is deleted.",
    ),
    "buddy avoid": (
        "buddy avoid bob",
        "Avoid them",
        "Nothing is done yet. After `Avoid them` I won't bring you together with Bob",
        "Done. What connected you through me has ended. You won't be brought together by me.",
    ),
    "buddy end": (
        "buddy end",
        "End it",
        "End it? Nothing is done yet. Once you end it, Bob hears this:",
        "It has ended. That's allowed and needs no reason.",
    ),
    "leave": (
        "leave",
        "Yes, leave",
        "Nothing is done yet. Once you leave, pairs end with no reason given",
        "Done. You have left what The Porch has here.",
    ),
    "settings": (
        "settings i may write to you first",
        "Switch it off",
        "Nothing is done yet. If I may not write to you first, these rest: A buddy",
        "I may write to you first: off now. These rest: A buddy",
    ),
    "the line about age": (
        "settings i am 18",
        "Switch it off",
        "Nothing is done yet. These are for adults and end with it: A buddy",
        "I am 18 or over: off now. These have ended: A buddy",
    ),
}
"""The line, the button, what stands before the press and what after it."""


@pytest.fixture
async def pair(world: Playground) -> Playground:
    await met(world, ALICE, BOB)
    return world


async def active(world: Playground) -> bool:
    [count] = await world.bot.database.read(
        lambda one: one.execute("SELECT count(*) FROM buddy_pairs WHERE state = 'active'").fetchone()
    )
    return bool(count)


@pytest.mark.parametrize("deed", DEEDS)
async def test_before_the_press_it_is_future_and_after_it_past(pair: Playground, deed: str) -> None:
    line, label, before, after = DEEDS[deed]
    asked = await pair.chat.say(ALICE, line, ROOM)
    assert before in asked.text
    assert after not in asked.text
    assert await active(pair), "the question itself does nothing"
    person = await pair.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert "dm" in await pair.bot.database.read(consents.given, person)
    done = await pair.chat.press(ALICE, button(asked, label), ROOM)
    assert after in done.text
    assert "Nothing is done yet" not in done.text
    assert await active(pair) == (deed == "settings")


async def test_a_report_separates_when_it_is_sent_and_says_so_then(pair: Playground) -> None:
    screen = await pair.chat.say(ALICE, "report", ROOM)
    assert "Nothing is done yet." in screen.text
    await pair.chat.press(ALICE, button(screen, "Write it"), ROOM)
    await pair.chat.say(ALICE, "Unkind words.", ROOM)
    preview = await pair.chat.say(ALICE, "bob", ROOM)
    assert "Nothing is done yet." in preview.text
    assert "Once it is sent, introductions rest for them." in preview.text
    assert "`Send it` changes nothing between you. If you are separated too" in preview.text
    assert "between 2 and 48 hours later" in preview.text
    assert await active(pair)
    sent = await pair.chat.press(ALICE, button(preview, "Send it, and separate us now"), ROOM)
    assert "You two are separated" in sent.text
    assert not await active(pair)


async def test_the_report_button_of_a_pair_names_the_other_and_leaves_it_to_be_changed(pair: Playground) -> None:
    opened = last(pair, ALICE, "Your place is open")
    screen = await pair.chat.press(ALICE, button(opened, "Report"))
    await pair.chat.press(ALICE, button(screen, "Write it"))
    asked = await pair.chat.say(ALICE, "Unkind words.")
    assert "Now: Bob." in asked.text
    assert "About: Bob" in (await pair.chat.say(ALICE, "-")).text


async def test_a_report_button_of_somebody_elses_pair_tells_no_name(pair: Playground) -> None:
    theirs = button(last(pair, ALICE, "Your place is open"), "Report")
    await pair.bot.run_action(pair.chat.incoming(CHANDRA), f"kith:1:reports.write:-:{theirs.value}")
    asked = await pair.chat.say(CHANDRA, "Unkind words.")
    assert "Bob" not in asked.text
    assert "Alice" not in asked.text


async def test_a_report_that_separates_nobody_changes_nothing_between_them(pair: Playground) -> None:
    await pair.chat.say(ALICE, "report Unkind words.", ROOM)
    preview = await pair.chat.say(ALICE, "bob", ROOM)
    heard = len(pair.chat.read(BOB))
    sent = await pair.chat.press(ALICE, button(preview, "Send it"), ROOM)
    assert "separated" not in sent.text
    await pair.bot.tick(pair.now)
    assert await active(pair)
    assert len(pair.chat.read(BOB)) == heard, "silently"


# -- what waits says when it arrives --------------------------------------------------------------------------------


async def test_a_wave_in_their_quiet_hours_says_when_they_get_it(pair: Playground) -> None:
    opened = last(pair, ALICE, "Your place is open")
    pair.now = pair.now.replace(hour=21, minute=19)
    said = await pair.chat.press(ALICE, button(opened, "Send a wave"))
    assert "They get it tomorrow at 9:00." in str(said.text).replace("09:00", "9:00")
    assert "On its way" not in said.text


async def test_what_the_daily_cap_holds_comes_when_it_says(pair: Playground) -> None:
    bob = await pair.bot.database.read(members.person_of, BOB)
    assert bob is not None
    pair.now = pair.now.replace(hour=12, minute=0) + timedelta(days=1)
    moment = int((pair.now - timedelta(hours=1)).timestamp())
    await pair.bot.database.write(
        lambda one: one.execute(
            "UPDATE deliveries SET capped = 1, first_try = ?, state = 'sent' WHERE id IN"
            " (SELECT id FROM deliveries WHERE person = ? LIMIT 3)",
            (moment, bob.id),
        ).fetchall()
    )
    said = str((await pair.chat.press(ALICE, button(last(pair, ALICE, "Your place is open"), "Send a wave"))).text)
    assert said.startswith("They get it ")
    for _hour in range(48):
        await pair.bot.tick(pair.now)
        if any("Alice waves." in message.text for message in pair.chat.read(BOB)):
            break
        pair.now += timedelta(hours=1)
    else:
        pytest.fail("it never came")
    zone = ZoneInfo((await pair.bot.database.read(members.profile, bob)).zone)
    assert f"They get it tomorrow at {pair.now.astimezone(zone):%H:%M}." in said


# -- what stops everything ------------------------------------------------------------------------------------------


async def test_the_switch_that_stops_everything_is_not_pressed_by_two_digits(pair: Playground) -> None:
    screen = await pair.chat.say(ALICE, "settings")
    first = 1 + labels(screen).index("I may write to you first: on")
    for line in (str(first), "1"):
        await pair.chat.say(ALICE, line)
    person = await pair.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert "dm" in await pair.bot.database.read(consents.given, person)


async def test_undo_brings_back_what_rests_and_rests_is_what_the_screen_says(pair: Playground) -> None:
    asked = await pair.chat.say(ALICE, "settings i may write to you first")
    done = await pair.chat.press(ALICE, button(asked, "Switch it off"))
    assert labels(done) == ["All settings", "Undo"]
    assert "A buddy: rests" in labels(await pair.chat.press(ALICE, button(done, "All settings")))
    back = await pair.chat.press(ALICE, button(done, "Undo"))
    assert "I may write to you first: on now. What rested goes on." in back.text
    assert "A buddy: on" in labels(await pair.chat.say(ALICE, "settings"))


async def test_left_on_it_stays(pair: Playground) -> None:
    asked = await pair.chat.say(ALICE, "settings i may write to you first")
    screen = await pair.chat.press(ALICE, button(asked, "Leave it on"))
    assert "I may write to you first: on" in labels(screen)


# -- words in a form ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["pause", "leave", "forget-me", "settings", "kith-mod hold bob", "send", "start"])
async def test_a_command_is_never_taken_for_the_text_of_a_report(pair: Playground, line: str) -> None:
    screen = await pair.chat.say(ALICE, "report", ROOM)
    await pair.chat.press(ALICE, button(screen, "Write it"), ROOM)
    asked = await pair.chat.say(ALICE, line, ROOM)
    assert "Was that your answer? Nothing is done and nothing is noted; what you filled in is kept." in asked.text
    assert await active(pair), "neither the report nor the command has happened"
    await pair.chat.say(ALICE, "He wrote at night.", ROOM)
    preview = await pair.chat.say(ALICE, "bob", ROOM)
    assert "Received." in (await pair.chat.press(ALICE, button(preview, "Send it"), ROOM)).text
    [words] = await pair.bot.database.read(lambda one: one.execute("SELECT count(*) FROM cases").fetchone())
    assert words == 1


async def test_a_command_in_a_form_is_the_answer_after_a_yes(pair: Playground) -> None:
    screen = await pair.chat.say(ALICE, "report", ROOM)
    await pair.chat.press(ALICE, button(screen, "Write it"), ROOM)
    await pair.chat.say(ALICE, "leave", ROOM)
    await pair.chat.say(ALICE, "Yes", ROOM)
    preview = await pair.chat.say(ALICE, "-", ROOM)
    assert "Received." in (await pair.chat.press(ALICE, button(preview, "Send it"), ROOM)).text


async def test_a_name_that_is_a_command_is_asked_about_and_cancel_ends_the_form(pair: Playground) -> None:
    await pair.chat.say(ALICE, "buddy avoid")
    for _time in range(3):
        assert "`cancel` ends the form, then `forget-me` works." in (await pair.chat.say(ALICE, "forget-me")).text
    assert "Stopped. Nothing was changed." in (await pair.chat.say(ALICE, "cancel")).text
    assert "Nothing has happened yet." in (await pair.chat.say(ALICE, "forget-me")).text


@pytest.mark.parametrize(
    ("action", "field"), [("reports.written", "words"), ("feedback.words", "words"), ("people.keep", "label")]
)
async def test_a_command_sent_in_a_whole_form_is_kept_until_it_is_decided(
    pair: Playground, action: str, field: str
) -> None:
    if action not in pair.bot.registry.actions:
        pytest.fail(f"{action} is called otherwise now")
    community = await pair.bot.database.read(members.community_of, ROOM)
    assert community is not None
    value = f"m{community.id}" if action == "reports.written" else ""
    sent = f"kith:1:{action}:-:{value}"
    await pair.bot.run_action(pair.chat.incoming(ALICE, ROOM), sent, {field: "forget-me"})
    asked = pair.chat.read(ALICE)[-1]
    assert "Was that your answer?" in asked.text
    assert labels(asked) == ["It is my answer", "Let it go"]
    assert f'"{field}": "forget-me"' not in await dump(pair), "it lies encrypted"
    if action == "people.keep":
        assert await pair.bot.database.read(lambda one: one.execute("SELECT count(*) FROM people_map").fetchone()) == (
            0,
        )


# -- what protects people -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "setup", "field", "lifted"),
    [
        ("Holds on reports", {"holds_on_report": True}, "holds_on_report", False),
        ("Adults only", {"adults_only": True}, "adults_only", False),
        ("Days before introductions", {"tenure_days": 30}, "tenure_days", 0),
    ],
)
async def test_lifting_a_protection_asks(
    world: Playground, label: str, setup: dict[str, int], field: str, lifted: int
) -> None:
    await world.chat.say(MO, "checkin on 09:00 berlin", ROOM)
    await world.chat.say(MO, "yes", ROOM)
    here = await world.bot.database.read(members.community_of, ROOM)
    assert here is not None
    before = community_settings.Settings()._replace(**setup)  # type: ignore[arg-type]  # fields by name
    await world.bot.database.write(community_settings.save, here, before)
    screen = await world.chat.say(MO, "kith-mod settings", ROOM)
    if label not in labels(screen):
        screen = await world.chat.press(MO, button(screen, "Yes"), ROOM)
    asked = await world.chat.press(MO, button(screen, label), ROOM)
    assert "Nothing is done yet. After this," in asked.text
    assert getattr(await world.bot.database.read(community_settings.get, here), field) == setup[field]
    kept = await world.chat.press(MO, button(asked, "Leave it"), ROOM)
    assert label in labels(kept)
    await world.chat.press(MO, button(asked, "Lift it"), ROOM)
    assert getattr(await world.bot.database.read(community_settings.get, here), field) == lifted
