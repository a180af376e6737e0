"""The tour without a server: it is what the core says now, small, asks nobody, and words in it stay words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.adapters.local import NAME
from bot.messages import Member, Place
from bot.story.page.server import FILES, content_of
from bot.story.page.world import World
from bot.story.playground import BOB, MO, ROOM
from bot.story.tour import recording
from bot.story.tour.__main__ import PAGE
from bot.story.tour.recording import EVENING, SCRIPTS
from tests.engines.on_the_spot import on_the_spot
from tests.prepared import prepared

LARGEST = 300_000
WORDS_A_MINUTE, SECONDS_A_PRESS, LONGEST = 220, 2, 330
HEADINGS = ("What happened", "Kept about Alice")
HOSTILE = '</script><img src=x onerror="alert(1)">'


async def test_the_file_is_what_the_core_says_now(tmp_path: Path) -> None:
    """If not: `scripts/demo` records it again; read what changed before you commit it."""
    with on_the_spot():
        async with World.open(prepared(tmp_path), EVENING) as world:
            made = recording.page(await recording.record(world))
    assert made == PAGE.read_text(encoding="utf-8")
    assert len(made.encode()) < LARGEST


def test_it_asks_nobody_for_anything() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href|action)=["']?[^"'\s>]+|https?://[^\s"'<]+|@import|url\(""", _markup(page)) == []
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_hostile_words_end_no_script_and_begin_no_element() -> None:
    page = recording.page([[{"is": "line", "line": {"said": [HOSTILE], "name": HOSTILE}}]])
    assert page.count("</script>") == 2
    assert HOSTILE not in page


def _markup(page: str) -> str:
    """Without what is recorded, and the scripts, which the policy binds."""
    return re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_every_script_it_runs_is_named_by_its_hash() -> None:
    page = PAGE.read_text(encoding="utf-8")
    [script] = re.findall(r"<script>(.*?)</script>", page, re.S)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.S)
    assert recording._hash(script) in page
    assert recording._hash(style) in page


# -- how long it takes -------------------------------------------------------------------------------------------------


def read_by(pressed: list[dict[str, Any]], folded: list[list[int]]) -> Iterator[str]:
    """What stands before the visitor's eyes after a press: the tour's own sentences, and Kith's in their chat."""
    tour = [frame for frame in pressed if frame["is"] == "tour"][-1]
    if "happened" in tour:
        yield from (*HEADINGS, tour["happened"], *tour["named"])
    elif tour.get("ended"):
        yield tour["about"]
    else:
        yield from (tour["title"], *tour["about"])
    for line in (frame["line"] for frame in pressed if frame["is"] == "line" and frame["of"] == tour.get("who")):
        if line["in"].startswith("direct-") and "by" not in line and not is_folded(line["n"], folded):
            yield "".join(span if isinstance(span, str) else span[1] for span in line["said"])


def is_folded(number: int, folded: list[list[int]]) -> bool:
    return any(first <= number <= last for first, last in folded)


def recorded() -> list[list[dict[str, Any]]]:
    [told] = re.findall(r'id="recording">(.*?)</script>', PAGE.read_text(encoding="utf-8"), re.S)
    frames: list[list[dict[str, Any]]] = json.loads(told)
    return frames


def test_it_is_read_in_full_and_pressed_through_in_five_minutes_and_a_half() -> None:
    _opened, *pressed = recorded()
    folded = pressed[-1][-1]["folded"]
    said: list[str] = []
    for frames in pressed:
        said += [words for words in read_by(frames, folded) if words not in said[-4:]]
    words = sum(len(one.split()) for one in said)
    assert words / WORDS_A_MINUTE * 60 + SECONDS_A_PRESS * len(pressed) <= LONGEST, (words, len(pressed))


def test_what_is_folded_holds_nothing_that_is_to_be_pressed_next() -> None:
    _opened, *pressed = recorded()
    folded = pressed[-1][-1]["folded"]
    shown: list[dict[str, Any]] = []
    for frames in pressed:
        shown += [
            frame["line"] for frame in frames if frame["is"] == "line" and not is_folded(frame["line"]["n"], folded)
        ]
        if (following := frames[-1].get("next")) and following["how"] == "presses":
            assert any(following["words"] == label for line in shown for label, *_ in line.get("choices", ()))


# -- hostile -----------------------------------------------------------------------------------------------------------


async def test_hostile_names_stay_words_from_the_core_to_the_file(tmp_path: Path) -> None:
    with on_the_spot():
        async with World.open(prepared(tmp_path), EVENING) as world:
            chat = world.chat
            chat.rooms[ROOM.id].place = Place(NAME, ROOM.id, HOSTILE)
            for member in (BOB, MO):
                chat.join(Member(NAME, member.id, HOSTILE), ROOM, moderator=member == MO)
            told = await recording.record(world)
    tours = [frame for frames in told for frame in frames if frame["is"] == "tour"]
    assert any(HOSTILE in str(frame.get("happened")) for frame in tours)
    assert any(f"communities: {HOSTILE}" in frame.get("kept", ()) for frame in tours)
    assert any(frame["line"].get("name") == HOSTILE for frames in told for frame in frames if frame["is"] == "line")
    page = recording.page(told)
    assert page.count("</script>") == 2
    assert "<img" not in page
    [data] = re.findall(r'id="recording">(.*?)</script>', page, re.S)
    assert json.loads(data) == told


def test_nothing_that_draws_the_tour_makes_markup_of_words() -> None:
    for name in SCRIPTS:
        script = content_of(FILES[name][0] if name in FILES else name).decode()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\b|DOMParser", script
        )
