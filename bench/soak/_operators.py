"""Ways to break one statement: each changes one thing that a test of its behaviour can notice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from bench.soak import _lines as lines

_COMPARED: dict[type[ast.cmpop], ast.cmpop] = {
    **{ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt(), ast.Eq: ast.NotEq()},
    **{ast.NotEq: ast.Eq(), ast.Is: ast.IsNot(), ast.IsNot: ast.Is(), ast.In: ast.NotIn(), ast.NotIn: ast.In()},
}
_RECKONED: dict[type[ast.operator], ast.operator] = {
    **{ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.FloorDiv(), ast.FloorDiv: ast.Mult(), ast.Div: ast.Mult()},
    **{ast.Mod: ast.Mult(), ast.BitOr: ast.BitAnd(), ast.BitAnd: ast.BitOr()},
}
_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY|LIMIT|JOIN|VALUES)\b")
_IN_SQL = {
    **{" AND ": " OR ", " OR ": " AND ", " <= ": " < ", " < ": " <= ", " >= ": " > ", " > ": " >= ", " = ": " <> "},
    **{" <> ": " = ", "IS NOT NULL": "IS NULL", "IS NULL": "IS NOT NULL", "NOT EXISTS": "EXISTS", "NOT IN": "IN"},
    **{" DESC": " ASC", " + ": " - ", " - ": " + ", "max(": "min(", "min(": "max(", "OR IGNORE ": "OR REPLACE "},
}
_SQL_SITE = re.compile("|".join(re.escape(word) for word in sorted(_IN_SQL, key=len, reverse=True)))


class Break(NamedTuple):
    """Operator ``name`` at its ``site``-th place in the statement: these bytes of the source become that text."""

    name: str
    site: int
    start: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        raw = source.encode()
        return (raw[: self.start] + self.text.encode() + raw[self.end :]).decode()

    def shown(self, source: str) -> str:
        """`before -> after`, on one line."""
        before = source.encode()[self.start : self.end].decode()
        return " ".join(f"{before} -> {self.text}".split())


def breaks(source: str, number: int) -> list[Break]:
    """All the ways to break the statement that begins on this line. What would not compile, or say the same, is out."""
    statement = at(source, number)
    offsets = _offsets(source)
    found: list[Break] = []
    for name, node, text in [*_whole(statement), *_parts(statement, source)]:
        for start, end, new in _edits(node, text, source, offsets):
            site = sum(known.name == name for known in found)
            change = Break(name, site, start, end, new)
            if _tells(source, change):
                found.append(change)
    return found


def draw(source: str, number: int, random: Random) -> Break:
    """One of them: first the operator, then the place."""
    ways = breaks(source, number)
    name = random.choice(sorted({way.name for way in ways}))
    return random.choice([way for way in ways if way.name == name])


def again(source: str, number: int, wanted: Break) -> Break | None:
    """The same operator on a statement that was edited since: at the same place, or the last there is."""
    ways = [way for way in breaks(source, number) if way.name == wanted.name]
    same = [way for way in ways if way.text == wanted.text]
    return next(iter(same), ways[min(wanted.site, len(ways) - 1)] if ways else None)


def at(source: str, number: int) -> ast.stmt:
    """The statement that begins on this line."""
    return next(statement for statement, _ in lines.statements(source) if statement.lineno == number)


Change = tuple[str, ast.AST, str | None]


def _whole(statement: ast.stmt) -> Iterator[Change]:
    """What breaks a statement as a whole, by its kind."""
    match statement:
        case ast.Return(value=None) | ast.Expr() | ast.AugAssign() | ast.Delete() | ast.Raise():
            yield "drop", statement, "pass"
        case ast.Continue() | ast.Break():
            yield "drop", statement, "pass"
        case ast.Return(value=ast.Constant(value=None) as value):
            yield "drop", statement, "pass"
            yield "nothing", value, "True"
        case ast.Return(value=ast.expr() as value):
            yield "nothing", value, "None"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "drop", statement, "pass"
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            yield "nothing", value, "None"
        case ast.For(iter=over):
            yield "nothing", over, "()"
        case ast.Match(subject=subject):
            yield "nothing", subject, "None"
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield "nothing", items[0].context_expr, '__import__("contextlib").nullcontext()'
        case ast.AsyncFor(iter=over):
            yield "nothing", over, f"(nobody async for nobody in {ast.unparse(over)} if False)"


def _parts(statement: ast.stmt, source: str) -> Iterator[Change]:
    """What breaks one expression in it. Positions in f-strings are not to be trusted, so these stay closed."""
    if isinstance(statement, (ast.If, ast.While, ast.Assert)):
        yield "negate", statement.test, f"not ({ast.unparse(statement.test)})"
    waiting = lines.heads(statement)
    while waiting:
        node = waiting.pop(0)
        yield from _part(node, source)
        if not isinstance(node, ast.JoinedStr):
            waiting = [*ast.iter_child_nodes(node), *waiting]


def _part(node: ast.AST, source: str) -> Iterator[Change]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            changed = ast.Compare(left, [_COMPARED[type(operator)]], [right])
            yield "compare", node, f"({ast.unparse(changed)})"
        case ast.BoolOp(op=operator, values=values):
            other = ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            yield "logic", node, f"({ast.unparse(other)})"
        case ast.BinOp(left, operator, right) if type(operator) in _RECKONED and not _is_text(left, right):
            yield "reckon", node, f"({ast.unparse(ast.BinOp(left, _RECKONED[type(operator)], right))})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "affirm", node, f"({ast.unparse(operand)})"
        case ast.IfExp(test=test):
            yield "negate", test, f"(not ({ast.unparse(test)}))"
        case ast.comprehension(ifs=[first, *_]):
            yield "negate", first, f"(not ({ast.unparse(first)}))"
        case ast.Constant(value=bool() as value):
            yield "constant", node, str(not value)
        case ast.Constant(value=int() | float() as value):
            yield "constant", node, str(value + 1)
        case ast.Constant(value=str()) | ast.JoinedStr() if _SQL.search(ast.get_source_segment(source, node) or ""):
            yield "sql", node, None
        case ast.Constant(value=str() as value):
            yield "constant", node, repr(f"XX{value}XX")


def _is_text(*nodes: ast.AST) -> bool:
    return any(
        isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        for node in nodes
    )


def _edits(node: ast.AST, text: str | None, source: str, offsets: list[int]) -> Iterator[tuple[int, int, str]]:
    """The node as a whole; without a text, each place in its SQL."""
    assert isinstance(node, (ast.expr, ast.stmt))
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    start = offsets[node.lineno - 1] + node.col_offset
    end = offsets[node.end_lineno - 1] + node.end_col_offset
    if text is not None:
        yield start, end, text
        return
    inside = source.encode()[start:end].decode()
    for site in _SQL_SITE.finditer(inside):
        before = start + len(inside[: site.start()].encode())
        yield before, before + len(site[0].encode()), _IN_SQL[site[0]]


def _offsets(source: str) -> list[int]:
    """Where each line begins, in bytes."""
    found = [0]
    for line in source.splitlines(keepends=True):
        found.append(found[-1] + len(line.encode()))
    return found


def _tells(source: str, change: Break) -> bool:
    broken = change.apply(source)
    try:
        compile(broken, "broken", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return ast.dump(ast.parse(broken)) != ast.dump(ast.parse(source))
