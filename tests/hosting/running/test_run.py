"""Holds a run to what it says of itself: to systemd, in the log, on its page, and to `kith status`."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot import __version__
from bot.hosting.running.notifying import Systemd
from tests.beds.discord import FakeDiscord
from tests.beds.eventually import until
from tests.beds.process import configure, finished, started


class Supervisor:
    """What systemd is to a service: a socket, and the lines that came to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self._heard: list[str] = []

    @property
    def heard(self) -> list[str]:
        """Everything that came so far, a line each."""
        try:
            while True:
                self._heard += self._socket.recv(4096).decode().split("\n")
        except BlockingIOError:
            return self._heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "notify")
    yield made
    made.close()


async def test_systemd_hears_when_it_is_ready_alive_and_stopping(
    tmp_path: Path, discord: FakeDiscord, supervisor: Supervisor
) -> None:
    config = configure(tmp_path, discord)
    env = {"NOTIFY_SOCKET": str(supervisor.path), "WATCHDOG_USEC": "3000000"}
    async with started("run", "--config", config, env=env) as kith:
        assert await kith.line() == "ready: discord"
        await until(lambda: supervisor.heard.count("WATCHDOG=1") >= 2)
        assert "STOPPING=1" not in supervisor.heard
        await kith.end(signal.SIGTERM)
    heard = supervisor.heard
    assert heard.index("STATUS=connected to nothing yet; waiting for discord") < heard.index("READY=1")
    assert heard[heard.index("READY=1") + 1] == "STATUS=connected to discord"
    assert heard.index("READY=1") < heard.index("STOPPING=1")


async def test_the_watchdog_says_nothing_for_a_bot_that_is_stuck(supervisor: Supervisor) -> None:
    watching = Systemd({"NOTIFY_SOCKET": str(supervisor.path), "WATCHDOG_USEC": "30000"})
    well = True
    task = asyncio.create_task(watching.watchdog(lambda: well))
    await until(lambda: supervisor.heard.count("WATCHDOG=1") >= 2)
    well = False
    await asyncio.sleep(0.02)
    before = supervisor.heard.count("WATCHDOG=1")
    await asyncio.sleep(0.1)
    assert supervisor.heard.count("WATCHDOG=1") == before
    task.cancel()


def test_a_socket_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("well")
    Systemd({"NOTIFY_SOCKET": "@nobody-listens-here"}).stopping()


@pytest.mark.parametrize("env", [{}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}])
def test_nobody_watches_unless_systemd_says_so(env: dict[str, str]) -> None:
    assert Systemd(env).patience == 0


async def test_the_log_has_a_line_for_each_step_of_a_run(tmp_path: Path, discord: FakeDiscord) -> None:
    async with started("run", "--config", configure(tmp_path, discord)) as kith:
        await kith.line()
        ended = await kith.end(signal.SIGTERM)
    lines = [line.partition("running.run: ")[2] for line in ended.err.splitlines() if "running.run: " in line]
    version = f"Kith v{__version__}"
    assert re.fullmatch(
        rf"{re.escape(version)} starts \(schema \d+, tzdata-\d{{4}}[a-z], python-3\.\d+\.\d+\)", lines[0]
    )
    assert lines[1:] == [
        f"{version} is ready",
        f"{version} stops, and finishes what is under way",
        f"{version} has stopped",
    ]


async def test_the_page_says_how_it_is(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    port = free_port()
    config.write_text(config.read_text() + f"[metrics]\nport = {port}\n")
    async with started("run", "--config", config) as kith, aiohttp.ClientSession() as web:
        await kith.line()
        async with web.get(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.status == 200
            assert (await answer.json()).items() >= {"well": True, "connected": ["discord"], "missing": []}.items()
        async with web.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.content_type == "text/plain"
            text = await answer.text()
        assert 'kith_platform_connected{platform="discord"} 1.0' in text
        assert f'version="{__version__}"' in text
        async with web.get(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status == 404
        await kith.end(signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


async def test_status_says_whether_it_runs(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    nothing = "0 messages are planned, 0 are overdue, 0 wait in inboxes.\n"
    assert await finished("status", "--config", config) == (1, f"Kith is stopped.\n{nothing}", "")
    async with started("run", "--config", config) as kith:
        await kith.line()
        said = await finished("status", "--config", config)
        assert said.status == 0, said
        assert re.fullmatch(
            rf"Kith {re.escape(__version__)} runs since \S+, connected to discord\.\n{nothing}", said.out
        )
        fields = json.loads((await finished("status", "--json", "--config", config)).out)
        assert fields["connected"] == ["discord"]
        assert fields["process"] == kith.process.pid
        await kith.end(signal.SIGTERM)
    fields = json.loads((await finished("status", "--json", "--config", config)).out)
    assert (fields["running"], fields["well"], fields["connected"]) == (False, False, [])


async def test_a_killed_run_counts_as_stopped(tmp_path: Path, discord: FakeDiscord) -> None:
    config = configure(tmp_path, discord)
    async with started("run", "--config", config) as kith:
        await kith.line()
        await kith.end(signal.SIGKILL)
    assert (await finished("status", "--config", config)).out.startswith("Kith is stopped.\n")


async def test_the_content_is_read_anew_at_a_hangup_while_it_runs(tmp_path: Path, discord: FakeDiscord) -> None:
    async with started("run", "--config", configure(tmp_path, discord)) as kith:
        await kith.line()
        kith.process.send_signal(signal.SIGHUP)
        assert await kith.said("the content was read anew")
        ended = await kith.end(signal.SIGTERM)
    assert ended.status == 0


async def test_a_platform_that_was_lost_answers_again(tmp_path: Path, discord: FakeDiscord) -> None:
    async with started("run", "--config", configure(tmp_path, discord)) as kith:
        await kith.line()
        await discord.gateway.drop()
        await discord.gateway.ready()
        assert await kith.said("Discord answers again")
        await kith.end(signal.SIGTERM)
