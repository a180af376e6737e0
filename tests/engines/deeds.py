"""Every sentence about a deed, as it stands in the code, and whether it is shown before the deed or after it.

A deed is what a handler writes. A sentence is shown after one if a write stands before it in its function, or before
the call of its function; it is shown before one if it stands on a screen that only asks: a screen with a button that
is marked dangerous, or one that says that nothing is done yet.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).parents[2]
ROOMS = ("cogs", "bot/asking", "bot/incoming")
State = Literal["before", "after", "both"]

WRITES = frozenset({"write", "act", "withdraw", "leave", "forget", "drop"})
NOT_SAID = frozenset({"Button", "Field", "Form", "UserError", "Setting", "Ask", "KeyError", "ValueError"})
"""What stands in these is a label, a question, or the word that nothing was done."""
CONSTANTS: dict[str, State] = {"ENDS": "before", "FOLLOWS": "after"}
"""Tables of sentences, by the state in which they are shown."""

YET = re.compile(r"Nothing (is done|has happened) yet|^Once this is off")
OVER = re.compile(
    r"^(Done|Sent|Closed|Ended|Deleted|Moved|Called off|Paused|Archived|Lifted|Received|Withdrawn|Gone|Held|Quiet)\b"
    r"|\bhas been\b|\bhave been\b|\bhas ended\b|\bare deleted\b(?! then)|\bis deleted\b(?! then)|: off now"
    r"|\bare separated now\b"
)
"""A deed that is over, in our words."""


class Sentence(NamedTuple):
    state: State
    where: str
    words: str

    def __str__(self) -> str:
        return "\t".join(self)


class Told(NamedTuple):
    """A sentence that says a deed is over, in a function that is neither written in nor called after a write.

    ``delivered``: it renders a message that was planned in the transaction of the deed.
    """

    where: str
    words: str
    delivered: bool


class _Function(NamedTuple):
    node: ast.FunctionDef | ast.AsyncFunctionDef
    said: list[tuple[int, str]]
    calls: list[tuple[int, str]]
    first_write: int | None
    danger: bool

    @property
    def asks(self) -> bool:
        return self.danger or any(YET.search(words) for _line, words in self.said)


def sentences() -> list[Sentence]:
    """All of them, in the order of the files."""
    found: list[Sentence] = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            found += read(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    return list(dict.fromkeys(found))


def too_early() -> list[Told]:
    """Sentences that say a deed is over, and that stand where no deed is found."""
    found: list[Told] = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            source, module = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
            known = {(one.where, one.words) for one in read(source, module) if one.state != "before"}
            for one in _functions(ast.parse(source)):
                where = f"{module}:{one.node.name}"
                delivered = any(
                    isinstance(mark, ast.Call) and _name(mark) == "message" for mark in one.node.decorator_list
                )
                found += [
                    Told(where, words, delivered)
                    for _line, words in one.said
                    if OVER.search(words) and not YET.search(words) and (where, words) not in known
                ]
    return found


def screens() -> dict[str, list[str]]:
    """Every screen with a button that is marked dangerous, and what it says."""
    found = {}
    for path in sorted((ROOT / "cogs").rglob("*.py")):
        for one in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            if one.danger:
                found[f"{path.relative_to(ROOT)}:{one.node.name}"] = [words for _line, words in one.said]
    return found


def read(source: str, module: str) -> Iterator[Sentence]:
    """The sentences about deeds in one module."""
    tree = ast.parse(source)
    yield from _constants(tree, module)
    functions = {one.node.name: one for one in _functions(tree)}
    states = _called(functions)
    for name, one in functions.items():
        for line, words in one.said:
            done = one.first_write is not None and one.first_write <= line
            seen = {*states.get(name, set()), *(["after"] if done else ["before"] if one.asks else [])}
            if seen:
                state: State = "both" if len(seen) == 2 else "after" if "after" in seen else "before"
                yield Sentence(state, f"{module}:{name}", words)


def _called(functions: dict[str, _Function]) -> dict[str, set[str]]:
    """For each function of a module, whether it is called after a write of another, and so on through those."""
    states: dict[str, set[str]] = {}
    todo = [(name, one.first_write) for name, one in functions.items() if one.first_write is not None]
    while todo:
        caller, since = todo.pop()
        for line, called in functions[caller].calls:
            if called in functions and line >= since and "after" not in states.setdefault(called, set()):
                states[called].add("after")
                todo.append((called, functions[called].node.lineno))
    return {name: seen for name, seen in states.items() if seen}


def _functions(tree: ast.Module) -> Iterator[_Function]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        said = list(_said(node))
        every = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
        calls = [(call.lineno, _name(call)) for call in every if _is_ours(call)]
        writes = [call.lineno for call in every if _name(call) in WRITES]
        danger = any(
            keyword.arg == "style" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "danger"
            for call in every
            for keyword in call.keywords
        )
        yield _Function(node, said, calls, min(writes, default=None), danger)


def _said(node: ast.AST) -> Iterator[tuple[int, str]]:
    """What is said, with its line; not what is only a label or an error."""
    if isinstance(node, ast.Call) and _name(node) in NOT_SAID:
        return
    if isinstance(node, ast.Call) and _name(node) in ("_", "N_", "ngettext"):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.lineno, argument.value
        return
    for child in ast.iter_child_nodes(node):
        yield from _said(child)


def _constants(tree: ast.Module, module: str) -> Iterator[Sentence]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            state = CONSTANTS.get(node.target.id)
            for _line, words in _said(node.value) if state else ():
                yield Sentence(state or "both", f"{module}:{node.target.id}", words)


def _is_ours(call: ast.Call) -> bool:
    """A function of the same module, or a method of the same object."""
    of = call.func
    return isinstance(of, ast.Name) or (
        isinstance(of, ast.Attribute) and isinstance(of.value, ast.Name) and of.value.id == "self"
    )


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
