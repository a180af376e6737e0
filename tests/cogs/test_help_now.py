"""Help now: one card with no question first, whoever asks, whatever is broken."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.asking.consenting import ADULT, CORE
from bot.context import Context
from bot.errors import StorageError
from bot.messages import Community, Person, Text, plain
from bot.words import crisis_lines
from cogs.help_now import PAGE, HelpNow
from storage.company import helping
from storage.members import community_settings, consents, members
from storage.moderation import lines
from tests.cast import ALICE, BOB, DANA, ROOM, Playground, button, labels
from tests.conftest import SATURDAY_EVENING

SEEN = "I'm a bot. Nobody has been told you pressed this. If a line is busy, try the next."
GB = [line.id for line in crisis_lines.shipped().of("GB")]
US = [line.id for line in crisis_lines.shipped().of("US")]


async def community(world: Playground) -> Community:
    await world.chat.say(BOB, "start", ROOM)
    found = await world.bot.database.read(members.community_of, ROOM)
    assert found is not None
    return found


async def confirm(world: Playground, *ids: str, days: int = 100) -> Community:
    porch = await community(world)
    check_by = (world.now + timedelta(days=days)).date()
    for line in ids:
        await world.bot.database.write(lines.confirm, porch, line, check_by, world.now)
    return porch


async def set_emergency(world: Playground, number: str) -> None:
    porch = await community(world)
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(emergency=number))


async def test_a_stranger_gets_numbers_and_nothing_is_asked_or_kept(world: Playground) -> None:
    card = await world.chat.say(DANA, "help-now")
    assert "In danger right now? Call your emergency number (112, 911, 999)." in card.text
    assert "https://findahelpline.com" in card.text
    assert SEEN in card.text
    assert "?" not in str(card.text).replace("In danger right now?", "")
    kept = await world.bot.database.read(
        lambda connection: connection.execute(
            "SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM offers)"
        ).fetchone()[0]
    )
    assert kept == 0


@pytest.mark.parametrize("line", ["sos", "SOS", "crisis", "help now", "Help now!", "help-now", "helpnow"])
async def test_every_word_for_it_is_understood(world: Playground, line: str) -> None:
    assert "In danger right now?" in (await world.chat.say(DANA, line)).text
    assert "In danger right now?" in (await world.chat.say(DANA, line, ROOM)).text


async def test_in_the_middle_of_a_form_it_comes_first_and_the_form_waits(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    assert "In danger right now?" in (await world.chat.say(ALICE, "sos")).text
    assert "In which city" in (await world.chat.say(ALICE, "07:00")).text


async def test_in_a_shared_place_the_answer_reaches_nobody_else(world: Playground) -> None:
    card = await world.chat.say(ALICE, "help-now", ROOM)
    assert card.private
    assert not any(isinstance(posted.to, type(world.chat.incoming(ALICE).channel)) for posted in world.chat.posted)


# -- what a community confirmed -------------------------------------------------------------------------------------


async def test_confirmed_lines_show_and_unconfirmed_never(world: Playground) -> None:
    await confirm(world, *GB)
    card = str((await world.chat.say(ALICE, "help-now", ROOM)).text)
    for line in crisis_lines.shipped().lines:
        assert (str(crisis_lines.describe(line)) in card) == (line.id in GB), line.id
    assert "findahelpline" not in card, "two lines are enough"


async def test_in_a_direct_chat_the_communities_we_share_decide(world: Playground) -> None:
    await confirm(world, *GB)
    card = (await world.chat.say(ALICE, "help-now")).text
    assert crisis_lines.shipped().of("GB")[0].name in card


async def test_one_line_alone_brings_the_directories_along(world: Playground) -> None:
    await confirm(world, GB[0])
    card = (await world.chat.say(ALICE, "help-now", ROOM)).text
    assert crisis_lines.shipped().of("GB")[0].name in card
    assert "https://findahelpline.com" in card


async def test_a_line_goes_dark_on_the_day_it_is_to_be_checked(world: Playground) -> None:
    await confirm(world, *GB, days=3)
    name = crisis_lines.shipped().of("GB")[0].name
    world.now += timedelta(days=2)
    assert name in (await world.chat.say(ALICE, "help-now", ROOM)).text
    world.now += timedelta(days=1)
    assert name not in (await world.chat.say(ALICE, "help-now", ROOM)).text


async def test_at_most_five_lines_stand_on_the_card(world: Playground) -> None:
    many = [line.id for line in crisis_lines.shipped().lines if line.confirmable][:8]
    await confirm(world, *many)
    card = str((await world.chat.say(ALICE, "help-now", ROOM)).text)
    assert sum(line.name in card for line in crisis_lines.shipped().lines if line.id in many) == 5


async def test_the_communitys_own_emergency_number_comes_first(world: Playground) -> None:
    await set_emergency(world, "000")
    card = (await world.chat.say(ALICE, "help-now", ROOM)).text
    assert "Call your emergency number (000; otherwise 112, 911, 999)." in card


async def test_places_nearby_stand_on_the_card(world: Playground) -> None:
    porch = await community(world)

    def seal(row: int) -> bytes:
        return world.bot.core.keyring.encrypt("Café *Tuesday*, 3 Mill Lane @everyone", "resources", "words", row)

    await world.bot.database.write(lines.add_resource, porch, seal, world.now)
    card = (await world.chat.say(ALICE, "help-now", ROOM)).text
    assert "Café *Tuesday*, 3 Mill Lane @everyone" in card
    assert plain("Café *Tuesday*, 3 Mill Lane @everyone").parts[0] in card.parts, "a person's words, not ours"


async def test_the_members_own_people_stand_on_the_card_and_a_feature_that_breaks_is_left_out(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def people(context: Context) -> tuple[Text, ...]:
        return (Text("Your people: my sister"),)

    async def broken(context: Context) -> tuple[Text, ...]:
        raise OSError("the disk is gone")

    first, second, *_rest = world.bot.registry.cogs
    monkeypatch.setattr(first, "help_lines", broken)
    monkeypatch.setattr(second, "help_lines", people)
    assert "Your people: my sister" in (await world.chat.say(ALICE, "help-now")).text


# -- another country ------------------------------------------------------------------------------------------------


async def test_choose_pages_through_every_country_and_keeps_nothing(world: Playground) -> None:
    card = await world.chat.say(DANA, "help-now")
    page = await world.chat.press(DANA, button(card, "Choose"))
    found = set(labels(page))
    while "More countries" in labels(page):
        assert len(page.buttons) <= 25
        page = await world.chat.press(DANA, button(page, "More countries"))
        found |= set(labels(page))
    assert {"Austria", "United Kingdom", "United States", "South Africa"} <= found
    assert len(found - {"More countries", "Earlier countries"}) == len(crisis_lines.shipped().countries) > PAGE
    await world.chat.press(DANA, button(page, "Earlier countries"))
    gb = next(one for one in page.buttons if one.value == "GB") if "GB" in {b.value for b in page.buttons} else None
    kingdom = gb or button(await world.chat.press(DANA, button(page, "Earlier countries")), "United Kingdom")
    shown = await world.chat.press(DANA, kingdom)
    assert "999" in shown.text
    assert "Nobody has been told" in shown.text
    assert (await world.bot.database.read(members.person_of, DANA)) is None


async def test_lines_of_another_country_show_only_if_this_community_checked_them(world: Playground) -> None:
    await confirm(world, *GB, *US[:2])
    card = await world.chat.say(ALICE, "help-now", ROOM)
    page = await world.chat.press(ALICE, button(card, "Choose"), ROOM)
    shown = await world.chat.press(ALICE, button(page, "Denmark"), ROOM)
    assert not any(line.name in shown.text for line in crisis_lines.shipped().lines)
    assert "https://findahelpline.com" in shown.text


@pytest.mark.parametrize("value", ["", "XX", "gb", "9" * 30, "../GB", "GB GB"])
async def test_a_forged_country_gets_a_sentence(world: Playground, value: str) -> None:
    await world.bot.run_action(world.chat.incoming(DANA), f"kith:1:help.country:-:{value}")
    assert "I don't know that country." in world.chat.read(DANA)[-1].text


async def test_whoever_is_worried_about_someone_reads_what_to_do_without_a_yes(world: Playground) -> None:
    card = await world.chat.say(DANA, "help-now")
    said = await world.chat.press(DANA, button(card, "Worried about someone"))
    for words in ("ask them, calmly and in plain words", "Listen more", "stay in touch", "Promise no secrecy"):
        assert words in said.text
    assert SEEN in (await world.chat.press(DANA, button(said, "Help now"))).text
    assert await world.bot.database.read(members.person_of, DANA) is None


async def test_remember_my_country_is_asked_for_and_taken_back(world: Playground) -> None:
    card = await world.chat.say(ALICE, "help-now")
    page = await world.chat.press(ALICE, button(card, "Choose"))
    shown = await world.chat.press(ALICE, button(page, "Mexico"))
    asked = await world.chat.press(ALICE, button(shown, "Remember my country"))
    assert "your country is Mexico" in asked.text
    assert (await world.bot.database.read(members.person_of, ALICE)) is None
    done = await world.chat.press(ALICE, button(asked, "Yes"))
    assert "Help now opens with Mexico" in done.text
    assert "(911; otherwise" in (await world.chat.say(ALICE, "help-now")).text

    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    kept = await world.bot.database.read(lines.country_of, person)
    assert kept == "MX"
    [exported] = [
        await world.bot.database.read(cog.export(person)) for cog in world.bot.registry.cogs if type(cog) is HelpNow
    ]
    assert exported == {"country for Help now": "MX"}
    await world.bot.database.write(outdate, person)
    assert "(112, 911, 999)" in (await world.chat.say(ALICE, "help-now")).text, "that yes was to other words"
    [exported] = [
        await world.bot.database.read(cog.export(person)) for cog in world.bot.registry.cogs if type(cog) is HelpNow
    ]
    assert exported == {"country for Help now": "MX"}, "it is kept all the same, and shown"
    for cog in world.bot.registry.cogs:
        await world.bot.database.write(cog.withdrawn(person, "country"))
    assert await world.bot.database.read(lines.country_of, person) is None
    assert await world.bot.database.read(lines.kept_country, person) is None


def outdate(connection: sqlite3.Connection, person: Person) -> None:
    connection.execute("UPDATE consents SET version = 0 WHERE person = ? AND purpose = 'country'", (person.id,))


async def test_asking_for_help_brings_one_card(world: Playground) -> None:
    await set_emergency(world, "112")
    assert str((await world.chat.say(ALICE, "help now", ROOM)).text).count("In danger") == 1


# -- while the database is lost, locked or full -----------------------------------------------------------------------


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Playground]:
    """As everywhere, but it may end with its database in ruins."""
    opened = Playground.open(tmp_path / "world", SATURDAY_EVENING)
    yield await opened.__aenter__()
    with suppress(StorageError):
        await opened.__aexit__(None, None, None)


@pytest.fixture
async def known(world: Playground, tmp_path: Path) -> Path:
    """A community with two confirmed lines and a number of its own, and its database file."""
    await confirm(world, *GB)
    porch = await community(world)
    await world.bot.database.write(community_settings.save, porch, community_settings.Settings(emergency="999"))
    await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    await world.chat.say(ALICE, "yes", ROOM)
    await world.bot.tick(world.now)
    world.now += timedelta(days=2)  # so that there is something to note about her
    return tmp_path / "world" / "kith.db"


async def whole_card(world: Playground) -> None:
    for place in (ROOM, None):
        for line in ("help-now", "sos"):
            began = time.monotonic()
            card = await world.chat.say(ALICE, line, place)
            assert time.monotonic() - began < 4
            assert "(999; otherwise 112, 911, 999)" in card.text
            assert crisis_lines.shipped().of("GB")[0].name in card.text
            assert SEEN in card.text
        page = await world.chat.press(ALICE, button(card, "Choose"), place)
        assert "Denmark" in labels(page)
        assert "In danger right now?" in (await world.chat.press(ALICE, button(page, "Denmark"), place)).text


def delete(path: Path) -> None:
    for name in (path, path.with_name("kith.db-wal"), path.with_name("kith.db-shm")):
        name.unlink(missing_ok=True)


def overwrite(path: Path) -> None:
    for name in (path, path.with_name("kith.db-wal"), path.with_name("kith.db-shm")):
        if name.exists():
            with open(name, "r+b") as file:
                file.write(os.urandom(max(4096, name.stat().st_size)))


def close_to_all(path: Path) -> None:
    path.chmod(0)
    path.parent.chmod(0o500)


@pytest.mark.parametrize("harm", [delete, overwrite, close_to_all])
async def test_the_card_is_whole_with_the_file_gone_or_damaged(
    world: Playground, known: Path, harm: Callable[[Path], None]
) -> None:
    harm(known)
    try:
        await whole_card(world)
    finally:
        known.parent.chmod(0o700)


async def test_the_card_is_whole_with_the_connection_closed(world: Playground, known: Path) -> None:
    await world.bot.database.close()
    await whole_card(world)


async def test_the_card_is_whole_with_a_lock_held(world: Playground, known: Path) -> None:
    with closing(sqlite3.connect(known, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await whole_card(world)
        other.execute("ROLLBACK")


async def test_the_card_is_whole_with_the_disk_full(world: Playground, known: Path) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await world.bot.database.write(fill)
    await whole_card(world)


async def test_before_anything_was_ever_read_the_numbers_and_directories_stand_there(world: Playground) -> None:
    await world.bot.database.close()
    card = await world.chat.say(DANA, "help-now")
    assert "(112, 911, 999)" in card.text
    assert "https://findahelpline.com" in card.text


# -- a person here ----------------------------------------------------------------------------------------------------


async def somebody_helps(world: Playground) -> None:
    def work(connection: sqlite3.Connection) -> None:
        person = members.create(connection, BOB, "UTC", "en", world.now)
        members.join(connection, person, members.found(connection, ROOM, world.now), world.now)
        consents.give(connection, person, (*CORE, ADULT, helping.HELPER), "Yes.", world.now)
        helping.set_hours(connection, person, "UTC", "00:00", "00:00", helping.EVERY_DAY)

    await world.bot.database.write(work)


async def test_a_person_here_can_be_asked_while_there_is_one(world: Playground) -> None:
    assert labels(await world.chat.say(ALICE, "help-now", ROOM)) == ["Choose", "Worried about someone"]
    await somebody_helps(world)
    card = await world.chat.say(ALICE, "help-now", ROOM)
    assert "They're members, not crisis workers." in card.text
    assert labels(card) == ["Choose", "Ask a person here to reach out", "Worried about someone"]


async def test_asking_a_person_shows_the_words_and_the_readers_first(world: Playground) -> None:
    await somebody_helps(world)
    card = await world.chat.say(ALICE, "help-now", ROOM)
    said = await world.chat.press(ALICE, button(card, "Ask a person here to reach out"), ROOM)
    for _question in range(3):
        if "Yes" not in labels(said):
            break
        said = await world.chat.press(ALICE, button(said, "Yes"), ROOM)
    assert "1 helper" in said.text
    assert "Ask" in labels(said)
    await world.bot.tick(world.now)
    assert not world.chat.read(BOB), "nobody is asked before the member says so"
