"""Hostile strings, drawn for Discord, before three readers of its markdown that were not written here.

`live` counts what any of them takes for more than plain text in a person's words; `links_damaged` the links, given as
links, that one of them does not take for one link to the same address.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import time as stopwatch
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.adapters.discord.drawing import draw, split
from bot.errors import FatalError
from bot.messages import Member, Text, plain, who
from bot.words import links
from tests.engines.hostile import strings

NEEDS = "run parsers"
HERE = Path(__file__).parent
VENV = HERE.parents[1] / ".venv-parsers"
AT_ONCE = 2000

LINKS = (
    "https://meet.example/tea-and_talk*2",
    "https://meet.example/room?pwd=a.b,c&x=(1)#~part",
    "http://example.org:8443/a/b_c_d/",
    "https://video.example/j/123456789?pwd=Zm9v_YmFy.1",
    "https://de.example/wiki/Tee_(Getr%C3%A4nk)",
)


def main(argv: Sequence[str]) -> dict[str, int | float | str]:
    parser = argparse.ArgumentParser(prog="scripts/soak parsers", description=__doc__)
    parser.add_argument("--strings", type=int, default=5000, help="how many hostile strings")
    parser.add_argument("--seed", type=int, default=0, help="another choice of them")
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    hostile = list(strings(options.strings, options.seed))
    danger = found(hostile)
    damaged = damage(hostile[:: max(1, len(hostile) // 500)])
    return {
        "strings": len(hostile),
        "live": len(danger),
        "links_damaged": len(damaged),
        **{f"live {number}": what for number, what in enumerate(danger[:5], 1)},
        **{f"damaged {number}": what for number, what in enumerate(damaged[:5], 1)},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


def found(hostile: Sequence[str]) -> list[str]:
    """What is live in these words, wherever a sentence of ours sets them."""
    drawn = [piece for words in hostile for text in _said(words) for piece in split(draw(text))]
    return [f"{reader}: {kind} in {text!r}"[:300] for reader, text, kinds in read(drawn) for kind, _target in kinds]


def _said(words: str) -> list[Text]:
    return [
        plain(words),
        Text("You wrote: {words}. That is all.").format(words=words),
        Text("{who} says {words}\n{words}").format(who=who(Member("x", "1", words)), words=words),
    ]


def damage(hostile: Sequence[str]) -> list[str]:
    """The links that are harmed by these words around them."""
    given = {}
    for words in hostile:
        for url in LINKS:
            drawn = draw(Text("Place: {spot}").format(spot=links.whole(f"{words} {url} {words}")))
            if len(split(drawn)) == 1:
                given[drawn] = url, 1 + 2 * words.count(url)
    return [
        f"{reader}: {given[text][0]} in {text!r}"[:300]
        for reader, text, kinds in read(list(given))
        if [target for _kind, target in kinds].count(given[text][0]) != given[text][1]
    ]


def read(texts: Sequence[str]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """What each reader takes each text for. Raises FatalError where they are not installed."""
    node = shutil.which("node")
    if node is None or not (VENV / "node_modules").exists():
        raise FatalError("the three readers come from npm: install Node.js with npm, then run `scripts/setup parsers`.")
    command, around = [node, str(HERE / "_parsers.cjs")], {**os.environ, "NODE_PATH": str(VENV / "node_modules")}
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start:][:AT_ONCE]
        done = subprocess.run(command, input=json.dumps(some), env=around, capture_output=True, text=True, check=True)
        for reader, answers in json.loads(done.stdout).items():
            yield from ((reader, text, kinds) for text, kinds in zip(some, answers, strict=True))
