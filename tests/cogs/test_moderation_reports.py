"""Reports and cases: heard by people, never by those they name, and an end to what connected two."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

import pytest

from bot.cog import Settings
from bot.messages import Channel, Community, Member, Message, Person, Place
from storage.members import blocks, community_settings, members
from storage.moderation import cases, holds
from storage.moderation.cases import Viewer
from tests.cast import ALICE, BOB, DANA, EVE, MO, ROOM, Playground, button, labels
from tests.cogs.settled import settle
from tests.legible import legible

MODS = Channel("local", "mods")
PAUSED = (
    "Introductions rest for you while the people who run this community look at something. Nothing is decided."
    " Everything else stays yours. You can ask them: `ask-mods`."
)
GARDEN = Place("local", "garden", "The Garden")
ANNA = Member("local", "anna", "Anna")
"""Moderates too."""


async def agree(world: Playground, *who: Member) -> None:
    for member in who:
        await world.chat.say(member, "checkin on 09:00 berlin", ROOM)
        await world.chat.say(member, "yes", ROOM)
        await world.chat.say(member, "start", ROOM)


@pytest.fixture
async def porch(world: Playground) -> Community:
    """Everybody is known, and reports are announced to moderators."""
    world.chat.join(EVE, ROOM)
    world.chat.join(ANNA, ROOM, moderator=True)
    await agree(world, ALICE, BOB, MO, ANNA)
    found = await world.bot.database.read(members.community_of, ROOM)
    assert found is not None
    await world.bot.database.write(community_settings.save, found, community_settings.Settings(reports=MODS))
    return found


async def reported_elsewhere(world: Playground, about: Member) -> None:
    """Eve has a place of her own, and reports somebody there who never was."""
    world.chat.join(EVE, GARDEN, moderator=True)
    for line in ("report", "Write it", "Unkind words.", f"@{about.id}"):
        shown = await world.chat.say(EVE, line, GARDEN)
    assert "Received." in (await world.chat.press(EVE, button(shown, "Send it"), GARDEN)).text
    there = await world.bot.database.read(members.community_of, GARDEN)
    assert there is not None
    assert await world.bot.database.read(holds.is_held, there, await person(world, about))
    await two_days(world)


async def person(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


async def write(world: Playground, by: Member, about: str, words: str = "Unkind words.", *toggles: str) -> Message:
    """Up to the preview, or to the question that comes before it."""
    screen = await world.chat.say(by, "report", ROOM)
    for label in toggles:
        screen = await world.chat.press(by, button(screen, label), ROOM)
    await world.chat.press(by, button(screen, "Write it"), ROOM)
    await world.chat.say(by, words, ROOM)
    return await world.chat.say(by, about, ROOM)


async def report(
    world: Playground, by: Member, about: str, words: str = "Unkind words.", *toggles: str, apart: bool = True
) -> Message:
    preview = await write(world, by, about, words, *toggles)
    together = "Send it, and separate us now"
    answer = await world.chat.press(
        by, button(preview, together if apart and together in labels(preview) else "Send it"), ROOM
    )
    await world.bot.tick(world.now)
    return answer


async def two_days(world: Playground) -> None:
    """Within them whoever is held hears it."""
    for _half in range(4):
        world.now += timedelta(hours=12)
        await world.bot.tick(world.now)


def told(world: Playground, to: Member | Channel) -> list[str]:
    return [str(posted.message.text) for posted in world.chat.posted if posted.to == to and posted.key]


async def waiting(world: Playground, moderator: Member = MO) -> Message:
    return await world.chat.say(moderator, "kith-mod cases", ROOM)


async def close(world: Playground, label: str, note: str = "-") -> Message:
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    asked = await world.chat.press(MO, button(opened, label), ROOM)
    assert "Nothing is done yet." in asked.text
    await world.chat.press(MO, button(asked, "Close it with a note"), ROOM)
    answer = await world.chat.say(MO, note, ROOM)
    await world.bot.tick(world.now)
    return answer


async def test_a_case_about_an_account_that_turns_out_to_be_a_moderators_is_not_shown_to_them(
    world: Playground, porch: Community
) -> None:
    await report(world, ALICE, "@Eve")
    assert "Open 1" in labels(await waiting(world, ANNA)), "nobody knows yet who that is"
    anna = await person(world, ANNA)
    add = "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES (?, ?, ?, 0)"
    row = (EVE.platform, EVE.id, anna.id)
    await world.bot.database.write(lambda connection: connection.execute(add, row).fetchall())
    assert "Open 1" not in labels(await waiting(world, ANNA))
    assert "Open 1" in labels(await waiting(world, MO))


async def test_who_will_see_it_is_said_before_a_word_is_written(world: Playground, porch: Community) -> None:
    screen = await world.chat.say(ALICE, "report", ROOM)
    assert "Who sees it: all moderators, never one it is about." in screen.text
    assert "Nothing is done yet." in screen.text
    other = await world.chat.press(ALICE, button(screen, "Only the host"), ROOM)
    assert f"only {world.bot.core.settings.host}, who hosts me" in other.text
    assert "All moderators" in labels(other)


async def test_a_report_is_received_announced_without_a_word_of_it_and_closed(
    world: Playground, porch: Community
) -> None:
    answer = await report(world, ALICE, "bob", "Bob wrote at night, again.")
    assert "Received." in answer.text
    [announced] = told(world, MODS)
    assert announced == "A report came in. `kith-mod cases` shows it to moderators, in private."
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    assert "Bob wrote at night, again." in opened.text
    assert "About: Bob (bob)" in opened.text
    assert opened.private
    assert told(world, ALICE) == [], "that somebody looked is told to nobody"
    await close(world, "Close it")
    [closed] = told(world, ALICE)
    assert "Your report is closed." in closed
    assert "No report waits." in (await waiting(world)).text


async def test_the_words_lie_encrypted(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", "canary-words-of-alice")
    await close(world, "Close it", "canary-note-of-mo")
    dump = await world.bot.database.read(legible)
    for hidden in ("canary-words", "canary-note"):
        assert hidden not in dump
        assert hidden.encode().hex() not in dump.lower()


async def test_the_reported_person_hears_of_the_hold_not_who_and_not_what(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", "canary", apart=False)
    assert await world.bot.database.read(holds.is_held, porch, await person(world, BOB)), "the hold itself is at once"
    await two_days(world)
    assert [said for said in told(world, BOB) if "roductions" in said] == [PAUSED]
    assert await world.bot.database.read(holds.obstacle, porch, await person(world, BOB), world.now) == "held"
    exported = await world.bot.database.read(
        lambda connection: [cog.export(Person(2))(connection) for cog in world.bot.registry.cogs]
    )
    assert "canary" not in str(exported)


async def test_the_word_about_a_hold_comes_between_two_hours_and_two_days_later_and_its_moment_is_drawn_once(
    world: Playground, porch: Community
) -> None:
    dues = set()
    for number in range(12):
        member = Member("local", f"one{number}", f"One{number}")
        world.chat.join(member, ROOM)
        await agree(world, member)
        await report(world, ALICE, f"one{number}", "x", apart=False)
        [due] = await world.bot.database.read(_due, await person(world, member))
        assert timedelta(hours=2) <= due - world.now <= timedelta(hours=48)
        await world.bot.tick(world.now)
        assert await world.bot.database.read(_due, await person(world, member)) == [due]
        dues.add(due)
    assert len(dues) > 6


def _due(connection: Connection, whom: Person) -> list[datetime]:
    rows = connection.execute(
        "SELECT due FROM deliveries WHERE person = ? AND kind = ?", (whom.id, holds.TOLD)
    ).fetchall()
    return [datetime.fromtimestamp(due, UTC) for (due,) in rows]


async def test_until_then_nothing_tells_them_of_it(world: Playground, porch: Community) -> None:
    await settle(world, BOB, "host", "events", "company")
    before = (await world.chat.say(BOB, "my-data")).files[0].content
    await report(world, ALICE, "bob", "x", apart=False)
    assert (await world.chat.say(BOB, "my-data")).files[0].content == before
    for line in ("company", "circle new friday 19:00 Tea", "buddy find", "settings"):
        said = await world.chat.say(BOB, line, ROOM)
        assert "ntroductions" not in said.text, line
    assert told(world, BOB) == []
    await two_days(world)
    assert PAUSED in told(world, BOB)
    assert "introductions are held" in (await world.chat.say(BOB, "my-data")).files[0].content.decode()


async def test_a_hold_that_ended_before_it_was_told_is_not_told(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", "x", apart=False)
    closed = await close(world, "Close it and let them be introduced")
    assert "They never heard of it." in closed.text
    await two_days(world)
    assert not [said for said in told(world, BOB) if "ntroductions" in said], "nor that it ended"


async def test_a_community_may_choose_that_reports_hold_nobody(world: Playground, porch: Community) -> None:
    settings = community_settings.Settings(reports=MODS, holds_on_report=False)
    await world.bot.database.write(community_settings.save, porch, settings)
    await report(world, ALICE, "bob")
    assert not await world.bot.database.read(holds.is_held, porch, await person(world, BOB))
    assert told(world, BOB) == []


async def test_deciding_lets_them_be_introduced_again_and_tells_them(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", apart=False)
    await two_days(world)
    assert "can be introduced again" in (await close(world, "Close it and let them be introduced")).text
    heard = [said for said in told(world, BOB) if "ntroductions" in said]
    assert heard == [PAUSED, "Introductions are open for you again."]
    assert await world.bot.database.read(holds.obstacle, porch, await person(world, BOB), world.now) is None


async def test_a_case_that_is_closed_ends_no_hold_by_itself(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", apart=False)
    assert "A hold stays until `kith-mod hold` ends it." in (await close(world, "Close it")).text
    await two_days(world)
    assert [said for said in told(world, BOB) if "ntroductions" in said] == [PAUSED]
    assert await world.bot.database.read(holds.obstacle, porch, await person(world, BOB), world.now) == "held"


async def test_a_case_closed_by_a_slip_is_opened_again(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", apart=False)
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    asked = await world.chat.press(MO, button(opened, "Close it"), ROOM)
    assert "Once it is closed, the reporter hears that." in asked.text
    assert "Open 1" in labels(await waiting(world)), "the question closes nothing"
    closed = await world.chat.press(MO, button(asked, "Close it now"), ROOM)
    assert "No report waits." in (await waiting(world)).text
    again = await world.chat.press(MO, button(closed, "Undo"), ROOM)
    assert str(again.text) == "Open again. The reporter has heard nothing of it."
    assert "Open 1" in labels(await waiting(world))
    await world.bot.tick(world.now)
    assert told(world, ALICE) == []
    world.now += timedelta(minutes=1)
    await close(world, "Close it")
    assert len([said for said in told(world, ALICE) if "Your report is closed." in said]) == 1


async def test_a_command_typed_as_a_note_closes_nothing(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", apart=False)
    assert "Was that your answer?" in (await close(world, "Close it", "kith-mod hold bob")).text
    await world.chat.say(MO, "cancel", ROOM)
    assert "Open 1" in labels(await waiting(world))


# -- separate us now --


async def test_separating_holds_both_ways_and_ends_what_connects_them(
    world: Playground, porch: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = []

    def separate(one: Person, other: Person) -> object:
        return lambda connection: ended.append((one, other))

    monkeypatch.setattr(world.bot.registry.cogs[0], "separate", separate)
    await report(world, ALICE, "bob")
    alice, bob = await person(world, ALICE), await person(world, BOB)
    assert await world.bot.database.read(blocks.between, bob, alice)
    assert ended == [(alice, bob)]
    assert await world.bot.database.read(blocks.export, bob) == {}, "Bob's own list shows nothing"


async def test_without_separating_nothing_changes_between_them(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", "x", apart=False)
    assert not await world.bot.database.read(blocks.between, await person(world, ALICE), await person(world, BOB))


async def test_somebody_who_said_yes_to_nothing_is_kept_apart_when_they_come(
    world: Playground, porch: Community
) -> None:
    await report(world, ALICE, "eve")
    await agree(world, EVE)
    assert await world.bot.database.read(blocks.between, await person(world, ALICE), await person(world, EVE))


# -- who never sees it --


async def test_a_moderator_never_sees_a_case_naming_them(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "mo")
    assert "No report waits." in (await waiting(world)).text
    assert told(world, MODS) == [], "the channel is theirs too"
    assert "Reports open" not in (await world.chat.say(MO, "kith-mod picture", ROOM)).text
    assert "Open 1" in labels(await waiting(world, ANNA))


async def test_nor_with_a_button_of_somebody_else_nor_with_a_forged_one(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "mo", "x", apart=False)
    await report(world, ALICE, "bob", "y", apart=False)
    listed = await waiting(world)
    assert len([label for label in labels(listed) if label.startswith("Open")]) == 1
    for value in ("1", "2", "99", "x", ""):
        pressed = button(listed, "Open 1")
        await world.bot.run_action(world.chat.incoming(MO, ROOM), f"kith:1:cases.open:{pressed.row}:{value}")
        answer = str(world.chat.read(MO)[-1].text)
        assert ("Reported on" in answer) == (value == pressed.value)


async def test_nor_after_they_were_forgotten(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "mo")
    screen = await world.chat.say(MO, "forget-me", ROOM)
    await world.chat.press(MO, button(screen, "Delete everything"), ROOM)
    await agree(world, MO)
    assert "No report waits." in (await waiting(world)).text
    opened = await world.chat.press(ANNA, button(await waiting(world, ANNA), "Open 1"), ROOM)
    assert "somebody who was forgotten" in opened.text
    assert "mo" not in str(opened.text).split("\n")[1].casefold().split(), "only the keyed hash stayed"


async def test_who_is_forgotten_with_a_case_open_is_held_and_told_again(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", apart=False)
    await two_days(world)
    screen = await world.chat.say(BOB, "forget-me", ROOM)
    await world.chat.press(BOB, button(screen, "Delete everything"), ROOM)
    await agree(world, BOB)
    assert await world.bot.database.read(holds.is_held, porch, await person(world, BOB))
    await two_days(world)
    assert told(world, BOB).count(PAUSED) == 2


async def test_only_the_host_is_only_the_host(
    world: Playground, porch: Community, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await report(world, ALICE, "bob", "canary-for-the-host", "Only the host")
    assert "kith cases" in caplog.text
    assert "canary" not in caplog.text
    assert told(world, MODS) == []
    for moderator in (MO, ANNA):
        assert "No report waits." in (await waiting(world, moderator)).text
    [case] = await world.bot.database.read(cases.waiting_for_host)
    assert world.bot.core.keyring.decrypt(case.words, "cases", "words", case.id) == "canary-for-the-host"


async def test_moderators_of_another_community_see_nothing(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob")
    elsewhere = Community(porch.id + 1, "Elsewhere")
    seen = await world.bot.database.read(cases.open_cases, elsewhere, Viewer(None, frozenset()))
    assert seen == []
    assert await world.bot.database.read(cases.get, elsewhere, 1, Viewer(None, frozenset())) is None


async def test_somebody_who_is_no_moderator_any_more_cannot_press_on(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob")
    listed = await waiting(world)
    world.chat.rooms[ROOM.id].moderators.discard(MO.id)
    answer = await world.chat.press(MO, button(listed, "Open 1"), ROOM)
    assert "Only moderators of this community can do that." in answer.text


# -- who may report --


async def test_somebody_who_said_yes_to_nothing_can_report(world: Playground, porch: Community) -> None:
    answer = await report(world, DANA, "bob")
    assert "Received." in answer.text
    assert "I can't write to you when it is closed." in answer.text
    assert await world.bot.database.read(members.person_of, DANA) is None
    assert "Open 1" in labels(await waiting(world))


async def test_a_report_about_nobody_is_a_report(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "-")
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    assert "About: nobody who is named" in opened.text


@pytest.mark.parametrize("value", ["", "m", "x1n1", "m1n", "m2n1", "m1n999999", "h1n-1", "m1n1; DROP TABLE cases"])
@pytest.mark.parametrize("action", ["written", "said"])
async def test_forged_choices_are_refused(world: Playground, porch: Community, value: str, action: str) -> None:
    await world.bot.run_action(world.chat.incoming(EVE, ROOM), f"kith:1:reports.{action}:-:{value}", {"words": "x"})
    assert "`report` opens a new one." in world.chat.read(EVE)[-1].text
    assert "No report waits." in (await waiting(world)).text


@pytest.mark.parametrize("value", ["", "0", "abcd 1", "00000000 1", " 1", "x; DROP TABLE cases 1"])
@pytest.mark.parametrize("action", ["send", "is", "viewers", "again", "drop", "about"])
async def test_a_forged_mark_sends_nothing(world: Playground, porch: Community, value: str, action: str) -> None:
    await write(world, EVE, "bob")
    await world.bot.run_action(world.chat.incoming(EVE, ROOM), f"kith:1:reports.{action}:-:{value}")
    assert "I no longer have that report. `report` opens a new one." in world.chat.read(EVE)[-1].text
    assert "No report waits." in (await waiting(world)).text


# -- what first, then about whom, then a preview ----------------------------------------------------------------------


async def test_a_story_typed_after_report_is_kept_as_what_happened(world: Playground, porch: Community) -> None:
    asked = await world.chat.say(ALICE, "report He wrote at night, again.", ROOM)
    assert "Your words are kept for the report" in asked.text
    preview = await world.chat.say(ALICE, "bob", ROOM)
    assert "He wrote at night, again." in preview.text
    assert "About: Bob" in preview.text
    assert "No report waits." in (await waiting(world)).text
    assert "Received." in (await world.chat.press(ALICE, button(preview, "Send it"), ROOM)).text
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    assert "He wrote at night, again." in opened.text


async def test_a_story_typed_in_place_of_a_press_is_kept_too(world: Playground, porch: Community) -> None:
    await world.chat.say(ALICE, "report", ROOM)
    await world.chat.say(ALICE, "People here got a message of theirs that scared me.", ROOM)
    preview = await world.chat.say(ALICE, "@Bob", ROOM)
    assert "People here got a message of theirs that scared me." in preview.text


@pytest.mark.parametrize("typed", ["bob", "Bob", "@bob", "BOB", "@Bob "])
async def test_anything_that_finds_one_person_names_them(world: Playground, porch: Community, typed: str) -> None:
    assert "About: Bob" in (await write(world, ALICE, typed)).text


async def test_two_with_one_name_are_shown_apart(world: Playground, porch: Community) -> None:
    for number in ("1", "2"):
        world.chat.join(Member("local", f"sam{number}", "Sam"), ROOM)
    asked = await write(world, ALICE, "sam")
    assert str(asked.text) == "Which sam? Nothing is done yet."
    assert labels(asked) == ["Sam (sam1)", "Sam (sam2)", "None of them"]
    preview = await world.chat.press(ALICE, button(asked, "Sam (sam2)"), ROOM)
    await world.chat.press(ALICE, button(preview, "Send it"), ROOM)
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    assert "About: Sam (sam2)" in opened.text


async def test_neither_of_the_two_goes_as_it_was_written(world: Playground, porch: Community) -> None:
    for number in ("1", "2"):
        world.chat.join(Member("local", f"sam{number}", "Sam"), ROOM)
    preview = await world.chat.press(ALICE, button(await write(world, ALICE, "Sam"), "None of them"), ROOM)
    assert "About, as it was written: Sam" in preview.text
    assert "Send it, and separate us now" not in labels(preview)


async def test_a_name_that_finds_nobody_stops_no_report(world: Playground, porch: Community) -> None:
    preview = await write(world, ALICE, "the one with the red hat")
    assert "About: nobody I can find here" in preview.text
    await world.chat.press(ALICE, button(preview, "Send it"), ROOM)
    opened = await world.chat.press(MO, button(await waiting(world), "Open 1"), ROOM)
    assert "About, as it was written: the one with the red hat" in opened.text


async def test_the_preview_shows_exactly_what_goes_and_what_follows(world: Playground, porch: Community) -> None:
    preview = await write(world, ALICE, "bob", "Unkind, twice.")
    lines = str(preview.text).split("\n")
    assert lines[:4] == [
        "Nothing is done yet. This is what would be read:",
        "Unkind, twice.",
        "About: Bob",
        "Who sees it: all moderators, never one it is about.",
    ]
    assert "between 2 and 48 hours later. Not who, not what." in preview.text
    assert "Few people are here: they may guess it was you." in preview.text
    assert "A place you share closes: they see that, with no reason given." in preview.text
    assert not await world.bot.database.read(holds.is_held, porch, await person(world, BOB))


async def test_where_there_are_many_nobody_is_said_to_guess(world: Playground, porch: Community) -> None:
    for number in range(8):
        other = Member("local", f"one{number}", f"One{number}")
        world.chat.join(other, ROOM)
        await agree(world, other)
    assert "may guess" not in (await write(world, ALICE, "bob")).text


async def test_what_was_written_can_be_changed_and_let_go_of(world: Playground, porch: Community) -> None:
    preview = await write(world, ALICE, "bob", "first words")
    asked = await world.chat.press(ALICE, button(preview, "Change it"), ROOM)
    assert "Now: first words." in asked.text
    await world.chat.say(ALICE, "other words", ROOM)
    changed = await world.chat.say(ALICE, "-", ROOM)
    assert "other words" in changed.text
    assert "About: Bob" in changed.text
    stale = await world.chat.press(ALICE, button(preview, "Send it"), ROOM)
    assert "I no longer have that report." in stale.text, "what it shows is not what would go"
    dropped = await world.chat.press(ALICE, button(changed, "Not this time"), ROOM)
    assert str(dropped.text) == "Not sent. I haven't kept it."
    assert "other words" not in await world.bot.database.read(legible)
    await world.chat.press(ALICE, button(changed, "Send it"), ROOM)
    assert "No report waits." in (await waiting(world)).text


async def test_pressing_twice_sends_one_report(world: Playground, porch: Community) -> None:
    preview = await write(world, ALICE, "bob")
    for _time in range(2):
        await world.chat.press(ALICE, button(preview, "Send it"), ROOM)
    assert len([label for label in labels(await waiting(world)) if label.startswith("Open")]) == 1


async def test_who_may_see_it_is_still_ones_own_choice_at_the_preview(world: Playground, porch: Community) -> None:
    preview = await world.chat.press(ALICE, button(await write(world, ALICE, "bob"), "Only the host"), ROOM)
    assert "Who sees it: only" in preview.text
    await world.chat.press(ALICE, button(preview, "Send it"), ROOM)
    assert "No report waits." in (await waiting(world)).text
    assert len(await world.bot.database.read(cases.waiting_for_host)) == 1


async def test_a_draft_lies_encrypted_and_goes_with_everything_else(world: Playground, porch: Community) -> None:
    preview = await write(world, ALICE, "bob", "canary-in-a-draft")
    assert "canary-in-a-draft" not in await world.bot.database.read(legible)
    screen = await world.chat.say(ALICE, "forget-me", ROOM)
    await world.chat.press(ALICE, button(screen, "Delete everything"), ROOM)
    assert "I no longer have that report." in (await world.chat.press(ALICE, button(preview, "Send it"), ROOM)).text


async def test_nobody_reports_themselves_by_accident(world: Playground, porch: Community) -> None:
    assert "I can't take that report." in (await write(world, ALICE, "alice")).text


async def test_a_closed_case_is_erased_after_90_days(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob")
    await close(world, "Close it")
    mine = await world.bot.database.read(cases.export, await person(world, ALICE))
    assert len(mine) == 1
    await world.bot.run_jobs("day", world.now + timedelta(days=89))
    assert await world.bot.database.read(cases.export, await person(world, ALICE))
    await world.bot.run_jobs("day", world.now + timedelta(days=90, seconds=1))
    assert await world.bot.database.read(cases.export, await person(world, ALICE)) == []


async def test_my_data_shows_my_report_and_not_what_others_said_of_me(world: Playground, porch: Community) -> None:
    await report(world, ALICE, "bob", "canary-of-alice")
    mine = (await world.chat.say(ALICE, "my-data")).files[0].content.decode()
    await two_days(world)
    theirs = (await world.chat.say(BOB, "my-data")).files[0].content.decode()
    assert "canary-of-alice" in mine
    assert "canary" not in theirs
    assert "introductions are held" in theirs


async def test_the_host_is_named_as_the_configuration_does(world: Playground, porch: Community) -> None:
    world.bot.core.settings = Settings("Robin")
    screen = await world.chat.say(ALICE, "report", ROOM)
    assert "only Robin, who hosts me" in (await world.chat.press(ALICE, button(screen, "Only the host"), ROOM)).text


async def test_a_report_in_a_strangers_own_place_reaches_nobody_who_never_was_there(
    world: Playground, porch: Community
) -> None:
    await reported_elsewhere(world, ALICE)
    assert told(world, ALICE) == []
    assert not await world.bot.database.read(holds.is_held, porch, await person(world, ALICE))


async def test_nor_does_what_follows_from_closing_it(world: Playground, porch: Community) -> None:
    await reported_elsewhere(world, ALICE)
    there = await world.bot.database.read(members.community_of, GARDEN)
    assert there is not None
    assert await world.bot.database.write(holds.let_go, there, await person(world, ALICE), world.now)
    await world.bot.tick(world.now)
    assert told(world, ALICE) == []


async def test_who_comes_there_later_hears_that_introductions_are_paused_once(
    world: Playground, porch: Community
) -> None:
    await reported_elsewhere(world, ALICE)
    world.chat.join(ALICE, GARDEN)
    await world.chat.say(ALICE, "about", GARDEN)
    for _hour in range(3):
        world.now += timedelta(hours=1)
        await world.bot.run_jobs("hour", world.now)
        await world.bot.tick(world.now)
    assert told(world, ALICE).count(PAUSED) == 1
