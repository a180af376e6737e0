"""The tour as one page without a server: recorded from the real core, with all it needs in itself, asking nobody.

What a page is told after each press is kept as it was sent; the page's own drawing draws it. Ids that differ from run
to run are put in order, so that the same core makes the same file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.story.page.seats import Seats
from bot.story.page.server import FILES, content_of
from bot.story.page.visit import Visit
from bot.story.page.world import World
from bot.story.tour.guide import Guide

EVENING = datetime(2026, 3, 23, 18, 40, tzinfo=UTC)
"""A Monday."""
MOST_PRESSES = 200
SHOWN = "Recorded from Kith itself: what it says here is what it says."
END = "scripts/play opens the same page with Kith behind it. “Five guided minutes” begins this tour again."
HIDDEN = "#turns, #ways, .write, .more, .files { display: none !important; }"
SCRIPTS = ("/page.js", "/tour.js", "recorded.js")

Frames = list[dict[str, Any]]


async def record(world: World) -> list[Frames]:
    """What a page is told when it is opened, then after each press of the tour."""
    seats, guide = Seats(world.folder, world.people), Guide(world)
    told: list[Frames] = [[]]

    async def send(frame: str) -> None:
        told[-1].append(json.loads(frame))

    async def close() -> None:
        raise AssertionError("the recording reads all it is told")

    visit = Visit(world, seats, guide, send, close)
    world.heard, world.moved, world.turned = visit.tell_line, visit.tell_places, visit.tell_clock
    guide.changed = visit.tell_tour
    async with visit.going_on():
        await world.go("still")
        await visit.take({"do": "enter"}, may_enter=lambda _token: True)
        for secret in seats.members:
            await visit.take({"do": "open", "secret": secret}, may_enter=lambda _token: True)
        await visit.all_told()
        for how in ("begin", *["next"] * MOST_PRESSES):
            told.append([])
            await visit.take({"do": "tour", "how": how}, may_enter=lambda _token: True)
            await visit.all_told()
            if guide.frame is not None and guide.frame.get("ended"):
                told[-1][-1]["about"] = END
                break
    ids = {secret: member.id for secret, member in seats.members.items()}
    ids |= {key: f"place-{number}" for number, key in enumerate(world.chat.titles, 1)}
    return [[_in_order(frame, ids) for frame in _latest(frames)] for frames in told]


def _latest(frames: Frames) -> Frames:
    """Of what a clock showed one after the other only the last is seen."""
    clocks = [frame for frame in frames if frame["is"] == "clock"]
    return [frame for frame in frames if frame["is"] != "clock" or frame is clocks[-1]]


def _in_order(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        drawn = {name: _in_order(inner, ids) for name, inner in value.items()}
        if "choices" in drawn and "said" in drawn:  # of a line, not of a question in a form
            drawn["choices"] = [[label, label, style] for label, _id, style in drawn["choices"]]
        return drawn | ({"form": "form"} if "form" in drawn else {})
    if isinstance(value, list):
        return [_in_order(one, ids) for one in value]
    return ids.get(value, value) if isinstance(value, str) else value


def page(recording: list[Frames]) -> str:
    """The file. Nothing in it runs or styles but what stands in it now, and nothing can be asked of anybody."""
    style = f"{_text('/page.css')}\n{HIDDEN}"
    script = "\n".join(_text(name) for name in SCRIPTS)
    data = json.dumps(recording, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    head, _links, rest = _text("/").partition('<link rel="icon"')
    body = rest[rest.index("</head>") :].replace("A small community, on this computer only.", SHOWN)
    body = body.replace(" <code>scripts/play --terminal</code> does without.", "")
    tail = f'<script type="application/json" id="recording">{data}</script>\n<script>{script}</script>\n</body>'
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    return head + meta + f"<style>{style}</style>\n" + body.replace("</body>", tail)


def _text(name: str) -> str:
    return content_of(FILES[name][0] if name in FILES else name).decode()


def _hash(words: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()}'"


async def made() -> str:
    with tempfile.TemporaryDirectory(prefix="kith-") as folder:
        async with World.open(Path(folder), EVENING) as world:
            return page(await record(world))
