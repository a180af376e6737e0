"""Holds every source file to the rules of the house, and every rule to an example that breaks it."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path, PurePosixPath

import pytest

pytestmark = pytest.mark.xdist_group("conventions")  # one process makes what all of these read

ROOT = Path(__file__).parent.parent
SOURCE = ("bot", "cogs", "storage")
EVERYTHING = (*SOURCE, "bench", "tests")

# Which room may import which stands in docs/architecture.md (tests/test_architecture.py); here is what else is
# reserved. The longest prefix that matches a module decides.
RESERVED = {
    "discord": ("bot/adapters/discord",),
    "nio": ("bot/adapters/matrix",),
    "aiosqlite": ("storage",),
    "apscheduler": ("bot/delivery/scheduler.py",),
}
MAY_NAME_A_PLATFORM = ("bot/adapters", "bot/app.py", "bot/hosting/config.py", "bot/cli.py")
MAY_SPEAK_SQL = ("bench/storage.py", "bench/_grown.py", "bench/soak/damage.py", "bench/soak/upgrades.py")
"""What storage is compared with, and what only a trial asks of a database: how full it is, what is half in it, and a
million rows of years that nobody waits for."""
PLATFORM = re.compile(r"discord|matrix|synapse|(?<![a-z])nio(?![a-z])", re.IGNORECASE)
CITES_A_SOURCE = re.compile(r"https://|\bsource\b", re.IGNORECASE)
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLACE|PRAGMA|WITH)\s")
TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b")
SQL_CLOCK = re.compile(r"CURRENT_(TIMESTAMP|DATE|TIME)\b|'now'|unixepoch\(\)")
WALL_CLOCK = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
SKIP = re.compile(r"\b(pytest|mark|unittest)\.(skip|skipif|xfail|importorskip)$")
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "service", "services", "common", "misc"}
SILENCES = re.compile(r"#\s*(noqa|type: ignore)")
SILENCED = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[a-z\-, ]+\])")
REASONED = re.compile(SILENCED.pattern + r"\s*[#(:;,—-]\s*\w+")


@dataclass(frozen=True)
class File:
    """One source file: its path from the root, its text, and its syntax tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the tree, walked once for all laws."""
        return list(ast.walk(self.tree))

    def within(self, *places: str) -> bool:
        """Is it one of these files, or in one of these folders? A folder also stands for the module called so."""
        return any(self.path in (place, f"{place}.py") or self.path.startswith(f"{place}/") for place in places)


Law = Callable[[File], Iterator[str]]


def imported(file: File) -> Iterator[tuple[str, int]]:
    """Every module a file imports, absolute, with its line; `from bot import times` gives `bot.clocks.times`."""
    package = PurePosixPath(file.path).parent.parts
    for node in file.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            outer = package[: len(package) + 1 - node.level] if node.level else ()
            base = ".".join(filter(None, (*outer, node.module)))
            is_package = base in SOURCE or (ROOT / base.replace(".", "/")).is_dir()
            yield from ((f"{base}.{alias.name}" if is_package else base, node.lineno) for alias in node.names)


def is_in(module: str, places: set[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def strings(file: File) -> Iterator[ast.Constant]:
    """Every string literal that is not a docstring."""
    documented = {id(node) for node in docstrings(file)}
    for node in file.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node


def docstrings(file: File) -> Iterator[ast.Constant]:
    """Every string that stands alone as a statement: of modules, classes, functions and attributes."""
    for node in file.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def ending(node: ast.Attribute) -> str:
    """The last two names of a dotted one: ``mark.skip`` of ``pytest.mark.skip``."""
    return f"{getattr(node.value, 'attr', getattr(node.value, 'id', ''))}.{node.attr}"


def identifiers(file: File) -> Iterator[tuple[str, int]]:
    for node in file.nodes:
        for attribute in ("id", "attr", "arg", "name", "asname"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                yield name, getattr(node, "lineno", 0)


def keeps_libraries_in_their_place(file: File) -> Iterator[str]:
    """A platform's library is for its adapter, the database's for storage."""
    if not file.within(*SOURCE):
        return
    for module, line in imported(file):
        reserved = max((place for place in RESERVED if is_in(module, {place})), key=len, default="")
        if reserved and not file.within(*RESERVED[reserved]):
            yield f"{line}: imports {module}, which is for {', '.join(RESERVED[reserved])}"


def names_no_platform(file: File) -> Iterator[str]:
    """What holds for one platform stands in its adapter; only a docstring citing the source of a rule names one."""
    if not file.within(*SOURCE) or file.within(*MAY_NAME_A_PLATFORM):
        return
    for name, line in identifiers(file):
        if PLATFORM.search(name):
            yield f"{line}: is called {name}"
    for literal in strings(file):
        if PLATFORM.search(str(literal.value)):
            yield f"{literal.lineno}: says {literal.value!r}"
    for docstring in docstrings(file):
        text = str(docstring.value)
        if PLATFORM.search(text) and not CITES_A_SOURCE.search(text):
            yield f"{docstring.lineno}: its docstring names a platform and no source"


def keeps_sql_in_storage(file: File) -> Iterator[str]:
    """One folder speaks SQL."""
    if file.within("bot", "cogs", "bench") and not file.within(*MAY_SPEAK_SQL):
        for literal in strings(file):
            if SQL.match(str(literal.value)):
                yield f"{literal.lineno}: SQL outside storage/"


def leaves_transactions_to_the_database(file: File) -> Iterator[str]:
    """A transaction is one function given to Database.write; only that, the migrations and backups begin or end one."""
    beginners = ("storage/database/database.py", "storage/database/schema.py", "storage/upkeep/backup.py")
    if not file.within("storage", "cogs", "bot") or file.within(*beginners):
        return
    for literal in strings(file):
        if TRANSACTION.match(str(literal.value)):
            yield f"{literal.lineno}: {str(literal.value).split()[0]}"
    for node in file.nodes:
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback", "executescript"}:
            yield f"{node.lineno}: .{node.attr}"


def is_told_the_time(file: File) -> Iterator[str]:
    """`now` is a parameter: only the clock and the platforms' own edges read the time of day, and SQL never does."""
    if not file.within(*SOURCE):
        return
    for literal in strings(file):
        if SQL_CLOCK.search(str(literal.value)):
            yield f"{literal.lineno}: SQL reads the clock"
    if file.within("bot/clocks/clock.py", "bot/adapters"):
        return
    for node in file.nodes:
        if isinstance(node, ast.Attribute) and WALL_CLOCK.search(ending(node)):
            yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom):
            read = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (f"{node.lineno}: imports {name}" for name in read if WALL_CLOCK.search(name))


def skips_no_test(file: File) -> Iterator[str]:
    """A test runs everywhere or is not there."""
    for node in file.nodes:
        if isinstance(node, ast.Attribute) and SKIP.search(ending(node)):
            yield f"{node.lineno}: {ast.unparse(node)}"


def mocks_nothing(file: File) -> Iterator[str]:
    """Tests use real parts, or a fake with rules of its own."""
    for module, line in imported(file):
        if is_in(module, {"unittest", "mock"}):
            yield f"{line}: imports {module}"


def says_what_it_is_for(file: File) -> Iterator[str]:
    """The first line of a module is a sentence."""
    if file.text.strip() and not (ast.get_docstring(file.tree) or "").partition("\n")[0].strip():
        yield "1: has no first docstring line"


def has_a_name_with_a_meaning(file: File) -> Iterator[str]:
    """The field's words: a module that could hold anything will."""
    for part in PurePosixPath(file.path).with_suffix("").parts:
        if VAGUE & set(part.split("_")):
            yield f"1: is called {part}"


def gives_a_reason_for_each_exception(file: File) -> Iterator[str]:
    """`# noqa: X` and `# type: ignore[x]` name what they silence, and say why beside it or in the line above."""
    if not SILENCES.search(file.text):
        return
    lines = file.text.splitlines()
    for token in tokenize.generate_tokens(StringIO(file.text).readline):
        if token.type != tokenize.COMMENT or not SILENCES.match(token.string):
            continue
        above = lines[token.start[0] - 2] if token.start[0] > 1 else ""
        explained = above.lstrip().startswith("#") and SILENCED.match(token.string)
        if not (explained or REASONED.match(token.string)):
            yield f"{token.start[0]}: {token.string}"


BROKEN = [
    (keeps_libraries_in_their_place, "cogs/x.py", "import discord"),
    (keeps_libraries_in_their_place, "bot/delivery/outbox.py", "def f():\n    from nio import AsyncClient"),
    (keeps_libraries_in_their_place, "cogs/x.py", "import aiosqlite"),
    (keeps_libraries_in_their_place, "cogs/x.py", "from apscheduler.triggers.cron import CronTrigger"),
    (names_no_platform, "bot/delivery/outbox.py", "discord_id = 1"),
    (names_no_platform, "cogs/x.py", "class MatrixRoom: pass"),
    (names_no_platform, "cogs/x.py", "def f(context, nio): pass"),
    (names_no_platform, "cogs/x.py", "reply = f'Open {x} in Discord'"),
    (names_no_platform, "bot/incoming/text.py", '"""Commands read from text on Matrix."""'),
    (keeps_sql_in_storage, "cogs/x.py", "q = 'SELECT 1'"),
    (keeps_sql_in_storage, "bot/x.py", "q = '''\n  UPDATE members SET name = ?'''"),
    (keeps_sql_in_storage, "bot/x.py", "q = f'DELETE FROM {table}'"),
    (leaves_transactions_to_the_database, "storage/x.py", "c.execute('BEGIN IMMEDIATE')"),
    (leaves_transactions_to_the_database, "storage/x.py", "c.executescript(text)"),
    (leaves_transactions_to_the_database, "storage/x.py", "connection.commit()"),
    (is_told_the_time, "cogs/x.py", "now = datetime.now(UTC)"),
    (is_told_the_time, "bot/delivery/outbox.py", "now = datetime.datetime.utcnow()"),
    (is_told_the_time, "storage/x.py", "day = date.today()"),
    (is_told_the_time, "bot/x.py", "start = time.time()"),
    (is_told_the_time, "bot/x.py", "from time import time"),
    (is_told_the_time, "storage/x.py", "q = \"UPDATE t SET at = datetime('now')\""),
    (skips_no_test, "tests/x.py", "@pytest.mark.skipif(True, reason='')\ndef test(): pass"),
    (skips_no_test, "tests/x.py", "nio = pytest.importorskip('nio')"),
    (mocks_nothing, "tests/x.py", "from unittest.mock import Mock"),
    (says_what_it_is_for, "bot/x.py", "x = 1"),
    (says_what_it_is_for, "bot/x.py", '"""\n"""\nx = 1'),
    (has_a_name_with_a_meaning, "bot/text_utils.py", ""),
    (has_a_name_with_a_meaning, "cogs/helpers/dates.py", ""),
    (gives_a_reason_for_each_exception, "bot/x.py", "x = 1  # noqa: E501"),
    (gives_a_reason_for_each_exception, "bot/x.py", "x = 1  # type: ignore[misc]"),
    (gives_a_reason_for_each_exception, "bot/x.py", "x = 1  # noqa # because"),
]
KEPT = [
    (keeps_libraries_in_their_place, "cogs/x.py", "import rustworkx"),
    (keeps_libraries_in_their_place, "bot/adapters/matrix/x.py", "import nio"),
    (keeps_libraries_in_their_place, "storage/x.py", "import sqlite3, aiosqlite"),
    (names_no_platform, "bot/incoming/text.py", '"""At most 45 characters (source: the Discord documentation)."""'),
    (names_no_platform, "cogs/x.py", "opinions = union = 'pinion'"),
    (names_no_platform, "bot/adapters/matrix/x.py", "matrix = 'Matrix'"),
    (keeps_sql_in_storage, "cogs/x.py", "label = 'Update it'\nDELETE = 'DELETE'"),
    (is_told_the_time, "bot/x.py", "import time\nstart = time.monotonic()"),
    (skips_no_test, "tests/x.py", "await chat.press(prompt.skip)"),
    (gives_a_reason_for_each_exception, "bot/x.py", "x = 1  # type: ignore[misc]  # the library says Any"),
    (gives_a_reason_for_each_exception, "bot/x.py", "x = 1  # noqa: E501 - a URL"),
    (gives_a_reason_for_each_exception, "bot/x.py", "# the library says Any\nx = 1  # type: ignore[misc]"),
]
LAWS: list[Law] = list(dict.fromkeys(law for law, _, _ in BROKEN))


def name_of(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.fixture(scope="module")
def files() -> list[File]:
    paths = [path for folder in EVERYTHING for path in sorted((ROOT / folder).rglob("*.py"))]
    return [File(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_every_file_obeys(law: Law, files: list[File]) -> None:
    assert [f"{file.path}:{found}" for file in files for found in law(file)] == []


@pytest.mark.parametrize(("law", "path", "text"), BROKEN, ids=name_of)
def test_a_law_sees_what_breaks_it(law: Law, path: str, text: str) -> None:
    assert list(law(File(path, text)))


@pytest.mark.parametrize(("law", "path", "text"), KEPT, ids=name_of)
def test_a_law_leaves_the_rest_alone(law: Law, path: str, text: str) -> None:
    assert list(law(File(path, text))) == []


def test_migrations_do_not_read_the_clock() -> None:
    migrations = sorted((ROOT / "storage/migrations").glob("*.sql"))
    assert migrations
    assert [path.name for path in migrations if SQL_CLOCK.search(path.read_text(encoding="utf-8"))] == []


def test_there_is_at_least_as_much_test_as_source(files: list[File]) -> None:
    lines = {folder: sum(file.text.count("\n") for file in files if file.within(folder)) for folder in EVERYTHING}
    assert lines["tests"] >= sum(lines[folder] for folder in SOURCE), lines
