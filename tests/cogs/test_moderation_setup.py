"""The moderator's first five minutes: five questions, checked by the platform, and they wait through a restart."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.clocks.quiet_hours import QuietHours
from bot.cog import Settings
from bot.context import Spot
from bot.messages import Channel, Community, Message
from bot.words import crisis_lines
from cogs.moderation import wording
from storage.members import community_settings, members
from storage.moderation import lines
from tests.cast import ALICE, BOB, DANA, MO, ROOM, Playground, button, labels
from tests.cogs.moderated import ANNA, MODS, agree, populate, press, say, told
from tests.conftest import SATURDAY_EVENING
from tests.legible import legible
from tests.prepared import at_home

DOCS = Path(__file__).parents[2] / "docs/moderators.md"
TEAM = Channel("local", "team")
GB = [line.id for line in crisis_lines.shipped().of("GB")]


@pytest.fixture
async def porch(world: Playground) -> Community:
    """A room with a private channel for moderators and another one; nobody has said yes to anything."""
    world.chat.spots_of[ROOM.id] = [Spot(TEAM, "team", True), Spot(MODS, "moderators", True)]
    await world.chat.say(BOB, "start", ROOM)
    found = await world.bot.database.read(members.community_of, ROOM)
    assert found is not None
    return found


async def settings(world: Playground, porch: Community) -> community_settings.Settings:
    return await world.bot.database.read(community_settings.get, porch)


async def begin(world: Playground) -> Message:
    """Mo asks, says the first yes, and is at the first question."""
    return await press(world, MO, await say(world, MO, "kith-mod setup"), "Yes")


async def at(world: Playground, question: int) -> Message:
    screen = await begin(world)
    for _ in range(question - 1):
        screen = await press(
            world, MO, screen, next(one for one in ("Go on", "Later", "Skip") if one in labels(screen))
        )
    return screen


# -- the five questions --


async def test_nothing_is_kept_before_the_moderators_yes(world: Playground, porch: Community) -> None:
    asked = await say(world, MO, "kith-mod setup")
    assert "I keep your account id and your choices, so that we can go on" in asked.text
    assert "without names" in asked.text
    assert await world.bot.database.read(members.person_of, MO) is None
    await press(world, MO, asked, "No")
    assert await world.bot.database.read(members.person_of, MO) is None


async def test_reports_go_to_a_private_channel_that_was_checked(world: Playground, porch: Community) -> None:
    screen = await at(world, 2)
    assert "Reports and cases go to: moderators. I can post there (checked)." in screen.text
    await press(world, MO, screen, "Yes, there")
    assert (await settings(world, porch)).reports == MODS


async def test_another_private_channel_and_never_a_public_one(world: Playground, porch: Community) -> None:
    others = await press(world, MO, await at(world, 2), "Another channel")
    assert labels(others) == ["team", "moderators", "Skip"]
    await press(world, MO, others, "team")
    assert (await settings(world, porch)).reports == TEAM


async def test_a_channel_that_became_public_in_between_is_refused(world: Playground, porch: Community) -> None:
    screen = await at(world, 2)
    world.chat.spots_of[ROOM.id] = [Spot(MODS, "moderators", False)]
    assert "Reports need a private one." in (await press(world, MO, screen, "Yes, there")).text
    world.chat.spots_of[ROOM.id] = []
    assert "I can't write there any more." in (await press(world, MO, screen, "Yes, there")).text
    assert (await settings(world, porch)).reports is None


async def test_without_a_private_channel_it_says_what_to_do_and_looks_again(
    world: Playground, porch: Community
) -> None:
    world.chat.spots_of[ROOM.id] = []
    screen = await at(world, 2)
    assert "I see no private channel where I can write." in screen.text
    world.chat.spots_of[ROOM.id] = [Spot(MODS, "moderators", True)]
    assert "go to: moderators" in (await press(world, MO, screen, "Look again")).text


async def test_missing_permissions_are_named_with_what_does_not_work(world: Playground, porch: Community) -> None:
    world.chat.lacking[ROOM.id] = frozenset({"private groups"})
    said = (await at(world, 2)).text
    assert "Without private threads I can't open buddy rooms. Check-ins and company work." in said


async def test_lines_are_shown_one_by_one_with_their_source(world: Playground, porch: Community) -> None:
    await press(world, MO, await begin(world), "Name the countries")
    screen = await say(world, MO, "uk")
    for line in crisis_lines.shipped().of("GB"):
        assert str(crisis_lines.describe(line)) in screen.text
        assert line.seen in screen.text
        assert "These lines need a person's check before anyone sees them." in screen.text
        screen = await press(world, MO, screen, "I checked it, show it")
    assert set(await world.bot.database.read(lines.confirmed, porch)) == set(GB)
    screen = await press(world, MO, screen, "I checked it: 999")
    assert (await settings(world, porch)).emergency == "999"
    assert "2 of 5." in (await press(world, MO, screen, "Go on")).text
    card = (await world.chat.say(ALICE, "help-now", ROOM)).text
    assert "(999; otherwise 112, 911, 999)" in card


async def test_a_line_that_was_not_checked_stays_away(world: Playground, porch: Community) -> None:
    await press(world, MO, await begin(world), "Name the countries")
    screen = await press(world, MO, await say(world, MO, "GB"), "Not this one")
    await press(world, MO, screen, "Skip the rest")
    assert await world.bot.database.read(lines.confirmed, porch) == {}


@pytest.mark.parametrize("names", ["mars", "de, atlantis", ","])
async def test_an_unknown_country_is_said_to_be_so(world: Playground, porch: Community, names: str) -> None:
    await press(world, MO, await begin(world), "Name the countries")
    assert "Try Germany, or DE." in (await say(world, MO, names)).text


@pytest.mark.parametrize(("number", "taken"), [("112", True), ("+44 999", True), ("call me", False), ("1" * 16, False)])
async def test_an_emergency_number_is_a_number(world: Playground, porch: Community, number: str, taken: bool) -> None:
    await press(world, MO, await begin(world), "Name the countries")
    screen = await press(world, MO, await say(world, MO, "de"), "Skip the rest")
    await press(world, MO, screen, "Another number")
    await say(world, MO, number)
    assert ((await settings(world, porch)).emergency == number) == taken


async def test_trying_it_as_a_member_keeps_nothing_and_starts_nothing(world: Playground, porch: Community) -> None:
    screen = await at(world, 4)
    before = await dump(world)
    for label, words in (
        ("The hello", "Hi, I'm Kith, a bot."),
        ("A check-in", "Skip"),
        ("The help card", "In danger right now?"),
    ):
        screen = await press(world, MO, screen, label)
        assert words in screen.text
        assert screen.private
        assert labels(screen) == ["The hello", "A check-in", "The help card", "Go on"], "only the set-up's own buttons"
    assert await dump(world) == before


async def dump(world: Playground) -> list[object]:
    def count(connection: object) -> list[object]:
        tables = ("persons", "consents", "checkins", "checkin_schedules", "deliveries", "memberships")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # type: ignore[attr-defined]  # a connection

    return await world.bot.database.read(count)


async def test_the_panel_is_posted_once_and_works_for_people_who_know_no_command(
    world: Playground, porch: Community
) -> None:
    screen = await press(world, MO, await at(world, 3), "Yes, there")
    screen = await press(world, MO, screen, "Go on")
    assert "Nothing starts until you press." in screen.text
    last = await press(world, MO, screen, "Post it")
    assert "Before you announce me:" in last.text
    here = Channel("local", ROOM.id)
    [panel] = [posted.message for posted in world.chat.posted if posted.to == here]
    assert labels(panel) == ["Start", "Help now", "What do you keep?", "What's on"]
    world.now += timedelta(days=400)  # long after its delivery was swept
    await world.bot.run_jobs("day", world.now)
    assert "Hi, I'm Kith" in (await press(world, DANA, panel, "Start")).text
    assert "In danger right now?" in (await press(world, DANA, panel, "Help now")).text
    kept = await press(world, DANA, panel, "What do you keep?")
    assert "I keep your account id" in kept.text
    assert kept.private


async def test_posting_twice_posts_once(world: Playground, porch: Community) -> None:
    screen = await press(world, MO, await press(world, MO, await at(world, 3), "Yes, there"), "Go on")
    await press(world, MO, screen, "Post it")
    assert "That is answered already." in (await press(world, MO, screen, "Post it")).text
    world.now += timedelta(minutes=1)
    await press(world, MO, await press(world, MO, await say(world, MO, "kith-mod setup"), "Later"), "Skip")
    assert len(told(world, Channel("local", ROOM.id))) == 1


@pytest.mark.parametrize("question", [1, 2, 3, 4, 5])
async def test_a_restart_in_the_middle_changes_nothing(tmp_path: Path, question: int) -> None:
    async with at_home(tmp_path / "data", SATURDAY_EVENING) as world:
        world.chat.spots_of[ROOM.id] = [Spot(MODS, "moderators", True)]
        screen = await at(world, question)
    async with at_home(tmp_path / "data", SATURDAY_EVENING) as world:
        world.chat.spots_of[ROOM.id] = [Spot(MODS, "moderators", True)]
        following = await press(world, MO, screen, labels(screen)[-1])
        assert f"{question + 1} of 5." in following.text or question == 5, "the button from before still works"
    async with at_home(tmp_path / "data", SATURDAY_EVENING) as world:
        again = await say(world, MO, "kith-mod setup")
        if question < 5:
            assert f"You were at question {question + 1} of 5." in again.text
            assert f"{question + 1} of 5." in (await press(world, MO, again, "Go on")).text
        else:
            assert "1 of 5." in again.text, "it was through; it begins again"


async def test_in_a_direct_chat_it_is_the_same(world: Playground, porch: Community) -> None:
    screen = await world.chat.press(MO, button(await world.chat.say(MO, "kith-mod setup"), "Yes"))
    assert "1 of 5." in screen.text
    screen = await world.chat.press(MO, button(screen, "Later"))
    assert "2 of 5." in screen.text
    assert "3 of 5." in (await world.chat.press(MO, button(screen, "Yes, there"))).text
    assert (await settings(world, porch)).reports == MODS


async def test_members_cannot_set_anything_up(world: Playground, porch: Community) -> None:
    assert "Only moderators" in (await say(world, ALICE, "kith-mod setup")).text
    screen = await at(world, 2)
    world.chat.rooms[ROOM.id].moderators.discard(MO.id)
    assert "Only moderators" in (await press(world, MO, screen, "Yes, there")).text, "asked at each press"
    assert (await settings(world, porch)).reports is None


async def test_a_yes_given_after_losing_the_role_opens_nothing(world: Playground, porch: Community) -> None:
    asked = await say(world, MO, "kith-mod setup")
    world.chat.rooms[ROOM.id].moderators.discard(MO.id)
    assert "Only moderators" in (await press(world, MO, asked, "Yes")).text


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("kith-mod groups", "Groups here"),
        ("kith-mod hold bob", "About whom?"),
        ("kith-mod quiet-everything bob", "About whom?"),
        ("kith-mod trained bob", "About whom?"),
    ],
)
async def test_whatever_a_moderator_begins_with_goes_on_after_their_first_yes(
    world: Playground, porch: Community, line: str, after: str
) -> None:
    asked = await say(world, MO, line)
    assert "What moderators do here" in asked.text
    assert after in (await press(world, MO, asked, "Yes")).text


async def test_who_was_asked_for_is_named_after_the_yes(world: Playground) -> None:
    await populate(world)
    for line, shown in (
        ("kith-mod hold", "Hold introductions for Bob?"),
        ("kith-mod quiet-everything", "Everything quiet about Bob"),
        ("kith-mod trained", "Bob is marked as trained"),
    ):
        assert "About whom?" in (await say(world, MO, line)).text
        assert shown in (await say(world, MO, "bob")).text


@pytest.mark.parametrize("value", ["", "1", "1 start", "99 kith-mod setup", "x kith-mod setup"])
async def test_a_forged_yes_opens_nothing(world: Playground, porch: Community, value: str) -> None:
    await world.bot.run_action(world.chat.incoming(ALICE, ROOM), f"kith:1:consent.yes:-:moderating|0|{value}")
    assert "of 5" not in world.chat.read(ALICE)[-1].text


# -- crisis lines come first --


async def test_nothing_public_is_offered_before_the_crisis_lines(world: Playground, porch: Community) -> None:
    screen = await begin(world)
    assert "Which countries are your members in?" in screen.text
    assert labels(screen)[-1] == "Later"
    later = await press(world, MO, screen, "Later")
    assert "No crisis line is checked yet (`kith-mod lines`), so `help now` shows directories." in later.text
    for label in ("Skip", "Yes, there", "Go on"):
        later = await press(world, MO, later, label)
        assert "so `help now` shows directories." in later.text, "also on the screen that posts"
    assert "Post it" in labels(later)
    last = await press(world, MO, later, "Post it")
    assert "Until they are, `help now` shows directories." in last.text
    assert "1 of 5. Which countries" in (await press(world, MO, last, "Check crisis lines")).text


async def test_each_question_says_what_is_done_and_what_comes_next(world: Playground, porch: Community) -> None:
    for line in GB[:2]:
        await world.bot.database.write(lines.confirm, porch, line, world.now.date() + timedelta(days=90), world.now)
    screen, said = await begin(world), []
    for label in ("Later", "Yes, there", "Yes, there", "Go on"):
        said.append(str(screen.text).splitlines()[-1])
        screen = await press(world, MO, screen, label)
    said.append(str(screen.text).splitlines()[-1])
    assert said == [
        "Done: crisis lines. Next: where reports go.",
        "Done: crisis lines. Next: a channel for the message with buttons.",
        "Done: crisis lines, where reports go. Next: trying it as a member.",
        "Done: crisis lines, where reports go, a channel for the message with buttons."
        " Next: posting the message with buttons.",
        "Done: crisis lines, where reports go, a channel for the message with buttons."
        " Next: what to do before you announce me.",
    ]


async def test_a_line_that_went_dark_is_not_done(world: Playground, porch: Community) -> None:
    for line in GB[:2]:
        await world.bot.database.write(lines.confirm, porch, line, world.now.date(), world.now)
    assert "No crisis line is checked yet" in (await begin(world)).text


async def test_whoever_types_reads_all_three_texts(world: Playground) -> None:
    await populate(world)
    await press(world, MO, await at_the_end(world), "Skip")
    for label, words in (
        ("text for asking people", "Saying no is fine."),
        ("announcement text", "Nothing starts until you press Start."),
        ("card for other organisations", "It is not care or treatment"),
    ):
        assert words in (await say(world, MO, label)).text


# -- before it is announced --


async def test_the_cold_start_list_says_what_is_there(world: Playground) -> None:
    porch = await populate(world)
    screen = await say(world, MO, "kith-mod setup")
    for label in ("Later", "Skip", "Skip", "Go on", "Skip"):
        screen = await press(world, MO, screen, label)
    for missing in ("3 helpers: not yet", "2 hosts: not yet", "1 welcomer: not yet", "crisis lines checked: not yet"):
        assert missing in screen.text
    for line in GB:
        until = world.now.date() + timedelta(days=10)
        await world.bot.database.write(lines.confirm, porch, line, until, world.now)
    await say(world, BOB, "settings welcomer")
    await say(world, BOB, "yes")
    await say(world, MO, "kith-mod setup")
    screen = await press(world, MO, await at_the_end(world), "Skip")
    assert "crisis lines checked: there" in screen.text


async def at_the_end(world: Playground) -> Message:
    screen = await say(world, MO, "kith-mod setup")
    for label in ("Later", "Skip", "Skip", "Go on"):
        screen = await press(world, MO, screen, label)
    return screen


async def test_a_community_is_declared_for_adults_and_open_again(world: Playground) -> None:
    porch = await populate(world)
    screen = await press(world, MO, await at_the_end(world), "Skip")
    for label, said in (("This community is for adults", True), ("Not for adults only", False)):
        screen = await press(world, MO, screen, label)
        assert ("the first thing I ask somebody is whether they are one" in screen.text) is said
        assert (await settings(world, porch)).adults_only is said
    assert "changed whether this is for adults only" in (await say(world, BOB, "audit")).text


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Text for asking people", "Saying no is fine."),
        ("Announcement text", "Nothing starts until you press Start."),
        ("Card for other organisations", "It is not care or treatment"),
    ],
)
async def test_ready_texts_are_handed_over(world: Playground, label: str, words: str) -> None:
    await populate(world)
    last = await press(world, MO, await at_the_end(world), "Skip")
    assert words in (await press(world, MO, last, label)).text


def test_the_card_for_organisations_identifies_nobody() -> None:
    card = str(wording.partner_card())
    assert not re.search(r"https?:|www\.|@|\d", card), "no link, no code, no number that tells who came with it"


@pytest.mark.parametrize("preset", wording.PRESETS)
def test_a_preset_changes_words_only(preset: str) -> None:
    said = str(wording.announcement(preset, "The Porch", "Robin", adults_only=False))
    assert str(wording.of(wording.FOR_WHOM, preset)) in said
    assert "nothing you say in a check-in" in said
    assert "This community is for adults." in str(wording.announcement(preset, "The Porch", "Robin", adults_only=True))


# -- settings, lines, resources, groups, hosts --


async def test_one_tap_changes_one_thing_and_stands_in_the_audit(world: Playground) -> None:
    porch = await populate(world)
    screen = await say(world, MO, "kith-mod settings")
    for label, field, value in (
        ("Wording", "preset", "recovery"),
        ("Adults only", "adults_only", True),
        ("Days before introductions", "tenure_days", 1),
        ("Holds on reports", "holds_on_report", False),
    ):
        before = (await settings(world, porch))._asdict()
        screen = await press(world, MO, screen, label)
        if "Lift it" in labels(screen):
            screen = await press(world, MO, screen, "Lift it")
        after = (await settings(world, porch))._asdict()
        assert {name for name in after if after[name] != before[name]} == {field}
        assert after[field] == value
    assert str((await say(world, ALICE, "audit")).text).count("a moderator changed") == 4


async def test_no_moderator_can_keep_the_help_card_from_anybody(world: Playground) -> None:
    await populate(world)
    screen = await say(world, MO, "kith-mod settings")
    assert "Phrases" not in labels(screen)
    await world.bot.run_action(world.chat.incoming(MO, ROOM), "kith:1:community.change:-:phrases")
    assert "In danger right now?" in (await world.chat.say(ALICE, "I want to die")).text


async def test_days_before_introductions_go_round_among_four_and_none(world: Playground) -> None:
    porch = await populate(world)
    screen, seen = await say(world, MO, "kith-mod settings"), []
    for _tap in range(5):
        screen = await press(world, MO, screen, "Days before introductions")
        if "Lift it" in labels(screen):
            screen = await press(world, MO, screen, "Lift it")
        seen.append((await settings(world, porch)).tenure_days)
    assert seen == [1, 3, 7, 30, 0]


async def test_quiet_hours_hold_for_members_who_have_chosen_none(world: Playground) -> None:
    porch = await populate(world)
    await world.chat.say(ALICE, "settings quiet hours", ROOM)
    for answer in ("22:00", "06:00"):
        await world.chat.say(ALICE, answer, ROOM)
    screen = await say(world, MO, "kith-mod settings")
    assert "Quiet hours, for members who have chosen none: from 21:00 to 09:00." in screen.text
    await press(world, MO, screen, "Quiet hours")
    await say(world, MO, "23:00")
    assert "chosen none: from 23:00 to 07:00." in (await say(world, MO, "07:00")).text
    for member, hours in ((BOB, "Quiet hours: from 23:00 to 07:00"), (ALICE, "Quiet hours: from 22:00 to 06:00")):
        assert hours in labels(await world.chat.say(member, "settings", ROOM))
    assert (await settings(world, porch)).quiet == (time(23), time(7))
    assert "changed the quiet hours of members who have chosen none" in (await say(world, BOB, "audit")).text


async def test_the_hosts_hours_are_a_newcomers_until_moderators_say_others(world: Playground) -> None:
    world.bot.core.settings = Settings(quiet=QuietHours(time(22, 30), time(8)))
    await agree(world, ALICE)
    assert "Quiet hours: from 22:30 to 08:00" in labels(await world.chat.say(ALICE, "settings", ROOM))


async def test_where_the_channel_for_reports_is_deleted_moderators_read_it_in_the_picture(world: Playground) -> None:
    porch = await populate(world)
    missing = "Reports have no channel, so nobody is told when one comes in: `kith-mod setup`."
    assert missing in (await say(world, MO, "kith-mod picture")).text
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(reports=MODS))
    assert missing not in (await say(world, MO, "kith-mod picture")).text
    await world.bot.channel_gone(MODS)
    assert missing in (await say(world, MO, "kith-mod picture")).text


async def test_moderators_hear_four_weeks_before_a_line_goes_dark_and_on_the_day(world: Playground) -> None:
    porch = await populate(world)
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(reports=MODS))
    until = world.now.date() + timedelta(days=40)
    await world.bot.database.write(lines.confirm, porch, GB[0], until, world.now)
    heard: list[tuple[date, str]] = []
    for _day in range(45):
        world.now += timedelta(days=1)
        await world.bot.run_jobs("day", world.now)
        await world.bot.run_jobs("day", world.now)
        await world.bot.tick(world.now)
        heard += [(world.now.date(), text) for text in told(world, MODS)[len(heard) :]]
    assert [day for day, _text in heard] == [until - timedelta(days=28), until]
    assert "leaves the help card on" in heard[0][1]
    assert "has left the help card today" in heard[1][1]


async def test_a_line_checked_again_in_time_makes_no_noise(world: Playground) -> None:
    porch = await populate(world)
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(reports=MODS))
    until = world.now.date() + timedelta(days=10)
    await world.bot.database.write(lines.confirm, porch, GB[0], until, world.now)
    await world.bot.database.write(lines.confirm, porch, GB[0], until + timedelta(days=180), world.now)
    for _day in range(12):
        world.now += timedelta(days=1)
        await world.bot.run_jobs("day", world.now)
        await world.bot.tick(world.now)
    assert told(world, MODS) == []


async def test_lines_are_taken_out_again(world: Playground) -> None:
    porch = await populate(world)
    await world.bot.database.write(lines.confirm, porch, GB[0], world.now.date() + timedelta(days=9), world.now)
    screen = await say(world, MO, "kith-mod lines")
    assert "shown until" in screen.text
    await press(world, MO, screen, labels(screen)[0])
    assert await world.bot.database.read(lines.confirmed, porch) == {}


async def test_a_place_nearby_is_added_shown_and_taken_out(world: Playground) -> None:
    await populate(world)
    await press(world, MO, await say(world, MO, "kith-mod resources"), "Add one")
    screen = await say(world, MO, "Warm room, 3 Mill Lane, daily from 9")
    assert "Warm room, 3 Mill Lane" in screen.text
    assert "Warm room, 3 Mill Lane" in (await say(world, ALICE, "help-now")).text
    raw = await world.bot.database.read(legible)
    assert "Mill Lane" not in raw
    await press(world, MO, screen, "Take out 1")
    assert "Warm room" not in (await say(world, ALICE, "help-now")).text


async def test_groups_are_named_with_a_warning_and_never_twice(world: Playground) -> None:
    porch = await populate(world)
    kinds = await press(world, MO, await say(world, MO, "kith-mod groups"), "Add a group")
    assert "choose one that anybody may read" in kinds.text
    await press(world, MO, kinds, "study")
    screen = await say(world, MO, "Night owls")
    assert "Night owls (study)" in screen.text
    await press(world, MO, await press(world, MO, screen, "Add a group"), "main")
    assert "There is a group of that name" in (await say(world, MO, "night  OWLS")).text
    [group] = await world.bot.database.read(community_settings.groups, porch)
    assert group.kind == "study"
    assert await world.bot.database.read(community_settings.groups, Community(porch.id + 1)) == []
    await press(world, MO, await say(world, MO, "kith-mod groups"), "Remove 1")
    assert await world.bot.database.read(community_settings.groups, porch) == []


async def test_a_host_is_marked_as_trained_and_it_can_be_taken_back(world: Playground) -> None:
    porch = await populate(world)
    assert "Bob is marked as trained by moderators." in (await say(world, MO, "kith-mod trained bob")).text
    bob = await world.bot.database.read(members.person_of, BOB)
    assert bob is not None
    assert await world.bot.database.read(community_settings.is_trained, porch, bob)
    assert "not marked as trained now" in (await say(world, ANNA, "kith-mod trained bob")).text
    assert not await world.bot.database.read(community_settings.is_trained, porch, bob)
    assert "said yes to nothing here" in (await say(world, MO, "kith-mod trained chandra")).text


# -- the transcript in the documentation --


async def transcript(world: Playground) -> str:
    """The whole set-up, as a new moderator reads it."""
    said: list[str] = []

    def add(message: Message) -> None:
        said.append(str(message.text))
        said.extend(f"    [{label}]" for label in labels(message))

    async def types(line: str) -> Message:
        said.append(f"\nMo: {line}\n")
        screen = await say(world, MO, line)
        add(screen)
        return screen

    await types("kith-mod setup")
    for line in ("Yes", "Name the countries", "uk", "I checked it, show it", "I checked it, show it"):
        await types(line)
    for line in (
        "I checked it: 999",
        "Go on",
        "Yes, there",
        "Yes, there",
        "The help card",
        "Go on",
        "Post it",
    ):
        await types(line)
    await types("Announcement text")
    return "\n".join(said).strip() + "\n"


async def test_the_transcript_in_the_documentation_is_what_happens(world: Playground, porch: Community) -> None:
    found = re.search(r"```text\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    assert found[1] == await transcript(world)
