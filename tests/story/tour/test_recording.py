"""The tour without a server: it is what the core says now, small, asks nobody, and words in it stay words."""

from __future__ import annotations

import re
from pathlib import Path

from bot.story.tour import recording
from bot.story.tour.__main__ import PAGE
from tests.engines.on_the_spot import on_the_spot
from tests.prepared import prepared

LARGEST = 300_000
HOSTILE = '</script><img src=x onerror="alert(1)">'


async def test_the_file_is_what_the_core_says_now(tmp_path: Path) -> None:
    """If not: `scripts/demo` records it again; read what changed before you commit it."""
    with on_the_spot():
        made = recording.page(await recording.record(prepared(tmp_path)))
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
