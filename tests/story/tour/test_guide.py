"""The guided minutes: each press is done on the real core, what is told of it is so, and it can be taken up again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.local import NAME
from bot.messages import Channel
from bot.story.page.world import World
from bot.story.playground import ALICE, DANA
from bot.story.tour import kept
from bot.story.tour.guide import Guide
from bot.story.tour.recording import EVENING
from bot.story.tour.steps import STEPS, Played, presses, writes
from tests.engines.on_the_spot import on_the_spot
from tests.prepared import prepared
from tests.tone import problems

TITLES = [step.title for step in STEPS]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[World, Guide]]:
    with on_the_spot():
        async with World.open(prepared(folder), EVENING) as world:
            await world.go("still")
            guide = Guide(world)
            await guide.open()
            yield world, guide


@pytest.fixture
async def tour(tmp_path: Path) -> AsyncIterator[tuple[World, Guide]]:
    async with opened(tmp_path / "world") as both:
        yield both


def frame(guide: Guide) -> dict[str, Any]:
    assert guide.frame is not None
    assert not guide.frame.get("lost"), guide.frame
    return guide.frame


async def to_the_end_of(guide: Guide, title: str) -> dict[str, Any]:
    for _press in range(200):
        shown = frame(guide)
        if shown.get("title") == title and "happened" in shown:
            return shown
        await guide.next()
    raise AssertionError(f"{title!r} never ended")


async def test_every_step_can_be_pressed_through_and_says_what_is_so(tour: tuple[World, Guide]) -> None:
    world, guide = tour
    await guide.begin()
    told = {}
    for title in TITLES:
        said = told[title] = await to_the_end_of(guide, title)
        lines = [line for line in world.chat.lines[guide._from :] if not line.by]
        for member in world.people:
            assert (str(member.name) in said["happened"]) == any(line.reader == member.id for line in lines)
        if title == "Be forgotten":
            assert (said["kept"], said["entries"]) == (["Nothing any more."], 0)
            assert await kept.of(world.playground.bot, ALICE) == {}
    assert "check-in: schedule at 19:00 every day, UTC; next 2026-03-24 19:00" in told["Choose a check-in"]["kept"]
    assert not any("tram" in one for said in told.values() for one in said["kept"]), "words are not kept"
    assert told["Go quiet, and be noticed"]["happened"].startswith("Kith wrote to Alice, Chandra and Dana, each alone.")
    assert any("Alice asked me to tell you" in str(line.message.text) for line in world.chat.lines)
    await guide.next()
    assert frame(guide)["ended"]


async def test_a_finished_tour_can_be_taken_again_in_the_same_community(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_world, guide):
        await guide.begin()
        await to_the_end_of(guide, TITLES[-1])
        await guide.next()
        assert frame(guide)["ended"]
        await guide.next()
        await guide.skip()
        await guide.leave()
    async with opened(tmp_path) as (world, guide):
        await guide.begin()
        assert frame(guide)["title"] == TITLES[0]
        told = {title: await to_the_end_of(guide, title) for title in TITLES}
        assert any(one.startswith("your pairs: The Porch buddy") for one in told["Meet a buddy"]["named"])
        assert told["Join a circle"]["named"] == ["circles: Sunday tea The Porch"]
        assert told["Be forgotten"]["named"] == ["Nothing any more."]
        assert await kept.of(world.playground.bot, ALICE) == {}


async def test_what_is_said_to_be_kept_is_what_my_data_hands_out(tour: tuple[World, Guide]) -> None:
    world, guide = tour
    await guide.begin()
    await to_the_end_of(guide, "Choose a check-in")
    known = await kept.of(world.playground.bot, ALICE)
    await world.act(ALICE, lambda: world.chat.write(ALICE, Channel(NAME, "direct-alice"), "my-data"))
    [file] = [one for one in world.chat.lines[-1].message.files if one.name.endswith(".json")]
    assert set(known) == {title for title, value in json.loads(file.content).items() if value}


async def test_a_press_of_the_visitors_own_moves_it_on_and_another_does_not(tour: tuple[World, Guide]) -> None:
    world, guide = tour
    await guide.begin()
    await to_the_end_of(guide, "Set up a community")
    await guide.next()
    assert frame(guide)["next"] == {"name": "Alice", "how": "writes", "words": "start"}
    chat, direct = world.chat, Channel(NAME, "direct-alice")
    await world.act(ALICE, lambda: chat.write(ALICE, direct, "help"))
    await guide.look()
    assert frame(guide)["next"]["words"] == "start"
    await world.act(ALICE, lambda: chat.write(ALICE, direct, "start"))
    await guide.look()
    assert frame(guide)["next"]["words"] == "a check-in"


async def test_left_and_taken_up_after_a_restart_in_the_middle(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_world, guide):
        await guide.begin()
        await to_the_end_of(guide, "Choose a check-in")
        await guide.next()
        await guide.next()
        before = frame(guide)
        await guide.leave()
        assert not frame(guide)["on"]
    async with opened(tmp_path) as (_world, guide):
        assert not frame(guide)["on"]
        await guide.begin()
        assert frame(guide) == before
        said = await to_the_end_of(guide, "Meet a buddy")
        assert any(one.startswith("your pairs: The Porch buddy") for one in said["kept"])


async def test_whoever_chose_something_else_is_told_so_and_can_go_on(tour: tuple[World, Guide]) -> None:
    world, guide = tour
    await guide.begin()
    await to_the_end_of(guide, "Set up a community")
    await guide.next()
    chat, direct = world.chat, Channel(NAME, "direct-alice")
    await world.act(ALICE, lambda: chat.write(ALICE, direct, "checkin on 19:00"))
    await guide.next()
    for _press in range(3):
        await guide.next()
    assert guide.frame is not None
    if guide.frame["lost"]:
        await guide.skip()
    assert frame(guide)["title"] in TITLES


async def test_nothing_is_said_of_what_was_played_but_did_not_come(tour: tuple[World, Guide]) -> None:
    """Dana would have been Alice's buddy, and is forgotten before Alice asks: however long it waits, nobody fits."""
    _world, guide = tour
    await guide.begin()
    await to_the_end_of(guide, "Choose a check-in")
    await guide.next()
    for deed in (writes(DANA, "forget-me"), *presses(DANA, "Delete everything")):
        assert await guide._do(deed)
    await guide.next()
    assert guide.frame is not None
    assert guide.frame["lost"]
    assert not {"about", "happened", "kept"} & guide.frame.keys()
    await guide.skip()
    assert frame(guide)["title"] == "Join a circle"


def test_the_guide_keeps_the_tone_too() -> None:
    played = [deed.says for step in STEPS for deed in step.deeds if isinstance(deed, Played)]
    said = [*played, *(words for step in STEPS for words in (step.title, step.about))]
    assert not [problem for words in said for problem in problems(words)]
    assert {step.beside for step in STEPS} >= {DANA}
