"""How `scripts/soak mutations` draws lines, breaks them, finds them again, and that it would find something."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from bench.soak import _lines as lines
from bench.soak import _operators as operators
from bench.soak import _suite as suite
from bench.soak import mutations

SMALL = '''"""What it is for."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Nothing = None
Word: TypeAlias = str
LIMIT = 3


class Door:
    """What it is."""

    width: int

    @property
    def open(self) -> bool:
        """Whether it is."""
        try:
            return self.width > LIMIT
        except AttributeError:
            pass
        return False
'''


def only(source: str) -> list[str]:
    """What the ways to break the first line make of it."""
    return [way.apply(source) for way in operators.breaks(source, 1)]


def test_a_line_counts_that_does_something_when_it_runs() -> None:
    found = [(line.number, line.function, line.text) for line in lines.lines("small.py", SMALL)]
    assert found == [
        (11, "", "LIMIT = 3"),
        (23, "Door.open", "return self.width > LIMIT"),
        (26, "Door.open", "return False"),
    ]


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        ("greet(who)", "pass"),
        ("count += step", "pass"),
        ("raise error", "pass"),
        ("self.name = name", "pass"),
        ("name = word", "name = None"),
        ("if late: go()", "if not (late): go()"),
        ("if not late: go()", "if (late): go()"),
        ("if a < b: go()", "if (a <= b): go()"),
        ("if a is b: go()", "if (a is not b): go()"),
        ("if a in b: go()", "if (a not in b): go()"),
        ("if a and b: go()", "if (a or b): go()"),
        ("x = a + b", "x = (a - b)"),
        ("x = y[7]", "x = y[8]"),
        ("x = f(deep=True)", "x = f(deep=False)"),
        ("x = _('Hello.')", "x = _('XXHello.XX')"),
        ("x = [a for a in b if a.open]", "x = [a for a in b if (not (a.open))]"),
        ("x = a if b else c", "x = a if (not (b)) else c"),
        ("for x in y: go()", "for x in (): go()"),
        ("with lock: go()", 'with __import__("contextlib").nullcontext(): go()'),
        ("go('SELECT a FROM b WHERE c AND d')", "go('SELECT a FROM b WHERE c OR d')"),
        ("go('SELECT a FROM b WHERE c < ? AND d')", "go('SELECT a FROM b WHERE c <= ? AND d')"),
        ("go(f'DELETE FROM {b} WHERE c IS NULL')", "go(f'DELETE FROM {b} WHERE c IS NOT NULL')"),
        ("x = 'für' + y[7]", "x = 'für' + y[8]"),  # places are counted in bytes
    ],
)
def test_each_kind_of_statement_has_its_ways_to_break(whole: str, broken: str) -> None:
    assert broken in only(whole)


def test_a_function_gives_nothing_and_a_loop_goes_on() -> None:
    source = "def f(x):\n    for y in x:\n        break\n    return y\n"
    assert [way.apply(source).splitlines()[2] for way in operators.breaks(source, 3)] == ["        pass"]
    assert [way.apply(source).splitlines()[3] for way in operators.breaks(source, 4)] == ["    return None"]


def test_every_broken_line_compiles_and_says_something_else() -> None:
    path = "cogs/pause.py"
    source = (suite.ROOT / path).read_text(encoding="utf-8")
    for line in lines.lines(path, source):
        ways = operators.breaks(source, line.number)
        assert ways, line.place
        for way in ways:
            broken = way.apply(source)
            compile(broken, path, "exec")
            assert broken.splitlines()[: line.number - 1] == source.splitlines()[: line.number - 1]


def test_the_same_seed_draws_the_same_lines_and_breaks_them_alike() -> None:
    sources = {"a.py": SMALL, "b.py": SMALL.replace("Door", "Window")}
    assert mutations.draw(sources, 7, 4) == mutations.draw(dict(reversed(sources.items())), 7, 4)
    assert len({line for line, _ in mutations.draw(sources, 7, 6)}) == 6


def found(source: str, path: str, wanted: int) -> tuple[str, int | None]:
    """How and on which line of the new source the line of ``SMALL`` is found."""
    line = next(line for line in lines.lines("small.py", SMALL) if line.number == wanted)
    answer = lines.find(line, lines.lines(path, source), "rooms/small.py")
    return answer.how, answer.line.number if answer.line else None


def test_a_line_is_found_where_its_file_went_and_its_text_was_edited() -> None:
    assert found("\n\n" + SMALL, "rooms/small.py", 23) == ("moved", 25)
    assert found(SMALL.replace("self.width > LIMIT", "self.width >= LIMIT"), "rooms/small.py", 23) == ("edited", 23)


def test_a_line_that_went_to_another_function_is_found_if_there_is_only_one() -> None:
    apart = SMALL.replace("def open", "def wide")
    assert found(apart, "elsewhere.py", 23) == ("moved", 23)
    assert found(apart.replace("return False", "return self.width > LIMIT"), "elsewhere.py", 23)[0] == "gone"


def test_a_line_that_is_nowhere_is_gone() -> None:
    assert found("WIDE = 3.5\n", "rooms/small.py", 23) == ("gone", None)


def test_an_edited_line_is_broken_in_the_same_way() -> None:
    way = operators.draw("if a < b and c: go()", 1, Random(1))
    again = operators.again("if room.a < b and c.d: go()", 1, way)
    assert again is not None
    assert again.name == way.name
    assert operators.again("go()", 1, operators.Break("compare", 0, 0, 0, "")) is None


def test_whoever_uses_what_a_line_outside_of_functions_makes_comes_past_it() -> None:
    source = SMALL + "\n\ndef far() -> int:\n    return LIMIT\n\n\ndef farther() -> int:\n    return 0\n"
    rooms = {"small.py": source.replace("width: int", "width: int = 2"), "big.py": "def big(x):\n    return x.width\n"}
    at = {line.text: line for line in lines.lines("small.py", rooms["small.py"])}
    marked = suite.watch(rooms, {1: at["LIMIT = 3"], 2: at["width: int = 2"]})
    assert set(marked) == {"small.py", "big.py"}
    hits = {path: [row.strip() for row in text.splitlines() if "passed(" in row] for path, text in marked.items()}
    one, two = (f'__import__("kith_witness").passed({number})' for number in (1, 2))
    assert hits == {"small.py": [f"{one}, {two}", one], "big.py": [two]}


def test_near_and_cheap_tests_come_first() -> None:
    known = suite.Known()
    far, near, slow = "tests/test_outbox.py::a", "tests/cogs/test_circles.py::a", "tests/cogs/test_circles.py::slow"
    known.past[1] = {far, slow, near, "tests/test_outbox.py::red"}
    known.red = {"tests/test_outbox.py::red"}
    known.seconds.update({far: 0.5, near: 0.5, slow: 60.0})
    assert known.chosen(1, "cogs/circles/after.py") == [near, far, slow]


SHOP = "def held():\n    return 1\n\n\ndef run():\n    return 1\n\n\ndef idle():\n    return 1\n"
TESTS = "from bot.shop import held, run\n\n\ndef test_held():\n    assert held() == 1\n\n\ndef test_run():\n    run()\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with three functions: one is tested, one only run, one not even that."""
    tree = tmp_path / "shop"
    for path, content in (("bot/shop.py", SHOP), ("tests/test_shop.py", TESTS), ("pyproject.toml", "")):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(content)
    who = ("-c", "user.name=Kith", "-c", "user.email=kith@example.org")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "shop: Open.")):
        subprocess.run(["git", *command], cwd=tree, check=True)
    return tree


def test_a_broken_line_that_no_test_minds_is_found(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "table.txt"
    figures = mutations.main(["--tree", str(shop), "--since", "HEAD", "--lines", "3", "--jobs", "1", "--out", str(out)])
    assert {**figures, "seconds": 0} == {
        **{"lines": 3, "noticed": 1, "unnoticed": 1, "unpassed": 1, "gone": 0, "seconds": 0}
    }
    rows = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert [(row["drawn"], row["noticed"]) for row in rows] == [
        ("bot/shop.py:2", "tests/test_shop.py::test_held"),
        ("bot/shop.py:6", None),
        ("bot/shop.py:10", None),
    ]
    assert "unnoticed bot/shop.py:6 (same)" in out.read_text(encoding="utf-8")
