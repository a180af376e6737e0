"""`picture` and `audit`: what is needed, totals in sentences, and moderators in the open."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

import cogs
from bot.messages import Community, Text
from bot.registry import Measure
from cogs.buddies.measures import MEASURES
from cogs.moderation.desk import DONE
from storage.database.instants import seconds
from storage.members import community_settings
from storage.moderation import audit
from tests.cast import ALICE, DANA, MO, Playground, labels
from tests.cogs.moderated import ANNA, person, populate, press, say
from tests.engines.measured import insert


@pytest.fixture
async def porch(world: Playground) -> Community:
    return await populate(world)


def measured(world: Playground, monkeypatch: pytest.MonkeyPatch, count: list[tuple[int, int]]) -> None:
    """One feature alone measures something; ``count`` is what it counts each time, the last one from then on."""
    for cog in world.bot.registry.cogs:
        monkeypatch.setattr(cog, "measures", tuple)

    def words(part: int, whole: int) -> Text:
        return Text("Of about {whole}, about {part} had tea.").format(whole=whole, part=part)

    def counted(_connection: Connection, _community: Community, _now: object) -> tuple[int, int]:
        return count.pop(0) if len(count) > 1 else count[0]

    monkeypatch.setattr(world.bot.registry.cogs[0], "measures", lambda: (Measure("tea", counted, words),))


@pytest.fixture
async def many(world: Playground, porch: Community) -> Community:
    """The same with so many people that totals are shown."""
    await crowd(world, porch, 10)
    return porch


async def crowd(world: Playground, community: Community, people: int) -> None:
    def come(connection: Connection) -> None:
        for _one in range(people):
            row = connection.execute("INSERT INTO persons (zone, created) VALUES ('UTC', 0)").lastrowid
            connection.execute(
                "INSERT INTO memberships (community, person, since) VALUES (?, ?, 0)", (community.id, row)
            )

    await world.bot.database.write(come)


async def test_what_is_needed_comes_first_and_in_sentences(world: Playground, porch: Community) -> None:
    said = str((await say(world, MO, "kith-mod picture")).text)
    assert said.startswith("This week:")
    assert "No crisis line is checked yet" in said


async def test_a_figure_stays_all_week_whatever_happens(
    world: Playground, many: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(world, monkeypatch, [(10, 20), (40, 60)])
    for _look in range(3):
        assert "Of about 20, about 10 had tea." in (await say(world, MO, "kith-mod picture")).text
    monday = world.now + timedelta(days=(7 - world.now.weekday()) % 7)
    await world.bot.run_jobs("day", monday - timedelta(days=1))
    assert "about 10 had tea" in (await say(world, MO, "kith-mod picture")).text
    await world.bot.run_jobs("day", monday)
    assert "Of about 60, about 40 had tea." in (await say(world, MO, "kith-mod picture")).text


async def test_the_picture_has_the_words_of_the_sentences_and_no_name(
    world: Playground, many: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(world, monkeypatch, [(11, 21)])
    [file] = (await say(world, MO, "kith-mod picture")).files
    assert file.content.startswith(b"\x89PNG")
    assert str(file.alt) == "A bar for each sentence. Of about 20, about 10 had tea."


async def test_moderators_see_how_often_company_was_found(world: Playground, many: Community) -> None:
    def filled(connection: Connection) -> None:
        for outcome, requests in (("met", 20), ("unanswered", 20)):
            connection.execute(
                "INSERT INTO company_totals (community, day, outcome, requests) VALUES (?, ?, ?, ?)",
                (many.id, world.now.date().isoformat(), outcome, requests),
            )

    await world.bot.database.write(filled)
    said = str((await say(world, MO, "kith-mod picture")).text).splitlines()
    sentence = "Of about 40 company requests in four weeks, about 20 found somebody."
    assert f"{sentence} (counted {world.now.date().isoformat()})" in said


@pytest.mark.parametrize("count", [(3, 7), (4, 20), (18, 20), (0, 0)])
async def test_too_few_is_said_to_be_too_few_without_a_number(
    world: Playground, many: Community, monkeypatch: pytest.MonkeyPatch, count: tuple[int, int]
) -> None:
    measured(world, monkeypatch, [count])
    said = str((await say(world, MO, "kith-mod picture")).text)
    assert "Too few to show safely: tea." in said
    line = next(line for line in said.splitlines() if "tea" in line)
    assert not re.search(r"\d", line)


ALL_KNOW = "Nobody who would like a buddy waits longer than three days without a word."
SOME_WAIT = "Some people who would like a buddy wait longer than three days without a word: `kith-mod rounds`."


@pytest.mark.parametrize(
    ("count", "sentence"),
    [((0, 10), ALL_KNOW), ((1, 10), SOME_WAIT), ((10, 10), SOME_WAIT), ((0, 9), ""), ((9, 9), "")],
)
async def test_of_who_waits_without_a_word_it_is_said_whether_it_is_anybody(
    world: Playground, many: Community, monkeypatch: pytest.MonkeyPatch, count: tuple[int, int], sentence: str
) -> None:
    measured(world, monkeypatch, [])
    [measure] = [one for one in MEASURES if one.whether]
    counting = replace(measure, count=lambda *_: count)
    monkeypatch.setattr(world.bot.registry.cogs[0], "measures", lambda: (counting,))
    said = str((await say(world, MO, "kith-mod picture")).text).splitlines()
    expected = [f"{sentence} (counted {world.now.date()})"] if sentence else []
    assert [line for line in said if "without a word" in line] == expected


SMALL = (
    "This is a small group, and you know each other: totals begin at about ten people, so that nobody can be picked out"
    " of them."
)


async def test_a_small_group_reads_one_line_in_place_of_refusals(world: Playground, porch: Community) -> None:
    shown = await say(world, MO, "kith-mod picture")
    said = str(shown.text).splitlines()
    assert said.count(SMALL) == 1
    assert not any("Too few" in line for line in said)
    assert "6 more helpers" not in said
    assert "More totals" not in labels(shown)
    assert shown.files == ()


async def test_who_comes_as_the_tenth_is_not_seen_to_come(world: Playground, porch: Community) -> None:
    await crowd(world, porch, 5)
    assert SMALL in (await say(world, MO, "kith-mod picture")).text
    await crowd(world, porch, 1)
    await world.bot.run_jobs("day", world.now + timedelta(days=(7 - world.now.weekday()) % 7))
    assert SMALL in (await say(world, MO, "kith-mod picture")).text
    await crowd(world, porch, 4)
    await world.bot.run_jobs("day", world.now + timedelta(days=(7 - world.now.weekday()) % 7))
    assert SMALL not in (await say(world, MO, "kith-mod picture")).text


async def test_it_says_what_helps_now(world: Playground, porch: Community) -> None:
    said = str((await say(world, MO, "kith-mod picture")).text)
    assert "Helper hours nobody covers in the coming day: 24 of 24." in said
    assert "3 more helpers with two hours a day each, and evenings are covered." in said


async def test_reports_are_counted_of_those_the_reader_may_see(world: Playground, many: Community) -> None:
    mo = await person(world, MO)

    def reported(connection: Connection) -> None:
        for number in range(10):
            at = {
                "opened": seconds(world.now - timedelta(days=2)),
                "first_seen": seconds(world.now - timedelta(days=1)),
            }
            case = insert(connection, "cases", community=many.id, viewers="moderators", words=b"", **at)
            about = mo.id if number == 9 else None
            insert(connection, "case_people", case=case, part="reported", person=about, code=b"")

    await world.bot.database.write(reported)
    said = []
    for moderator in (MO, ANNA):
        more = await press(world, moderator, await say(world, moderator, "kith-mod picture"), "More totals")
        said.append(str((await press(world, moderator, more, "Circles and reports")).text).splitlines())
    assert said[0][1:] == ["Too few to show safely: dates with two hosts, reports."]
    assert said[1][1:] == [
        "Of about 10 reports of the last three months that you can see, fewer than 5 are closed. Half of them were"
        " looked at within 24 hours.",
        "Too few to show safely: dates with two hosts.",
    ]


def test_no_screen_of_totals_is_longer_than_five_lines(world: Playground) -> None:
    places = [measure.place for cog in world.bot.registry.cogs for measure in cog.measures()]
    assert (places.count("picture"), places.count("more"), places.count("run")) == (5, 4, 1)


async def test_the_rest_of_the_totals_stands_behind_a_button(world: Playground, many: Community) -> None:
    shown = await press(world, MO, await say(world, MO, "kith-mod picture"), "More totals")
    assert str(shown.text).startswith("More totals:")
    assert "Too few to show safely:" in shown.text


async def test_only_moderators_see_it(world: Playground, porch: Community) -> None:
    assert "Only moderators" in (await say(world, ALICE, "kith-mod picture")).text


async def test_every_member_reads_the_audit_also_before_a_yes(world: Playground, porch: Community) -> None:
    assert "Moderators have done nothing through me yet." in (await say(world, DANA, "audit")).text
    await press(world, MO, await say(world, MO, "kith-mod settings"), "Adults only")
    for reader in (DANA, ALICE):
        said = (await say(world, reader, "audit")).text
        assert f"{world.now.date()}: a moderator changed whether this is for adults only" in said
    assert (await say(world, ANNA, "kith-mod audit")).text == (await say(world, DANA, "audit")).text


async def test_looking_stands_in_no_audit(world: Playground, porch: Community) -> None:
    for line in ("kith-mod cases", "kith-mod picture", "kith-mod lines", "kith-mod settings", "kith-mod hold bob"):
        await say(world, MO, line)
    assert await world.bot.database.read(audit.entries, porch) == []


async def test_the_audit_is_kept_for_a_year_and_in_its_community(world: Playground, porch: Community) -> None:
    await world.bot.database.write(audit.record, porch, "holds.held", world.now)
    assert await world.bot.database.read(audit.entries, Community(porch.id + 1)) == []
    await world.bot.run_jobs("day", world.now + timedelta(days=364))
    assert len(await world.bot.database.read(audit.entries, porch)) == 1
    await world.bot.run_jobs("day", world.now + timedelta(days=365))
    assert await world.bot.database.read(audit.entries, porch) == []


async def test_the_latest_is_first_and_a_screen_holds_twenty(world: Playground, porch: Community) -> None:
    for number, action in enumerate([*DONE] * 2):
        await world.bot.database.write(audit.record, porch, action, world.now + timedelta(minutes=number))
    said = str((await say(world, ALICE, "audit")).text).splitlines()
    assert len(said) == 22
    assert str(DONE[[*DONE][-1]]) in said[1]
    assert said[-1] == "`audit 2` shows what was before."
    pages = range(2, 2 * len(DONE) // 20 + 2)
    for page in pages:
        said += str((await say(world, ALICE, f"audit {page}")).text).splitlines()
    assert sum("a moderator" in line for line in said) == 2 * len(DONE), "every member can read all of it"
    assert "Nothing stands there." in (await say(world, ALICE, "audit 99")).text


def test_whatever_a_moderator_does_goes_through_the_audit() -> None:
    """A handler of moderators that writes by itself leaves no entry; what only looks, or records its own, is named."""
    found = []
    for path in (Path(cogs.__file__).parent).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and any(
                "moderators=True" in ast.unparse(mark) for mark in node.decorator_list
            ):
                found += [node.name for call in ast.walk(node) if isinstance(call, ast.Call) and _writes(call)]
    assert sorted(set(found) - WITHOUT_THE_DESK) == []
    assert set(found) == WITHOUT_THE_DESK


def _writes(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "self.write"


WITHOUT_THE_DESK = {"open", "begin", "every", "replied"}
"""To open a case is to look at it; rounds and answers to questions write their entry with what they change."""


async def test_a_feature_adds_what_it_needs(
    world: Playground, porch: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def needs(_community: Community, _now: object) -> tuple[Text, ...]:
        return (Text("Circles without a host: 2."),)

    monkeypatch.setattr(world.bot.registry.cogs[0], "needs", needs)
    assert "Circles without a host: 2." in (await say(world, MO, "kith-mod picture")).text


# -- one word alone ---------------------------------------------------------------------------------------------------


async def test_kith_mod_alone_shows_this_week_and_the_next_step_of_setting_up(
    world: Playground, porch: Community
) -> None:
    shown = await say(world, MO, "kith-mod")
    assert str(shown.text).startswith("This week:")
    assert "Next in setting me up: crisis lines." in shown.text
    await press(world, MO, shown, "Set me up")
    assert "Next in setting me up: crisis lines." in (await say(world, MO, "kith-mod")).text


async def test_kith_mod_alone_is_for_moderators(world: Playground, porch: Community) -> None:
    assert str((await say(world, ALICE, "kith-mod")).text) == "Only moderators of this community can do that."


async def test_once_it_is_set_up_nothing_comes_next(world: Playground, porch: Community) -> None:
    await world.bot.database.write(community_settings.set_step, porch, 6)
    shown = await say(world, MO, "kith-mod")
    assert "Next in setting me up" not in shown.text
    assert labels(shown) == ["What moderators did"]
