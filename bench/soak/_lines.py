"""Finds the lines of a tree that do something when they run, and finds them again where the tree was moved and edited.

A line counts where a statement begins that does something: not a docstring, an import, a decorator, the head of a
function or class, a bare annotation, `pass`, `try`, or what only a type checker reads.
"""

from __future__ import annotations

import ast
import difflib
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

CORE = ("bot", "cogs", "storage")
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_IDLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Try, ast.TryStar)
_SILENT = (ast.Pass, ast.Global, ast.Nonlocal)
_FOR_TYPES = re.compile(r"^if TYPE_CHECKING:|: TypeAlias = |= (TypeVar|ParamSpec|NewType)\(")
ALIKE = 0.6
"""How much of a line's text must be left for it to be the same line in the same function."""
THE_SAME = 0.9
"""And in another function."""


class Line(NamedTuple):
    """One statement: where it begins, in what it stands, what it says, and how many of that text came before there."""

    path: str
    number: int
    function: str
    text: str
    earlier: int

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


@dataclass(frozen=True)
class Found:
    """The line in the other tree, and whether it is the same, moved, edited; or gone (``line`` is then like it)."""

    line: Line | None
    how: str


def head(statement: ast.stmt) -> str:
    """What the statement itself says, on one line: of one with a body, without it."""
    return ast.unparse(statement).split("\n", 1)[0] if hasattr(statement, "body") else ast.unparse(statement)


def heads(statement: ast.stmt) -> list[ast.AST]:
    """The parts of the statement that are no statements of their own."""
    children = list(ast.iter_child_nodes(statement))
    return [child for child in children if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))]


def acts(statement: ast.stmt) -> bool:
    """Whether it does anything when it runs."""
    if isinstance(statement, (*_IDLE, *_SILENT)) or (isinstance(statement, ast.AnnAssign) and statement.value is None):
        return False
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return False
    return not _FOR_TYPES.search(head(statement))


def walk(body: Sequence[ast.AST], scopes: tuple[Scope, ...] = ()) -> Iterator[tuple[ast.stmt, tuple[Scope, ...]]]:
    """Every statement with the functions and classes around it, from top to bottom."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield node, scopes
        if isinstance(node, ast.If) and head(node) == "if TYPE_CHECKING:":
            continue
        inner = (*scopes, node) if isinstance(node, Scope) else scopes
        yield from walk([child for child in ast.iter_child_nodes(node) if _has_statements(child)], inner)


def _has_statements(node: ast.AST) -> bool:
    return isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))


def statements(source: str) -> list[tuple[ast.stmt, tuple[Scope, ...]]]:
    return [(statement, scopes) for statement, scopes in walk(ast.parse(source).body) if acts(statement)]


def lines(path: str, source: str) -> list[Line]:
    """The lines of one file that do something."""
    found: list[Line] = []
    for statement, scopes in statements(source):
        function, text = ".".join(scope.name for scope in scopes), head(statement)
        earlier = sum((line.function, line.text) == (function, text) for line in found)
        found.append(Line(path, statement.lineno, function, text, earlier))
    return found


def at_commit(tree: Path, commit: str) -> dict[str, str]:
    """The sources of the core at a commit of the tree's history."""
    names = git(tree, "ls-tree", "-r", "--name-only", commit, "--", *CORE).splitlines()
    return {name: git(tree, "show", f"{commit}:{name}") for name in sorted(names) if name.endswith(".py")}


def renames(tree: Path, old: str, new: str) -> dict[str, str]:
    """Where git says that each file of the core went between two commits."""
    changes = git(tree, "diff", "-M40%", "-l0", "--name-status", "--diff-filter=R", old, new).splitlines()
    return {before: after for _, before, after in (change.split("\t") for change in changes)}


def git(tree: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", "-c", "safe.directory=*", *arguments], cwd=tree, text=True)


def find(wanted: Line, tree: Sequence[Line], renamed: str) -> Found:
    """The line in ``tree``, where its file is now called ``renamed``.

    In its own function it may have been edited; elsewhere it must say nearly the same, and be the only one that does.
    """
    namesakes = [line for line in tree if _name(line.function) == _name(wanted.function)]
    at_home = [line for line in namesakes if line.path == renamed]
    best, likeness = None, 0.0
    for group, enough in ((at_home, ALIKE), (namesakes, THE_SAME), (tree, THE_SAME)):
        scored = sorted(((_likeness(wanted, line), line) for line in group if _may_be(wanted, line)), reverse=True)
        if not scored:
            continue
        (likeness, *_), best = scored[0]
        alone = group is at_home or len(scored) == 1 or scored[1][0][0] < likeness
        if likeness >= enough and alone:
            return Found(best, _how(wanted, best))
    return Found(best if likeness >= ALIKE else None, "gone")


def _how(wanted: Line, line: Line) -> str:
    if line.text != wanted.text:
        return "edited"
    return "same" if (line.path, line.function) == (wanted.path, wanted.function) else "moved"


def _name(function: str) -> str:
    return function.rpartition(".")[2].lstrip("_")


def _may_be(wanted: Line, line: Line) -> bool:
    return line.text.split()[0] == wanted.text.split()[0] or _name(line.function) == _name(wanted.function)


def _likeness(wanted: Line, line: Line) -> tuple[float, bool, int]:
    """How alike the texts are; of several that are the same, which is in the same place."""
    text = 1.0 if line.text == wanted.text else _ratio(wanted.text, line.text)
    return text, line.function == wanted.function, -abs(line.earlier - wanted.earlier)


def _ratio(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()
