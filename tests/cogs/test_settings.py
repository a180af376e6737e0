"""One screen for everything that can be switched: each in one tap, and each alone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import groupby
from pathlib import Path

import pytest

from bot.asking import consenting
from bot.incoming import text
from bot.messages import Button, Text
from bot.registry import Setting
from bot.words import i18n
from cogs import switches
from storage.database.database import Database
from storage.delivery import deliveries
from storage.members import consents, members
from tests.cast import ALICE, BOB, Playground, button, labels


@pytest.fixture
async def alice(world: Playground) -> Playground:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    return world


async def given(world: Playground) -> frozenset[str]:
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    return await world.bot.database.read(consents.given, person)


async def test_before_a_yes_there_is_nothing_to_set(world: Playground) -> None:
    assert "Hi, I'm Kith" in (await world.chat.say(BOB, "settings")).text


async def test_one_screen_shows_switches_then_roles_then_dials(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    shown = labels(screen)
    assert "Check-ins: on" in shown
    assert shown.index("Check-ins: on") < shown.index("Helper: off") < shown.index("Time zone: Berlin time")
    for role in ("Helper", "Welcomer", "Contact", "Host", "Mentor"):
        assert f"{role}: off" in shown
    assert len(shown) <= 25
    assert max(map(len, shown)) <= 45


async def test_what_is_on_comes_first_in_each_of_three_groups(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    headings = [str(heading) for heading, _rows in groupby(screen.buttons, key=lambda one: one.under)]
    assert headings == ["What I may do", "What you offer others", "How and when", ""]
    for _heading, rows in groupby(screen.buttons, key=lambda one: one.under):
        off = [str(row.label).endswith(": off") for row in rows]
        assert off == sorted(off), "what is off stands behind what is on"
    typed = str(text.render(screen)).split("\n")
    assert typed[1:3] == ["**What I may do**", f"1. {screen.buttons[0].label}"]
    assert [line for line in typed if not line[0].isdigit()][1:] == [
        "**What I may do**",
        "**What you offer others**",
        "**How and when**",
    ]
    assert [line.partition(". ")[0] for line in typed if line[0].isdigit()] == [
        str(number) for number in range(1, len(screen.buttons) + 1)
    ]


async def test_a_tap_withdraws_one_yes_alone_and_says_so_in_one_line(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    after = await alice.chat.press(ALICE, button(screen, "Check-ins: on"))
    assert str(after.text) == "Check-ins: off now. No check-in comes. Your times are kept."
    assert labels(after) == ["All settings", "Switch it on"]
    assert "Check-ins: off" in labels(await alice.chat.press(ALICE, button(after, "All settings")))
    assert await given(alice) == {"core", "dm"}


async def test_without_reminders_of_circles_a_member_hears_what_becomes_of_their_seats(alice: Playground) -> None:
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    await alice.bot.database.write(consents.give, person, ("events",), "Yes.", NOW)
    after = await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "settings"), "Circle reminders: on"))
    assert str(after.text).startswith("Circle reminders: off now. Your seats stay.")


async def test_a_tap_twice_on_the_same_button_withdraws_once_and_nothing_else(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    for _time in range(2):
        await alice.chat.press(ALICE, button(screen, "Check-ins: on"))
    assert await given(alice) == {"core", "dm"}


async def test_what_is_off_is_switched_on_with_its_question(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    question = await alice.chat.press(ALICE, button(screen, "Others may ask to tell you: off"))
    assert "You can say no each time" in question.text
    after = await alice.chat.press(ALICE, button(question, "Yes"))
    assert str(after.text) == "Others may ask to tell you: on now."
    assert "Others may ask to tell you: on" in labels(await alice.chat.press(ALICE, button(after, "All settings")))
    assert "may-be-asked" in await given(alice)


async def test_a_switch_with_more_to_ask_opens_its_own_door(alice: Playground) -> None:
    await alice.chat.say(ALICE, "settings check-ins")
    screen = await alice.chat.say(ALICE, "settings")
    answer = await alice.chat.press(ALICE, button(screen, "Check-ins: off"))
    assert "check-in" in answer.text


async def test_every_switch_is_there_also_what_is_first_asked_elsewhere(alice: Playground) -> None:
    shown = labels(await alice.chat.say(ALICE, "settings"))
    for label in ("Circle reminders: off", "My country for Help now: off"):
        assert label in shown
    assert "Which country?" in (await alice.chat.say(ALICE, "settings my country")).text


async def test_everything_can_be_typed(alice: Playground) -> None:
    await alice.chat.say(ALICE, "settings i may write")
    assert "off now" in (await alice.chat.say(ALICE, "switch it off")).text
    assert "dm" not in await given(alice)
    assert "no setting with that name" in (await alice.chat.say(ALICE, "settings teleport")).text


async def test_without_the_yes_to_being_written_to_no_purpose_sends(alice: Playground) -> None:
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert await alice.bot.database.read(consents.allows, person, "checkin")
    await alice.chat.say(ALICE, "settings i may write")
    await alice.chat.say(ALICE, "switch it off")
    assert not await alice.bot.database.read(consents.allows, person, "checkin")


async def test_taking_back_the_line_about_age_takes_back_what_hangs_on_it(alice: Playground) -> None:
    await alice.chat.press(ALICE, button(await alice.chat.say(ALICE, "settings helper"), "Yes"))
    await alice.chat.say(ALICE, "yes")
    assert {"adult", "helper"} <= await given(alice)
    await alice.chat.say(ALICE, "settings i am 18")
    await alice.chat.say(ALICE, "switch it off")
    assert await given(alice) == {"core", "dm", "checkin"}


async def test_quiet_hours_are_two_times(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    assert "Quiet hours: from 21:00 to 09:00" in labels(screen)
    await alice.chat.say(ALICE, "settings quiet hours")
    await alice.chat.say(ALICE, "23:30")
    after = await alice.chat.say(ALICE, "7am")
    assert "A time you picked yourself still comes." in after.text
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    profile = await alice.bot.database.read(members.profile, person)
    assert (profile.quiet_start, profile.quiet_end) == ("23:30", "07:00")


async def test_the_zone_is_a_city(alice: Playground) -> None:
    await alice.chat.say(ALICE, "settings time zone")
    after = await alice.chat.say(ALICE, "lisbon")
    assert str(after.text).startswith("Your time zone is Lisbon time.")
    assert "\n" not in str(after.text)
    assert "Time zone: Lisbon time" in labels(await alice.chat.press(ALICE, button(after, "All settings")))


async def test_the_rows_of_other_features_stand_on_the_screen(
    alice: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def rows(_cog: object, _context: object) -> list[Setting]:
        return [Setting(Text(f"Dial {number}"), Text("3 of 5"), "pause.open") for number in range(30)]

    monkeypatch.setattr(type(alice.bot.registry.cogs[1]), "settings", rows)
    first = await alice.chat.say(ALICE, "settings")
    assert len(first.buttons) <= 25
    second = await alice.chat.press(ALICE, button(first, "More settings"))
    third = await alice.chat.press(ALICE, button(second, "More settings"))
    shown = [label for screen in (first, second, third) for label in labels(screen) if label != "More settings"]
    assert {f"Dial {number}: 3 of 5" for number in range(30)} <= set(shown)
    assert len(shown) == len(set(shown))
    assert labels(await alice.chat.press(ALICE, button(third, "More settings"))) == labels(first)


async def test_it_leads_to_all_that_is_kept(alice: Playground) -> None:
    screen = await alice.chat.say(ALICE, "settings")
    kept = await alice.chat.press(ALICE, button(screen, "What I keep about you: see or delete"))
    assert labels(kept) == ["Show everything", "Forget me"]
    files = (await alice.chat.press(ALICE, button(kept, "Show everything"))).files
    assert {file.name for file in files} == {"my-data.txt", "my-data.json"}
    assert "Two things stay" in (await alice.chat.press(ALICE, button(kept, "Forget me"))).text


@pytest.mark.parametrize("action", ["settings.on", "settings.off", "settings.language"])
@pytest.mark.parametrize("value", ["", "core", "nonsense", "checkin "])
async def test_made_up_values_change_nothing(alice: Playground, action: str, value: str) -> None:
    before = await given(alice)
    answer = await alice.chat.press(ALICE, Button(Text("x"), action, value, row="o1"))
    assert "expired" in answer.text
    assert await given(alice) == before


async def test_a_language_that_went_since_the_screen_was_shown_is_not_kept(
    alice: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = tmp_path / "de" / "LC_MESSAGES" / "kith.mo"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    screen = await alice.chat.say(ALICE, "settings")
    while "Language: en" not in labels(screen):
        screen = await alice.chat.press(ALICE, button(screen, "More settings"))
    catalogue.unlink()
    said = await alice.chat.press(ALICE, button(screen, "Language: en"))
    assert str(said.text) == "I don't speak that yet. `settings` shows what I can."
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert (await alice.bot.database.read(members.profile, person)).locale == "en"


def test_every_switch_says_what_follows_when_it_is_off() -> None:
    assert set(switches.FOLLOWS) | set(switches.ASKED_FIRST) == set(switches.NAMES)


@pytest.mark.parametrize("name", switches.ENDS)
async def test_a_switch_that_ends_or_deletes_something_asks_first(alice: Playground, name: str) -> None:
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    await alice.bot.database.write(consents.give, person, (name, "adult"), "Yes.", NOW)
    asked = await alice.chat.say(ALICE, f"settings {switches.NAMES[name]}")
    assert str(asked.text).startswith("Nothing is done yet. Once this is off,")
    assert name in await given(alice)
    assert "Leave it on" in labels(asked)
    done = await alice.chat.press(ALICE, button(asked, "Switch it off"))
    assert str(done.text) == f"{switches.NAMES[name]}: off now. {switches.FOLLOWS[name]}"
    assert name not in await given(alice)


async def test_a_digit_typed_twice_ends_no_pair_and_deletes_no_date(alice: Playground) -> None:
    person = await alice.bot.database.read(members.person_of, ALICE)
    assert person is not None
    await alice.bot.database.write(consents.give, person, ("dates",), "Yes.", NOW)
    screen = await alice.chat.say(ALICE, "settings")
    number = str(1 + labels(screen).index("My dates: on"))
    for _time in range(2):
        await alice.chat.say(ALICE, number)
    await alice.chat.say(ALICE, "1")
    assert "dates" in await given(alice)


def test_every_purpose_has_a_place_on_the_screen() -> None:
    assert set(switches.NAMES) | {"core"} == set(consenting.PURPOSES)


def test_what_is_switched_on_by_a_yes_says_who_will_see_it() -> None:
    assert set(switches.ROLES) <= set(switches.WORDS) <= set(switches.NAMES)
    for name, words in switches.WORDS.items():
        assert any(sign in words for sign in ("see", "Nobody else", "shown")), name


# -- the record -------------------------------------------------------------------------------------------------------


NOW = datetime(2026, 3, 1, tzinfo=UTC)


async def test_a_withdrawn_yes_counts_for_the_very_next_message(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    await world.chat.say(ALICE, "settings check-ins")
    async for _said in world.wait(datetime(2026, 3, 30, tzinfo=UTC) - world.now):
        pass
    planned = (await world.bot.database.read(deliveries.export, person))["messages to you"]
    assert not [one for one in planned if one["what"].startswith("checkins.")]


async def test_two_wordings_of_one_purpose_keep_the_last(world: Playground) -> None:
    database: Database = world.bot.database
    person = await database.write(members.create, BOB, "UTC", "en", NOW)
    await database.write(consents.give, person, ("core", "dm"), "first words", NOW)
    await database.write(consents.give, person, ("dm",), "second words", NOW)
    kept = await database.read(consents.export, person)
    assert {one["purpose"]: one["the words you saw"] for one in kept["what you said yes to"]} == {
        "core": "first words",
        "dm": "second words",
    }
    await database.write(consents.withdraw_all, person)
    await database.write(consents.sweep, NOW)
    assert await database.read(consents.export, person) == {"what you said yes to": []}


async def test_quiet_hours_of_equal_times_are_never(world: Playground) -> None:
    database = world.bot.database
    person = await database.write(members.create, BOB, "UTC", "en", NOW)
    await database.write(members.set_quiet_hours, person, time(9), time(9))
    profile = await database.read(members.profile, person)
    assert profile.quiet_start == profile.quiet_end == "09:00"
    assert await database.read(deliveries.counts) == {}
