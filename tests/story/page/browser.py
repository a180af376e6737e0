"""A real browser in front of the playground's page: Debian's Chromium, driven by Playwright, without a network."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, async_playwright, expect

from bot.story.page.server import Server
from bot.story.page.world import World
from tests.prepared import prepared
from tests.story.page.chromium import FLAGS, chromium

NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
EVENING = datetime(2026, 12, 1, 18, 40, tzinfo=UTC)
PATIENCE = 20_000
"""Milliseconds."""
SERIOUS = ("serious", "critical")
WHOLE: dict[str, object] = {"resultTypes": ["violations"]}
COLOURS = WHOLE | {"runOnly": ["color-contrast"]}

expect.set_options(timeout=PATIENCE)


@asynccontextmanager
async def started() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, NOWHERE])
        try:
            yield browser
        finally:
            await browser.close()


class Seat:
    """One member's conversations on a page, used as whoever sits there uses them."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name
        self.region = page.get_by_role("region", name=name, exact=True)

    @property
    def lines(self) -> Locator:
        return self.region.locator(".line")

    @property
    def last(self) -> Locator:
        return self.lines.last

    def button(self, label: str) -> Locator:
        return self.last.get_by_role("button", name=label, exact=True)

    def tab(self, name: str | re.Pattern[str]) -> Locator:
        return self.region.get_by_role("tab", name=name)

    async def write(self, words: str) -> None:
        box = self.region.get_by_role("textbox", name=f"{self.name} writes")
        await box.fill(words)
        await box.press("Enter")

    async def press(self, *labels: str) -> None:
        """Each of what was said last, as soon as it is there."""
        for label in labels:
            await self.button(label).click()

    async def says(self, words: str) -> None:
        """Kith's last line has these words."""
        await expect(self.last).to_contain_text(words)


class Playing:
    """The playground served at one port, and pages that are open there."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._stack, self._served = AsyncExitStack(), AsyncExitStack()
        self.troubles: list[str] = []
        self.asked_for: set[str] = set()
        self._port = 0
        self.world: World
        self.server: Server

    async def serve(self) -> None:
        self.world = await self._served.enter_async_context(World.open(prepared(self._folder), EVENING))
        await self.world.go("still")
        self.server = Server(self.world, "127.0.0.1", self._port)
        await self._served.enter_async_context(self.server.serving())
        self._port = int(self.server.address.rstrip("/").rpartition(":")[2])

    async def stop(self) -> None:
        await self._served.aclose()

    async def close(self) -> None:
        await self._stack.aclose()
        await self._served.aclose()

    async def open(self, where: str = "", **how: Any) -> Page:
        """The page, in a browser of its own."""
        how = {"viewport": WIDE, "reduced_motion": "reduce"} | how
        context: BrowserContext = await self._browser.new_context(**how)
        self._stack.push_async_callback(context.close)
        context.on("request", lambda request: self.asked_for.add(request.url))
        page = await context.new_page()
        page.on("websocket", lambda socket: self.asked_for.add(socket.url))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self._hear(said.text))
        await page.goto(f"{self.server.address}{where}")
        await expect(page.get_by_role("region").first).to_be_visible()
        return page

    def _hear(self, said: str) -> None:
        if "WebSocket connection" not in said:  # while the playground is away
            self.troubles.append(said)

    def is_at_home(self) -> bool:
        """Whether nothing was asked for but at this one port."""
        ours = re.compile(rf"(http|ws|blob:http)://127\.0\.0\.1:{self._port}/")
        return all(ours.match(url) for url in self.asked_for)


async def looked_over(page: Page) -> list[str]:
    """What axe-core finds that keeps people out, by day and by night."""
    found = []
    for scheme, options in (("light", WHOLE), ("dark", COLOURS)):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        if not await page.evaluate("'axe' in window"):  # half a megabyte: once for each page
            await page.evaluate(Axe().axe_script)
        found += (await page.evaluate("(options) => axe.run(document, options)", options))["violations"]
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


async def settled(page: Page) -> None:
    """What was sent was drawn."""
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    await asyncio.sleep(0)
