"""The story: it ends well, reads the same every time, and docs/story.md shows a true part of it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.story import tell
from bot.story.stage import Result
from tests.tone import problems

pytestmark = pytest.mark.xdist_group("story")  # one process makes what all of these read

PAGE = Path(__file__).parents[2] / "docs/story.md"


@pytest.fixture(scope="module")
async def told() -> tuple[str, Result]:
    out = io.StringIO()
    result = await tell(out)
    return out.getvalue(), result


async def test_it_ends_with_its_count(told: tuple[str, Result]) -> None:
    text, result = told
    last = text.rstrip().splitlines()[-1]
    assert last == f"story: {result.prompts} prompts, {result.answers} answers, 0 lost, 0 repeated"
    assert result.prompts > 10
    assert result.answers > 3


async def test_it_is_told_the_same_way_again(told: tuple[str, Result]) -> None:
    out = io.StringIO()
    await tell(out)
    assert out.getvalue() == told[0]


async def test_the_page_shows_a_part_of_it(told: tuple[str, Result]) -> None:
    _before, _mark, rest = PAGE.read_text(encoding="utf-8").partition("<!-- story -->\n```text\n")
    shown, _mark, _after = rest.partition("```\n<!-- end of story -->")
    assert shown.strip()
    for scene in shown.split("\n[...]\n"):
        assert scene.strip() in told[0], f"the story no longer says:\n{scene}"


async def test_the_narrator_keeps_the_tone_too(told: tuple[str, Result]) -> None:
    narrated = [line for line in told[0].splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert narrated
    assert not [problem for line in narrated for problem in problems(line)]
