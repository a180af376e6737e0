"""A button pressed after an update means what it meant when it was drawn, whatever lists have grown in between."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.words import prompts
from cogs.buddies import choices
from cogs.buddies.candidates import Pace, Purpose, Style
from cogs.buddies.choices import Choices

ROOT = Path(__file__).parents[2]
RULES = ROOT / "tests" / "data" / "rules" / "2026f"
OPTIONS = ROOT / "tests" / "data" / "options.txt"


def offered(folder: Path, zones: Path) -> set[str]:
    """Every button that a walk over all commands and buttons comes to, in a process with these zones."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.offered", str(folder)],
        env={**os.environ, "PYTHONTZPATH": str(zones)},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.splitlines())


def test_no_button_stands_for_a_place_in_the_list_of_zones(tmp_path: Path) -> None:
    """The next release has zones that this one has not, before and after Kolkata."""
    for name in ("Aaa/First", "Asia/Aaa", "Zzz/Last"):
        (tmp_path / "next" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "next" / name).write_bytes((RULES / "Europe" / "Berlin").read_bytes())
    drawn = offered(tmp_path / "one", RULES)
    assert drawn == offered(tmp_path / "other", tmp_path / "next")
    actions = {line.partition(" ")[0] for line in drawn}
    assert len(actions) > 60, "the walk comes to most of what there is"
    kolkata = Choices(zone="Asia/Kolkata").code[-7:]
    assert [line for line in drawn if line.startswith("buddies.free") and line.endswith(kolkata)]


def test_a_place_in_the_list_of_zones_from_before_is_no_zone_now() -> None:
    """What an earlier version had drawn has expired; it does not become a neighbour of what was chosen."""
    assert Choices.read("c.3.1.3100..en.0.264") is None
    assert Choices.read("c.3.1.3100..en.0.") == Choices()


def test_every_zone_has_a_mark_of_its_own() -> None:
    marked = choices._marked()
    assert len(marked) >= 590
    assert all(Choices.read(Choices(zone=zone).code) == Choices(zone=zone) for zone in marked.values())


def test_numbers_in_a_sign_up_keep_their_meaning() -> None:
    """They stand in buttons and in the database: these lists only grow at their ends."""
    assert choices.AGAIN[:3] == ("either", "same", "new")
    assert choices.PERSONAL[:3] == ("light", "tender", "only")
    assert choices.TOPICS[:3] == ("family", "food", "loneliness")
    assert [(one.name, one.value) for one in Style] == [("TEXT", 1), ("VOICE", 2)]
    names = ("COMPANY", "GOAL", "LISTENING", "STUDY", "SIDE_BY_SIDE")
    assert [(one.name, one.value) for one in Purpose] == [(name, 1 << place) for place, name in enumerate(names)]
    assert [one.name for one in sorted(Pace)] == ["ONE_WEEK_TRY", "MONTHLY", "FORTNIGHTLY", "WEEKLY", "OFTEN"]
    days, hours = ("WEEKDAY", "WEEKEND"), ("MORNINGS", "AFTERNOONS", "EVENINGS", "NIGHTS")
    assert {letter: part.name for letter, part in choices.PARTS.items()} == dict(
        zip("abcdefgh", [f"{day}_{hour}" for day in days for hour in hours], strict=True)
    )


def test_the_answers_of_a_question_keep_their_places() -> None:
    """A button carries the question and the place of its answer. Whoever writes answers anew gives the question a new
    id; one more answer stands at the end (``python -m tests.incoming.test_offers_of_an_update`` writes the list).
    """
    known = dict(line.split("\t") for line in OPTIONS.read_text(encoding="utf-8").splitlines())
    now = {one.id: " | ".join(one.options) for one in prompts.shipped() if one.options}
    assert [id_ for id_ in now if id_ in known and not now[id_].startswith(known[id_])] == []
    assert sorted(now.keys() - known.keys()) == [], "not in tests/data/options.txt"


if __name__ == "__main__":
    lines = (f"{one.id}\t{' | '.join(one.options)}\n" for one in prompts.shipped() if one.options)
    OPTIONS.write_text("".join(lines), encoding="utf-8")
