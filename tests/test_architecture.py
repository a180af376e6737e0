"""Holds every import to the table of rooms in docs/architecture.md: the map is the law."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture import (
    PAGE,
    ROOT,
    SOURCE,
    Import,
    circles,
    drawn,
    imports,
    room_of,
    rooms,
    sources,
)

MOST_MODULES = 14
"""In a room of bot/ or storage/: what somebody can still take in at a glance."""
MOST_LINES = 330
MOST_AT_THE_TOP = {"bot": 20, "storage": 13}
TABLE = """
| `a.py` | top | `b/` |
| `b/` | below | the ground |
| `c.py` `d.py` | ground | |
"""


@pytest.fixture(scope="module")
def found() -> list[Import]:
    return list(imports(sources()))


def test_every_file_stands_in_a_room_and_every_room_has_files() -> None:
    table = rooms()
    places = {path: room_of(path, table) for path in sources()}
    assert [path for path, room in places.items() if room is None] == []
    assert [room.name for room in table if room not in places.values()] == []
    assert [path for room in table for path in room.paths if not (ROOT / path).exists()] == []


def test_every_import_is_one_that_the_table_allows(found: list[Import]) -> None:
    table = rooms()
    wrong = []
    for one in found:
        by, of = room_of(one.by, table), room_of(one.of, table)
        assert by is not None
        assert of is not None
        if by != of and of.name not in by.may_import:
            wrong.append(f"{one.by}:{one.line} imports {one.of}, of {of.name}")
    assert wrong == []


def test_the_table_allows_nothing_upwards_and_nothing_that_nobody_needs(found: list[Import]) -> None:
    table = rooms()
    order = [room.name for room in table]
    assert [
        f"{room.name} -> {of}" for room in table for of in room.may_import if order.index(of) <= order.index(room.name)
    ] == []
    used = {(by.name, of.name) for one in found if (by := room_of(one.by, table)) and (of := room_of(one.of, table))}
    allowed = {(room.name, of) for room in table for of in room.may_import}
    assert allowed - used == set()


def test_no_module_imports_itself_by_way_of_others(found: list[Import]) -> None:
    """A package's own file hands out what is in it, and what is in it does not ask for the package."""
    edges: dict[str, set[str]] = {}
    for one in found:
        edges.setdefault(one.by, set()).add(one.of)
    assert circles(edges) == []


def test_nothing_below_the_bot_names_it(found: list[Import]) -> None:
    table = rooms()
    order = [room.name for room in table]
    below = {
        path
        for path in sources()
        if (room := room_of(path, table)) and order.index(room.name) > order.index("bot/bot.py")
    }
    assert [one for one in found if one.of == "bot/bot.py" and one.by in below] == []
    assert [path for path in below if re.search(r":\s*[\"']?Bot\b", (ROOT / path).read_text(encoding="utf-8"))] == []


def test_a_room_can_be_taken_in_at_a_glance() -> None:
    modules = Counter(str(Path(path).parent) for path in sources() if not path.endswith("__init__.py"))
    crowded = {room: n for room, n in modules.items() if n > MOST_MODULES and room.split("/")[0] in MOST_AT_THE_TOP}
    assert crowded == {}
    lengths = {path: (ROOT / path).read_text(encoding="utf-8").count("\n") for path in sources()}
    assert {path: n for path, n in lengths.items() if n > MOST_LINES} == {}
    for top, most in MOST_AT_THE_TOP.items():
        there = [path.name for path in (ROOT / top).iterdir() if path.name != "__pycache__"]
        assert len(there) <= most, sorted(there)


def test_every_room_of_the_source_mirrors_its_tests() -> None:
    folders = {path.name for path in (ROOT / "bot").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert [name for name in sorted(folders) if not (ROOT / "tests" / name).is_dir()] == []
    for top in ("cogs", "storage"):
        rooms_ = {path.name for path in (ROOT / top).iterdir() if path.is_dir()} - {"__pycache__", "migrations"}
        assert [name for name in sorted(rooms_) if not any((ROOT / "tests" / top).glob(f"*{name}*"))] == []


def test_the_picture_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page, "scripts/rooms draws it again"


def test_what_the_page_links_to_is_there() -> None:
    """A link names a function: `[bind](../bot/incoming/offering.py#bind)`."""
    links = re.findall(r"\]\(\.\./([\w/]+\.py)#(\w+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) > 15
    missing = [
        (path, name)
        for path, name in links
        if not re.search(rf"(def|class) {name}\b|^{name} = ", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_the_table_is_read_as_it_is_written() -> None:
    top, below, ground = rooms(TABLE)
    assert top.may_import == {"b"}
    assert below.may_import == {"c.py"}
    assert ground.paths == ("c.py", "d.py")
    assert room_of("b/x.py", [top, below, ground]) == below
    assert room_of("e.py", [top, below, ground]) is None
    with pytest.raises(ValueError, match="does not have"):
        rooms(TABLE.replace("the ground", "`e/`"))


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}}) == []


def test_imports_are_seen_wherever_they_stand(tmp_path: Path) -> None:
    for folder in SOURCE:
        (tmp_path / folder / "x").mkdir(parents=True)
    (tmp_path / "bot/a.py").write_text(
        "import typing\nif typing.TYPE_CHECKING:\n    from bot.x.b import C\ndef f():\n    import storage.x.d\n"
    )
    for name in ("bot/x/b.py", "storage/x/d.py"):
        (tmp_path / name).write_text("from ..a import f\n" if name.startswith("bot") else "")
    assert list(imports(sources(tmp_path), tmp_path)) == [
        Import("bot/a.py", "bot/x/b.py", 3),
        Import("bot/a.py", "storage/x/d.py", 5),
        Import("bot/x/b.py", "bot/a.py", 1),
    ]
