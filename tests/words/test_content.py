"""Holds reading the content anew to all or nothing: a mistake in a file leaves what was there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.words import content, i18n, prompts
from bot.words.files import CONTENT
from bot.words.wishing import table


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The content in a folder of the test's own, which is read where the shipped one would be."""
    for name, load in (("prompts.toml", prompts.load), ("wishes.toml", table.load)):
        shutil.copy(CONTENT / name, tmp_path)
        monkeypatch.setattr(load, "__defaults__", (tmp_path / name,))
    monkeypatch.setattr(i18n, "LOCALES", tmp_path / "locale")
    content.reread()
    yield tmp_path
    monkeypatch.undo()
    content.reread()


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_changed_question_is_asked_from_then_on(files: Path) -> None:
    first = prompts.shipped()[0]
    change(files / "prompts.toml", first.text, "Which of these fits today?")
    assert prompts.shipped()[0] == first
    assert content.reread()
    assert prompts.shipped()[0].text == "Which of these fits today?"


def test_a_file_with_a_mistake_stays_as_it_was_and_the_others_are_taken(
    files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, understood = prompts.shipped(), table.shipped()
    change(files / "prompts.toml", "[[prompt]]", "[[prompt]")
    assert not content.reread()
    assert prompts.shipped() is before
    assert table.shipped() is not understood
    assert "the prompts stay as they were: prompts.toml is not valid TOML" in caplog.text


def test_a_damaged_catalogue_leaves_the_one_that_was_read(files: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = files / "locale/de/LC_MESSAGES/kith.mo"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no catalogue")
    assert not content.reread()
    assert "the catalogue of de is damaged; make it again from its .po file." in caplog.text
