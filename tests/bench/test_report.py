"""What `scripts/bench` and `scripts/soak` print, and what they say to a name they do not know."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.report import names, progress, run, table

TRIAL = '''"""A trial for this test."""
def main(argv): return {"prompts": 1234, "seconds": 0.25, "asked": " ".join(argv)}
'''


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "trials"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Trials."""')
    (folder / "crowd.py").write_text(TRIAL)
    (folder / "report.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "trials"]:
        del sys.modules[name]


def test_a_measurement_is_every_public_module_but_the_report(folder: Path) -> None:
    assert names(folder) == ["crowd"]


def test_the_figures_are_a_small_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("trials", folder, ["crowd"]) == 0
    assert capsys.readouterr().out.splitlines() == ["prompts   1234", "seconds  0.250", "asked         "]


def test_with_json_the_last_line_is_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("trials", folder, ["crowd", "--json", "--people", "3"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last) == {"name": "crowd", "prompts": 1234, "seconds": 0.25, "asked": "--people 3"}


def test_an_unknown_name_is_answered_with_the_known_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("trials", folder, ["crowds"])
    assert "crowd" in capsys.readouterr().err.rpartition("choose from")[2]


def test_no_figures_are_an_empty_table() -> None:
    assert table({}) == ""


def test_progress_is_drawn_on_a_terminal_and_ends_its_line() -> None:
    terminal = Terminal()
    assert list(progress("abc", 3, terminal)) == ["a", "b", "c"]
    assert terminal.getvalue().endswith("\r[##############################] 3/3\n")


def test_progress_is_silent_in_a_file() -> None:
    file = io.StringIO()
    assert list(progress(range(3), 3, file)) == [0, 1, 2]
    assert file.getvalue() == ""
