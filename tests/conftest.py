"""What every test may ask for."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.log import OURS
from tests import late
from tests.beds.discord import FakeDiscord
from tests.beds.matrix.synapse import Synapse, shared
from tests.cast import UNGREETED, Playground
from tests.hosting import everybody
from tests.prepared import at_home, prepared
from tests.sockets import Sockets
from tests.story.page import chromium

SATURDAY_EVENING = datetime(2026, 3, 28, 17, 0, tzinfo=UTC)
"""18:00 in Berlin, on the night that the clocks go forward there."""

# How long an example takes says how busy the machine is.
settings.register_profile("any", database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("test", settings.get_profile("any"), derandomize=True)
settings.register_profile("search", settings.get_profile("any"), print_blob=True)  # scripts/soak examples
settings.load_profile("test")


LEFT_OUT = {
    "tests/hosting/test_owner.py": everybody.why_not,
    "tests/story/page/test_in_a_browser.py": chromium.why_not,
}
"""What is not collected where this computer has no way to run it, and why. Only here is it said in every run."""


def pytest_report_header() -> list[str]:
    return [f"{path} is left out: {why}" for path, why_not in LEFT_OUT.items() if (why := why_not())]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Sockets())


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that sets up its own log in this process leaves none of that to the next test."""
    levels = {name: logging.getLogger(name).level for name in ("", *OURS)}
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(autouse=True)
def _the_umask_of_a_shell() -> Iterator[None]:
    """``kith`` closes what it writes to others: a test finds what a shell has, whoever ran before it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def sockets() -> None:
    """Asked for by every fixture that opens a socket, so that its tests are not among the fast ones."""


@pytest.fixture(scope="session")
def synapse(sockets: None) -> Synapse:
    """One homeserver for the whole run; each test brings users of its own."""
    return shared()


@pytest.fixture
async def discord(sockets: None) -> AsyncIterator[FakeDiscord]:
    """A Discord with one server, for a Kith that runs as a process."""
    async with FakeDiscord() as running:
        running.add_guild()
        yield running


@pytest.fixture
async def ungreeted(tmp_path: Path) -> AsyncIterator[Playground]:
    """The same, where nobody is written to for being new."""
    async with at_home(tmp_path / "world", SATURDAY_EVENING, UNGREETED) as playground:
        yield playground
        assert await playground.bot.database.read(late.without_end) == []


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Playground]:
    """A small community with every feature of the bot: ``world.bot``, ``world.chat``, and ``world.wait`` for time."""
    async with at_home(tmp_path / "world", SATURDAY_EVENING) as playground:
        yield playground
        assert await playground.bot.database.read(late.without_end) == []


@pytest.fixture
async def on_threads(tmp_path: Path) -> AsyncIterator[Playground]:
    """``world`` with a database on threads of its own, as a host runs it."""
    async with Playground.open(prepared(tmp_path / "world"), SATURDAY_EVENING) as playground:
        yield playground
