"""The picture for moderators: sentences and bars, drawn by a process that knows nothing else."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from bot.words.drawing import Bar, Drawing, bars

KEYS = ("what the sentence names", "not known", "the rest")
FOOT = "Rounded to 5."
TOLD = (Bar("Of about 25 people, about 10 had tea.", 40, 20), Bar("Of about 20 cups, about 10 were green.", 50))
HOSTILE = r"$\frac{x$ ^_{}\n %s <script>alert(1)</script> #ff0000 file:///etc/passwd"


def asked(title: str, words: str = TOLD[0].words) -> dict[str, object]:
    return {"title": title, "bars": [{"words": words, "dark": 40, "striped": 20}], "keys": KEYS, "foot": FOOT}


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


async def test_it_is_as_wide_as_a_phone_and_small_and_drawn_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    drawing = Drawing()
    png = await drawing.draw("Willow House", TOLD, KEYS, FOOT)
    assert png is not None
    assert size(png)[0] == 2 * 390
    assert len(png) < 40_000
    assert await drawing.draw("Willow House", TOLD, KEYS, FOOT) is png
    assert os.listdir(tmp_path) == [], "nothing of it stays on disk"


async def test_where_nothing_can_draw_there_is_no_picture() -> None:
    assert await Drawing(library="no_such_library").draw("", TOLD, KEYS, FOOT) is None


async def test_what_takes_too_long_is_given_up() -> None:
    assert await Drawing(patience=0.01).draw("", TOLD, KEYS, FOOT) is None


def test_nothing_of_it_is_loaded_with_kith() -> None:
    program = "import sys, cogs, bot.words.drawing; sys.exit('matplotlib' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("name", [HOSTILE, "Home", "x" * 5000, ""])
def test_a_name_is_drawn_as_it_stands(name: str) -> None:
    drawn = bars.draw(asked(name))
    assert drawn is not None
    assert size(drawn)[0] == 2 * 390
    assert size(drawn)[1] < 2 * 400


@pytest.mark.parametrize("name", ["日本語", "בית", "a\u202eb", "a\nb", "e\u0301", "\x00"])
def test_a_name_in_letters_it_has_not_is_left_out(name: str) -> None:
    assert bars.draw(asked(name)) == bars.draw(asked(""))


def test_a_sentence_it_cannot_draw_is_not_half_drawn() -> None:
    assert bars.draw(asked("Home", "日本語")) is None
