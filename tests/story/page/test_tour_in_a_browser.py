"""Takes the guided minutes as somebody on a phone does, by keys alone: with Kith behind the page, and recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page, expect

from bot.story.tour.__main__ import PAGE
from bot.story.tour.steps import STEPS
from tests.story.page.browser import PHONE, WIDE, Playing, looked_over

pytestmark = pytest.mark.xdist_group("browser")  # one process starts one


def title(page: Page) -> Locator:
    return page.locator("#tour-title")


async def begin(page: Page) -> None:
    await page.get_by_role("button", name="Five guided minutes").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#tour .primary")).to_be_focused()


async def go_on(page: Page) -> str:
    """Press Enter where the focus is, and wait for what comes of it. Returns what is told then."""
    before = await page.locator("#tour").inner_text()
    await expect(page.locator("#tour .primary")).not_to_have_attribute("aria-disabled", "true")
    await expect(page.locator("#tour .primary")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#tour")).not_to_have_text(before, use_inner_text=True)
    return await page.locator("#tour").inner_text()


async def test_two_steps_on_a_phone_by_keys_alone_with_a_restart_between_them(playing: Playing) -> None:
    page = await playing.open(viewport=PHONE)
    await begin(page)
    while "WHAT HAPPENED" not in (await go_on(page)).upper():
        pass
    assert "communities: The Porch" in await page.locator("#tour").inner_text()
    await playing.stop()
    await playing.serve()
    await expect(page.locator("#status")).to_have_text("")
    await go_on(page)
    await expect(title(page)).to_have_text("2 of 7: Choose a check-in")
    await expect(page.get_by_role("region", name="Alice", exact=True)).to_be_visible()
    await go_on(page)
    await page.get_by_role("button", name="a check-in", exact=True).click()  # the visitor's own press counts as well
    await expect(page.locator("#tour .primary")).to_have_text("Alice presses “Yes”")
    assert await looked_over(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.get_by_role("button", name="Leave the tour").click()
    await expect(page.get_by_role("button", name="Five guided minutes")).to_be_focused()


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where a community's own site has the file."""

    async def handed_out(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)

    application = web.Application()
    application.router.add_get("/tour.html", handed_out)
    async with TestServer(application) as server:
        yield str(server.make_url("/tour.html"))


async def test_beside_the_visitor_stands_whoever_is_the_other_side(browser: Browser, address: str) -> None:
    context = await browser.new_context(viewport=WIDE)
    page = await context.new_page()
    await page.goto(address)
    await begin(page)
    while STEPS[2].title not in await title(page).inner_text():
        await go_on(page)
    for name in ("Alice", "Dana"):
        await expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    await expect(page.get_by_role("region", name="Mo", exact=True)).to_be_hidden()
    await context.close()


async def test_the_recorded_tour_goes_to_its_end_and_asks_nobody(browser: Browser, address: str) -> None:
    how: dict[str, Any] = {"viewport": PHONE, "reduced_motion": "reduce"}
    context = await browser.new_context(**how)
    asked, troubles = list[str](), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    page = await context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text))
    await page.goto(address)
    await begin(page)
    for step in STEPS:
        while step.title not in await title(page).inner_text() or "WHAT HAPPENED" not in (await go_on(page)).upper():
            pass
        if step is STEPS[2]:
            alice = page.get_by_role("region", name="Alice", exact=True)
            await expect(alice.get_by_text("Company or a goal?")).to_be_hidden()
            await alice.get_by_role("button", name="Lines in between").nth(-2).press("Enter")
            await expect(alice.get_by_text("Company or a goal?")).to_be_visible()
            assert await looked_over(page) == []
            await page.reload()
            await expect(title(page)).to_contain_text(step.title)
            await page.locator("#tour .primary").focus()
        if step is not STEPS[-1]:
            await go_on(page)
    assert "Nothing any more." in await page.locator("#tour").inner_text()
    assert "“Five guided minutes” begins this tour again." in await go_on(page)
    await page.keyboard.press("Enter")
    await begin(page)
    await expect(title(page)).to_have_text("1 of 7: Set up a community")
    await expect(page.get_by_role("region", name="Mo", exact=True)).to_be_visible()
    assert asked == [address] * 2
    assert troubles == []
    await context.close()
