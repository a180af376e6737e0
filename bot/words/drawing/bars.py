"""The process that draws: sentences as JSON on standard input, a picture as PNG on standard output. Run as a file.

Every word is drawn as it stands: nothing in it is read as a formula, a colour or a name of a file.
"""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from textwrap import wrap
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import FancyBboxPatch, Rectangle
from PIL import Image

matplotlib.use("agg")

WIDTH, SCALE = 390, 2
"""Of a small phone, and pixels for each of its points: letters stay sharp where it is drawn that wide."""
MARGIN, LINE, BAR, GAP = 22, 20, 12, 24
LETTERS, WORDS, SMALL, TITLE = "DejaVu Sans", 13.0, 11.0, 17.0
A_LINE, A_SMALL_LINE, A_TITLE = 47, 56, 32
"""Letters that fit one line."""
PAPER, INK, QUIET = "#fbfaf7", "#22272e", "#5b6470"
DARK, STRIPED, LIGHT = INKS = "#22577a", "#8aa9bd", "#e3e8ec"
"""One hue in three lightnesses: told apart without seeing colours, and by the stripes in print."""
CHARACTERS = frozenset(get_font(findfont(FontProperties(family=LETTERS))).get_charmap())
TURNED = frozenset({"R", "AL", "AN"})
"""Letters that run from right to left: this program would set them in the wrong order."""


def can_draw(words: str) -> bool:
    return all(
        letter == " "
        or (
            ord(letter) in CHARACTERS
            and letter.isprintable()
            and not unicodedata.combining(letter)
            and unicodedata.bidirectional(letter) not in TURNED
        )
        for letter in words
    )


def draw(asked: dict[str, Any]) -> bytes | None:
    """None where a sentence has letters that cannot be drawn; a name that cannot is left out."""
    title = asked["title"] if can_draw(asked["title"]) else ""
    if not all(can_draw(bar["words"]) for bar in asked["bars"]) or not can_draw("".join(asked["keys"]) + asked["foot"]):
        return None
    lines = wrap(title, A_TITLE)[:2]
    told = [wrap(bar["words"], A_LINE) for bar in asked["bars"]]
    keys = [key for key in zip(INKS, asked["keys"], strict=True) if key[1]]
    foot = wrap(asked["foot"], A_SMALL_LINE)
    height = 2 * MARGIN + len(lines) * 24 + (14 if lines else 0)
    height += sum(len(words) * LINE + 6 + BAR + GAP for words in told) + len(keys) * 18 + 4 + len(foot) * 16
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72 * SCALE, facecolor="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(height, 0))
    axes.axis("off")
    _card(axes, height)
    top = MARGIN + _words(axes, lines, MARGIN, 24, TITLE, INK, "bold") + (14 if lines else 0)
    for bar, words in zip(asked["bars"], told, strict=True):
        top += _words(axes, words, top, LINE, WORDS, INK) + 6
        _bar(axes, top, bar["dark"], bar["striped"])
        top += BAR + GAP
    for ink, key in keys:
        axes.add_patch(_piece(MARGIN, top + 1, 20, ink))
        axes.text(MARGIN + 28, top, key, size=SMALL, color=QUIET, family=LETTERS, va="top", parse_math=False)
        top += 18
    _words(axes, foot, top + 4, 16, SMALL, QUIET)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", facecolor="none")
    small = io.BytesIO()  # few colours are enough, and a phone's connection has a fifth of the bytes to load
    Image.open(drawn).quantize(64, Image.Quantize.FASTOCTREE).save(small, "png", optimize=True)
    return small.getvalue()


def _card(axes: Axes, height: float) -> None:
    """Paper with round corners, so that it sits in a light chat and in a dark one."""
    shape = FancyBboxPatch(
        (8, 8), WIDTH - 16, height - 16, boxstyle="round,pad=8,rounding_size=14", fc=PAPER, ec="none"
    )
    axes.add_patch(shape)


def _words(
    axes: Axes, lines: list[str], top: float, step: float, size: float, ink: str, weight: str = "normal"
) -> float:
    for number, line in enumerate(lines):
        axes.text(
            MARGIN,
            top + number * step,
            line,
            size=size,
            color=ink,
            weight=weight,
            family=LETTERS,
            va="top",
            parse_math=False,
        )
    return len(lines) * step


def _bar(axes: Axes, top: float, dark: int, striped: int) -> None:
    whole = WIDTH - 2 * MARGIN
    ends = (0, dark, dark + striped, 100)
    for number, ink in enumerate(INKS):
        left, width = ends[number], ends[number + 1] - ends[number]
        if width > 0:
            axes.add_patch(_piece(MARGIN + whole * left / 100, top, whole * width / 100, ink))
    axes.add_patch(Rectangle((MARGIN, top), whole, BAR, fc="none", ec=QUIET, lw=0.8))


def _piece(left: float, top: float, width: float, ink: str) -> Rectangle:
    if ink == STRIPED:
        return Rectangle((left, top), width, BAR, fc=ink, ec=PAPER, lw=0.8, hatch="/////")
    return Rectangle((left, top), width, BAR, fc=ink, ec=QUIET if ink == LIGHT else ink, lw=0.8)


if __name__ == "__main__":
    found = draw(json.load(sys.stdin.buffer))
    sys.stdout.buffer.write(found or b"")
