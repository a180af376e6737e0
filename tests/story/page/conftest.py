"""Tests in a browser are there where a browser is, and whoever runs the others is told (`tests/conftest.py`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.story.page.browser import Playing, started
from tests.story.page.chromium import why_not

collect_ignore = ["test_in_a_browser.py", "test_tour_in_a_browser.py"] if why_not() else []


@pytest.fixture(scope="session")
async def browser(sockets: None) -> AsyncIterator[Browser]:
    """One for the whole run; each page has a context of its own."""
    async with started() as running:
        yield running


@pytest.fixture
async def playing(browser: Browser, tmp_path: Path) -> AsyncIterator[Playing]:
    served = Playing(browser, tmp_path / "world")
    await served.serve()
    try:
        yield served
    finally:
        await served.close()
    assert served.troubles == []
    assert served.is_at_home(), served.asked_for
