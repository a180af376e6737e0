"""Holds what the cogs offer to what every platform can show, and to what the documentation says."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.bot import Bot
from bot.cog import KeepsNothing
from bot.incoming import parameters
from bot.keys.crypto import Keyring
from bot.registry import Command
from cogs import COGS
from storage.database.database import Database

pytestmark = pytest.mark.xdist_group("registry")  # one process makes what all of these read

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"[a-z]+(-[a-z]+)*( [a-z]+(-[a-z]+)*){0,2}")
ACTION = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+")
LONGEST_ROW = len("d9223372036854775807")
LABELLED = {"Button": (0, "label"), "Field": (1, "label"), "Form": (0, "title")}
OPENS = {"Button": (1, "action"), "Form": (2, "submit")}


@pytest.fixture(scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    async with await Database.open(tmp_path_factory.mktemp("registry") / "kith.db") as database:
        yield Bot(database, Keyring.new(), COGS)


def commands(bot: Bot) -> list[Command]:
    return [command for cog in bot.registry.cogs for command in cog.commands()]


def sources() -> Iterator[tuple[str, ast.AST]]:
    for path in (path for folder in ("bot", "cogs") for path in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def literal(node: ast.AST, where: dict[str, tuple[int, str]]) -> str | None:
    """The words given to one of these constructors at this place, bare or inside `_(...)`; None if computed."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in where):
        return None
    position, keyword = where[node.func.id]
    given = [*node.args[position : position + 1], *(k.value for k in node.keywords if k.arg == keyword)]
    value = given[0] if given else None
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def test_every_name_is_given_once(bot: Bot) -> None:
    names = Counter(
        [f"command {command.name}" for command in commands(bot)]
        + [f"action {action.name}" for cog in bot.registry.cogs for action in cog.actions()]
        + [f"message {kind.name}" for cog in bot.registry.cogs for kind in cog.kinds()]
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_no_command_hides_the_start_of_another(bot: Bot) -> None:
    """On Discord a command with subcommands cannot be used by itself (source: its page on application commands)."""
    names = [command.name for command in commands(bot)]
    assert [(a, b) for a in names for b in names if b.startswith(f"{a} ")] == []


def test_a_command_is_at_most_three_short_words_and_described_in_one_line(bot: Bot) -> None:
    for command in commands(bot):
        assert NAME.fullmatch(command.name), command.name
        assert all(len(word) <= 32 for word in command.name.split()), command.name
        assert 1 <= len(command.description) <= 100, f"{command.name}: {command.description!r}"


def test_every_parameter_has_a_type_that_every_platform_reads(bot: Bot) -> None:
    for command in commands(bot):
        for parameter in command.parameters:
            assert parameters.of(parameter.annotation).name, f"{command.name} {parameter.name}"
            assert re.fullmatch(r"[a-z_]{1,32}", parameter.name), f"{command.name} {parameter.name}"


def test_an_action_leaves_room_for_its_row_and_value(bot: Bot) -> None:
    for name in bot.registry.actions:
        assert ACTION.fullmatch(name), name
        assert len(f"kith:1:{name}:") + LONGEST_ROW + 1 <= 80, name


def test_what_a_message_may_offer_exists(bot: Bot) -> None:
    assert [
        (kind.name, name)
        for kind in bot.registry.kinds.values()
        for name in kind.actions
        if name not in bot.registry.actions
    ] == []


def test_every_button_and_form_in_the_code_opens_something_that_exists(bot: Bot) -> None:
    found = [(where, literal(node, OPENS)) for where, node in sources()]
    assert [(where, action) for where, action in found if action and action not in bot.registry.actions] == []


def test_labels_and_titles_fit_every_screen() -> None:
    found = [(where, literal(node, LABELLED)) for where, node in sources()]
    assert [where for where, label in found if label is not None and not 1 <= len(label) <= 45] == []


@pytest.mark.parametrize("call", ['Button(_("On"), "x.on")', 'Button(label=Text("On"), action="x.on")'])
def test_labels_and_actions_are_read_off_the_code(call: str) -> None:
    node = ast.parse(call, mode="eval").body
    assert (literal(node, LABELLED), literal(node, OPENS)) == ("On", "x.on")


def test_every_cog_says_what_it_is_for_and_owes_both_duties() -> None:
    for cog in COGS:
        assert inspect.cleandoc(cog.__doc__ or ""), cog.__name__
        keeps_nothing = issubclass(cog, KeepsNothing)  # said where the class begins
        assert keeps_nothing or {"export", "forget"} <= set(vars(cog)), cog.__name__


def test_every_cog_is_in_the_list() -> None:
    written = {
        node.name
        for path in (ROOT / "cogs").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and {"Cog", "KeepsNothing"} & set(map(ast.unparse, node.bases))
    }
    assert written == {cog.__name__ for cog in COGS}


def test_the_documentation_shows_every_command_as_help_does(bot: Bot) -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    documented = Counter(re.findall(r"^\| `([^`]+)` \| (.+) \|$", page, re.MULTILINE))
    offered = [(parameters.usage(command.name, command.parameters), command.description) for command in commands(bot)]
    assert documented == Counter(offered)
