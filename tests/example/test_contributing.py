"""Holds the first feature of CONTRIBUTING.md to the files that the tests run, and those to the rules of the house."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

from bot.incoming import parameters
from tests.architecture import room_of, rooms
from tests.cast import Playground
from tests.engines import promises
from tests.example.storage.personal.what_helps import PURPOSE
from tests.test_conventions import LAWS, SOURCE, File, imported
from tests.test_privacy_page import ROW
from tests.tone import help_texts, marked, problems, unmarked

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HERE = "tests.example."
"""What the example's modules are called more than a feature's that is shipped."""
BLOCK = re.compile(r"^\*\*\d\. `([^`]+)`.*?\n```(?:sql|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown() -> dict[str, str]:
    """Every file that the page has somebody type."""
    return {path.replace("NNNN_", ""): text for path, text in BLOCK.findall(PAGE)}


def kept() -> dict[str, str]:
    """The example's files as they would stand in the tree."""
    example = Path(__file__).parent
    files = [*example.glob("*/**/*.py"), *example.glob("*/**/*.sql")]
    return {file.relative_to(example).as_posix(): file.read_text("utf-8").replace(HERE, "") for file in files}


def test_the_page_shows_the_files_that_the_tests_run() -> None:
    assert set(shown()) == set(kept())
    for path, text in kept().items():
        assert shown()[path] == text, path


def sources() -> list[File]:
    return [File(path, text) for path, text in shown().items() if path.endswith(".py")]


def test_it_keeps_the_rules_of_the_house() -> None:
    assert len(sources()) == 3
    assert [f"{file.path}:{found}" for file in sources() for law in LAWS for found in law(file)] == []


def test_it_imports_what_its_rooms_may() -> None:
    table = rooms()
    for file in sources():
        by = room_of(file.path, table)
        for module, line in imported(file):
            of = room_of(module.replace(".", "/") + ".py", table)
            if by and module.split(".")[0] in SOURCE:
                assert of is not None, module
                assert of == by or of.name in by.may_import, f"{file.path}:{line} imports {module}"


def test_its_words_are_kind_and_can_be_translated() -> None:
    for file in sources():
        if file.within("cogs"):
            said = [*marked(file.path, file.tree), *help_texts(file.path, file.tree)]
            assert len(said) > 10
            assert [problem for each in said if each.text for problem in problems(each.text)] == []
            assert [each for each in said if each.text is None] == []
            assert [*unmarked(file.path, file.tree)] == []


def fenced() -> Iterator[str]:
    """The lines that the page has somebody add to files that are there."""
    for block in blocks("markdown|python"):
        yield from block.splitlines()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```(?:{language})\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


async def test_the_rows_it_shows_for_our_pages_are_true(world: Playground) -> None:
    command = world.bot.registry.commands["what-helps"]
    usage = parameters.usage(command.name, command.parameters)
    assert f"| `{usage}` | {command.description} |" in fenced()
    rows = [row for line in fenced() for row in ROW.findall(line)]
    assert {(table, column) for table, columns, *_rest in rows for column in re.findall(r"`(\w+)`", columns)} == {
        ("what_helps", column) for column in await world.bot.database.read(columns_of, "what_helps")
    }
    assert any(line.startswith(f'    "{PURPOSE}": N_("') for line in fenced())


def test_the_promises_it_shows_are_of_its_rows_and_can_be_broken() -> None:
    rows = {says for line in fenced() if ROW.match(line) for says in promises.cut(line)}
    [table] = map(tomllib.loads, blocks("toml"))
    assert {one["says"] for one in table["promise"]} == rows
    for one in table["promise"]:
        assert kept()[one["file"]].count(one["old"]) == 1
        for name in one["tests"]:
            path, _colons, function = name.partition("::")
            assert f"async def {function}(" in kept()[path], name


def columns_of(connection: Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
