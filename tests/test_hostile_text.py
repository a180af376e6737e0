"""Whatever a member types, as name or as words: on no platform does it ping, link or format, and nothing breaks.

``KITH_FUZZ=100000`` tries as many strings and requests as that; by default a few thousand, within seconds.
`scripts/soak fuzz` is the same with a bar.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from bot.adapters.discord.drawing import draw
from bot.adapters.matrix.content import contents
from bot.messages import Message, Text
from tests.cast import Playground
from tests.engines import fuzz, harmless
from tests.engines.harmless import PILL, READING, discord_dangers, live, read
from tests.engines.hostile import PIECES, strings

COUNT = int(os.environ.get("KITH_FUZZ", "1500"))
REQUESTS = int(os.environ.get("KITH_FUZZ", "600"))


# -- what goes out ----------------------------------------------------------------------------------------------------


def test_along_every_path_words_are_only_words() -> None:
    for words in strings(COUNT):
        assert live(words) == [], repr(words)


def test_words_torn_in_two_do_nothing_together() -> None:
    chance = random.Random(9)
    for words in strings(COUNT, seed=10):
        cut = chance.randrange(len(words) + 1)
        torn = Text("{a}{b}").format(a=words[:cut], b=words[cut:])
        assert discord_dangers(draw(torn)) == [], (words[:cut], words[cut:])
        for content in contents(Message(torn), READING):
            assert PILL.search(content["body"]) is None, (words[:cut], words[cut:])


def test_two_people_whose_words_stand_side_by_side_do_nothing_together() -> None:
    for one, two in zip(strings(COUNT, seed=14), strings(COUNT, seed=15), strict=True):
        both = Text("{one} and {two}").format(one=one, two=two)
        assert discord_dangers(draw(both)) == [], (one, two)


@pytest.mark.parametrize(
    "piece", ["@everyone", "<@12>", "<@&12>", "</a:1>", "https://x.y", "**a**", "# a", "[a](b)", "- a", "1. a"]
)
def test_what_discord_obeys_is_recognised_when_it_is_not_escaped(piece: str) -> None:
    assert discord_dangers(piece)


@pytest.mark.parametrize("piece", ["@a:b.test", "https://x.y", "www.x", "evil.example", "#r:b", "matrix.to/x", "@room"])
def test_what_matrix_apps_obey_is_recognised_when_it_is_not_broken(piece: str) -> None:
    assert PILL.search(piece)


def test_what_is_no_word_is_recognised_in_html() -> None:
    assert read("<b>a</b><!-- b --><a href='x'>c</a>").found == ["b", "comment", "a with [('href', 'x')]"]


DEAF = {
    "Discord: a mass ping": ("bot.adapters.discord.drawing.escape", lambda words: words),
    "Matrix: a link or a pill": ("bot.adapters.matrix.content.harmless", lambda words: words),
    "Matrix: b": ("bot.adapters.matrix.content._lines", lambda words: words),
    "terminal: a control sequence": ("bot.adapters.local.drawing.harmless", lambda words: words),
}


@pytest.mark.parametrize("danger", DEAF)
def test_an_adapter_that_forgets_its_part_is_noticed(danger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*DEAF[danger])
    assert danger in {found for words in PIECES for found in live(words)}


# -- what comes in ----------------------------------------------------------------------------------------------------


@pytest.fixture
def failures() -> Iterator[list[str]]:
    with fuzz.noticed() as records:
        yield records


async def test_no_line_that_is_typed_is_a_failure(world: Playground, failures: list[str]) -> None:
    await fuzz.settle(world)
    async for line in fuzz.lines(world, REQUESTS):
        assert failures == [], repr(line)


async def test_no_button_id_is_a_failure(world: Playground, failures: list[str]) -> None:
    await fuzz.settle(world)
    async for id_ in fuzz.button_ids(world, REQUESTS):
        assert failures == [], repr(id_)


async def test_nobodys_name_is_a_failure_or_a_line_of_its_own(world: Playground, failures: list[str]) -> None:
    async for words in fuzz.names(world, REQUESTS // 4):
        assert failures == [], repr(words)


async def test_what_breaks_is_noticed(world: Playground, failures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise ValueError

    await fuzz.settle(world)
    monkeypatch.setattr("storage.members.members.profile", broken)
    async for _line in fuzz.lines(world, 20):
        pass
    assert any("ValueError" in record for record in failures)


def test_every_piece_is_tried_alone() -> None:
    assert list(strings(len(PIECES))) == list(PIECES)
    assert list(strings(300)) == list(strings(300))
    assert [piece for piece in PIECES if discord_dangers(piece)], "the corpus holds what it is a corpus of"
    assert len(list(harmless.said("x"))) > 5
