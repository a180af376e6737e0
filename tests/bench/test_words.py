"""The comparison of readers judges all by one measure, and says who was not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import _peers, words
from tests.clocks.test_words import NOW


@pytest.mark.parametrize(
    ("answer", "meaning", "verdict"),
    [
        ("19:00", "19:00", "right"),
        ("07:00", "19:00", "wrong"),
        (None, "19:00", "asked"),
        (None, "-", "right"),
        ("19:00", "-", "wrong"),
        ("2026-11-26T14:30", "2026-11-26", "right"),
        ("2026-11-27T14:30", "2026-11-26", "wrong"),
    ],
)
def test_an_answer_is_right_wrong_or_asked_for(answer: str | None, meaning: str, verdict: str) -> None:
    assert words._judge(answer, meaning) == verdict


@pytest.mark.parametrize("peer", _peers.PEERS)
def test_who_is_not_installed_is_not_asked(peer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_peers, "VENV", tmp_path / "none")
    assert _peers.ask(peer, [("times", "7pm")], NOW) is None


def test_figures_are_there_without_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_peers, "VENV", tmp_path / "none")
    (tmp_path / "times.txt").write_text("quarter past never|-\n", encoding="utf-8")
    figures = words.main(["--words", str(tmp_path)])
    assert figures["kith_right"] == 1.0
    assert figures["places_wrong"] == 0.0
    assert figures["chrono-node"] == "not run"
    assert "chrono-node    not run: it is not installed here" in capsys.readouterr().out
    assert "right_to_best" not in figures


def test_a_phrase_that_stands_in_two_files_counts_once(tmp_path: Path) -> None:
    for name in ("times.txt", "more-times.txt"):
        (tmp_path / name).write_text("7pm|19:00\n", encoding="utf-8")
    assert words._cases([tmp_path, tmp_path / "none"], "times") == [("times", "7pm", "19:00")]
