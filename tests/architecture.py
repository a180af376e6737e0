"""The map of the house: reads the table of rooms in docs/architecture.md and the imports in the source, and draws both.

`scripts/rooms` writes the picture into the page again; `tests/test_architecture.py` holds every import to the table.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/architecture.md"
SOURCE = ("bot", "cogs", "storage")
GROUND = "the ground"
"""What the page calls its last row."""
BEGIN, END = "<!-- drawn by scripts/rooms -->\n```mermaid\n", "```\n<!-- as drawn -->"
_ROW = re.compile(r"^\| (`[^|]+`) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
_PATH = re.compile(r"`([\w./]+)`")


@dataclass(frozen=True)
class Room:
    """One row: the files or folders it stands for, what happens there, and the rooms it may import, by first path."""

    paths: tuple[str, ...]
    purpose: str
    may_import: frozenset[str]

    @property
    def name(self) -> str:
        return self.paths[0]

    def holds(self, path: str) -> int:
        """How closely the row names a file: the length of the path that does, or 0."""
        return max((len(one) for one in self.paths if path == one or path.startswith(f"{one}/")), default=0)


@dataclass(frozen=True)
class Import:
    """``by`` and ``of`` are files of the house, as paths from the root."""

    by: str
    of: str
    line: int


def rooms(page: str | None = None) -> list[Room]:
    """The table, from the top of the house to its ground. Raises ValueError where a row names a room that is none."""
    text = PAGE.read_text(encoding="utf-8") if page is None else page
    rows = [(tuple(path.rstrip("/") for path in _PATH.findall(a)), b, c) for a, b, c in _ROW.findall(text)]
    names = {paths[0] for paths, _, _ in rows}
    found = []
    for paths, purpose, cell in rows:
        may = {path.rstrip("/") for path in _PATH.findall(cell)} | ({rows[-1][0][0]} if GROUND in cell else set())
        if unknown := may - names:
            raise ValueError(f"{paths[0]} may import {', '.join(sorted(unknown))}, which the table does not have")
        found.append(Room(paths, purpose, frozenset(may)))
    return found


def room_of(path: str, among: Iterable[Room]) -> Room | None:
    """The row that names a file most closely."""
    best = max(among, key=lambda room: room.holds(path))
    return best if best.holds(path) else None


def sources(root: Path = ROOT) -> list[str]:
    return [path.relative_to(root).as_posix() for top in SOURCE for path in sorted((root / top).rglob("*.py"))]


def imports(paths: Iterable[str], root: Path = ROOT, among: Sequence[str] = SOURCE) -> Iterator[Import]:
    """Every import of the house by the house, also within functions and under TYPE_CHECKING."""
    for path in paths:
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
            for name in _named(path, node):
                of = _file(name, root, among)
                if of is not None and of != path:
                    yield Import(path, of, getattr(node, "lineno", 0))


def _named(path: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = PurePosixPath(path).parent.parts
        outer = package[: len(package) + 1 - node.level] if node.level else ()
        base = ".".join(filter(None, (*outer, node.module)))
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _file(name: str, root: Path, among: Sequence[str]) -> str | None:
    """The file that a dotted name is found in: a module, a package, or the module that holds the name."""
    parts = name.split(".")
    if parts[0] not in among:
        return None
    for length in range(len(parts), 0, -1):
        stem = "/".join(parts[:length])
        for file in (f"{stem}.py", f"{stem}/__init__.py"):
            if (root / file).is_file():
                return file
    return None


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """What imports itself by way of others: each circle once, as the names on it."""
    found: list[list[str]] = []
    state: dict[str, int] = {}

    def visit(node: str, way: list[str]) -> None:
        state[node] = 1
        for other in sorted(edges.get(node, ())):
            if state.get(other) == 1:
                found.append([*way[way.index(other) :], other] if other in way else [node, other])
            elif other not in state:
                visit(other, [*way, other])
        state[node] = 2

    for node in sorted(edges):
        if node not in state:
            visit(node, [node])
    return found


def picture() -> str:
    """The rooms and who imports whom, top to bottom; an arrow that others already imply is left out."""
    table = rooms()
    boxes = [room.name for room in table[:-1]]
    edges: dict[str, set[str]] = {box: set() for box in boxes}
    for one in imports(sources()):
        by, of = room_of(one.by, table), room_of(one.of, table)
        if by and of and by != of and of.name in edges:
            edges[by.name].add(of.name)
    lines = [f'    {_id(box)}["{box}"]' for box in boxes]
    for box in boxes:
        shown = sorted(of for of in edges[box] if not any(_reaches(edges, by, of) for by in edges[box] - {of}))
        lines += [f"    {_id(box)} --> {_id(of)}" for of in shown]
    return "flowchart TD\n" + "\n".join(lines) + "\n"


def _reaches(edges: Mapping[str, set[str]], by: str, of: str) -> bool:
    return of in edges[by] or any(_reaches(edges, other, of) for other in edges[by])


def _id(box: str) -> str:
    return re.sub(r"\W", "_", box)


def drawn(page: str) -> str:
    """The page with a picture that is current."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + picture() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is drawn.\n")
