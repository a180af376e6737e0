"""A member's calendar at a private address: over a real socket, for whoever has it, and for nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import icalendar
import pytest

from bot.errors import FatalError
from bot.hosting.config import CalendarConfig
from bot.hosting.feeds import Feeds
from tests.cast import ALICE, CHANDRA, Playground, labels
from tests.cogs.circles.cast import join, press, published, tick

ADDRESS = "https://kith.example.org/calendar"


@asynccontextmanager
async def serving(world: Playground) -> AsyncIterator[str]:
    """The port is open; what is yielded is where it is found from this machine."""
    world.bot.core.settings = replace(world.bot.core.settings, calendar=ADDRESS)
    feeds = Feeds(world.bot.registry, CalendarConfig(address=ADDRESS, port=0))
    task = asyncio.create_task(feeds.serve())
    await feeds.listener.listening.wait()
    try:
        yield f"http://127.0.0.1:{feeds.listener.port}"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def address(world: Playground, line: str = "circle calendar") -> str:
    """Chandra's, as the bot says it; the path of it."""
    said = await world.chat.say(CHANDRA, line)
    if line == "circle calendar":
        said = await press(world, CHANDRA, said, "An address that follows changes")
    [found] = [part for part in str(said.text).split() if part.startswith(ADDRESS)]
    return found.removeprefix(ADDRESS)


async def get(url: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.read(), response.headers


async def joined(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)


def starts(content: bytes) -> list[datetime]:
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return sorted(event.decoded("dtstart").astimezone(UTC) for event in events if event["STATUS"] != "CANCELLED")


@pytest.mark.sockets
async def test_a_calendar_takes_it_in_and_follows_what_the_host_moves(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        path = await address(world)
        status, content, headers = await get(port + path)
        assert status == 200
        assert headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert starts(content)[0] == datetime(2026, 4, 2, 17, tzinfo=UTC)
        assert len(starts(content)) == 8
        screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), "Evening circle")
        await press(world, ALICE, screen, "Move 1")
        await press(world, ALICE, await world.chat.say(ALICE, "saturday 15:00"), "Move it")
        assert starts((await get(port + path))[1])[0] == datetime(2026, 4, 4, 13, tzinfo=UTC)


@pytest.mark.sockets
async def test_nothing_but_titles_and_times_stands_there(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        _status, content, headers = await get(port + await address(world))
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    names = {name for event in events for name in event}
    assert names == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY"}
    assert {str(event["SUMMARY"]) for event in events} == {"Evening circle"}
    for hidden in (b"Alice", b"Bob", b"Chandra", b"Porch"):
        assert hidden not in content
    assert headers["Cache-Control"] == "private, max-age=900"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "aiohttp" not in headers["Server"]


@pytest.mark.sockets
async def test_what_has_not_changed_is_not_sent_again(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        path = await address(world)
        tag = (await get(port + path))[2]["ETag"]
        world.now = world.now.replace(minute=59)
        status, content, _headers = await get(port + path, **{"If-None-Match": tag})
        assert (status, content) == (304, b"")


@pytest.mark.sockets
async def test_another_address_ends_the_one_before_and_off_ends_it_for_good(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        first = await address(world)
        second = await address(world, "circle calendar new")
        assert second != first
        assert (await get(port + first))[0] == 404
        assert (await get(port + second))[0] == 200
        assert "leads nowhere any more" in (await world.chat.say(CHANDRA, "circle calendar off")).text
        assert (await get(port + second))[0] == 404
        third = await address(world)
        assert third not in (first, second), "no address comes back"


@pytest.mark.sockets
async def test_the_address_stays_the_same_until_it_is_changed(world: Playground) -> None:
    await joined(world)
    async with serving(world):
        assert await address(world) == await address(world)


@pytest.mark.sockets
async def test_forgetting_ends_it_and_my_data_shows_it(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        path = await address(world)
        files = {file.name: file.content.decode() for file in (await world.chat.say(CHANDRA, "my-data")).files}
        assert "a private address of your calendar" in files["my-data.json"]
        await world.chat.say(CHANDRA, "forget-me")
        await world.chat.say(CHANDRA, "delete everything")
        assert (await get(port + path))[0] == 404


@pytest.mark.sockets
async def test_a_circle_that_was_left_is_not_in_it(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        path = await address(world)
        await press(world, CHANDRA, await world.chat.say(CHANDRA, "circle leave"), "Evening circle")
        await tick(world)
        assert starts((await get(port + path))[1]) == []


@pytest.mark.sockets
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/.ics",
        "/1.ics",
        "/1-" + "0" * 32 + ".ics",
        "/2-" + "0" * 32 + ".ics",
        "/1-" + "0" * 31 + ".ics",
        "/" + "9" * 400 + "-" + "0" * 32 + ".ics",
        "/1-%00.ics",
        "/..%2f..%2fkith.db",
        "/1-" + "\u0665" * 32 + ".ics",
    ],
)
async def test_whatever_else_is_asked_for_is_not_found(world: Playground, path: str) -> None:
    await joined(world)
    async with serving(world) as port:
        await address(world)
        status, content, _headers = await get(port + path)
        assert (status, content) == (404, b"")


@pytest.mark.sockets
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_it_only_reads(world: Playground, method: str) -> None:
    await joined(world)
    async with serving(world) as port:
        path = await address(world)
        async with aiohttp.ClientSession() as session, session.request(method, port + path) as response:
            assert response.status == 405


@pytest.mark.sockets
async def test_a_whole_address_of_one_digit_changed_is_not_found(world: Playground) -> None:
    await joined(world)
    async with serving(world) as port:
        path = await address(world)
        at = path.rindex("-") + 1
        changed = path[:at] + ("0" if path[at] != "0" else "1") + path[at + 1 :]
        assert (await get(port + changed))[0] == 404


async def test_where_the_host_opened_no_port_there_is_the_file_alone(world: Playground) -> None:
    await joined(world)
    said = await world.chat.say(CHANDRA, "circle calendar")
    assert len(said.files) == 1
    assert labels(said) == []
    assert "no calendar addresses here" in (await world.chat.say(CHANDRA, "circle calendar new")).text


@pytest.mark.sockets
async def test_a_port_that_is_taken_is_told_to_the_host_in_one_sentence(world: Playground) -> None:
    async with serving(world) as port:
        taken = int(port.rpartition(":")[2])
        with pytest.raises(FatalError, match=r"Set `calendar\.port` to a free one"):
            await Feeds(world.bot.registry, CalendarConfig(address=ADDRESS, port=taken)).serve()


async def test_a_mistyped_word_says_what_there_is(world: Playground) -> None:
    await joined(world)
    assert "`circle calendar new` another address" in (await world.chat.say(CHANDRA, "circle calendar nwe")).text
