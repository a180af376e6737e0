"""The tests of a tree in a copy of it: which of them come past a line, and whether one of them goes red."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.soak import _lines as lines
from bench.soak import _witness as witness

ROOT = Path(__file__).parents[2]
FIRST, THEN = 40, 400
"""So many of the nearest tests first, then so many more, then the rest."""
OUTCOMES, NEVER_ENDS = "outcomes.jsonl", "never ends"
PATIENCE = 120.0
"""Seconds that a run may take beyond five times what its tests took before."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
_WORDS = re.compile(r"[^a-z]+")
_EVERYWHERE = {"tests", "test", "py", "bot", "cogs", "storage", "init", ""}


@dataclass
class Known:
    """What one run of the whole suite told: each test's seconds, the red ones, and who comes past each line."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    red: set[str] = field(default_factory=set)
    past: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def chosen(self, number: int, path: str) -> list[str]:
        """The tests that come past, the cheap and near ones first."""
        near = _words(path)
        return sorted(
            self.past[number] - self.red,
            key=lambda test: ((self.seconds[test] + 0.05) / (1 + 8 * len(near & _words(test.split("::")[0]))), test),
        )


def _words(path: str) -> set[str]:
    return {word.removesuffix("s") for word in _WORDS.split(path)} - _EVERYWHERE


def copy(tree: Path, commit: str, to: Path) -> Path:
    """The tree as it was committed, with the environments of the one that this runs in."""
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", tree, to], check=True)
    lines.git(to, "checkout", "--quiet", "--detach", commit)
    for environment in (".venv", ".venv-synapse"):
        (to / environment).symlink_to((ROOT / environment).resolve())
    shutil.copy(ROOT / "bench/soak/_witness.py", to / f"{witness.NAME}.py")
    return to


def write(tree: Path, path: str, source: str) -> None:
    """Another text for one module. What was compiled of it may look as new as the text, so it goes."""
    (tree / path).write_text(source, encoding="utf-8")
    for compiled in (tree / path).parent.glob(f"__pycache__/{Path(path).stem}.*.pyc"):
        compiled.unlink()


def watch(sources: dict[str, str], wanted: dict[int, lines.Line]) -> dict[str, str]:
    """The files in which each wanted line says that a test came past.

    A line outside of functions runs once, when it is imported. Whoever names what it makes, or runs what its class can
    do, comes past it.
    """
    marks: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, line in wanted.items():
        for path, at in _places(sources, line):
            marks[path][at].append(number)
    return {path: _marked(sources[path], at) for path, at in marks.items()}


def _places(sources: dict[str, str], line: lines.Line) -> Iterator[tuple[str, int]]:
    inside = lines.statements(sources[line.path])
    statement, scopes = next(one for one in inside if one[0].lineno == line.number)
    if not _is_outside(scopes):
        yield line.path, line.number
        return
    names = _made(statement) | {scope.name for scope in scopes}
    for other, around in inside:
        if _is_outside(around) and _names(other) & names:  # what is made of it, and what of that
            names |= _made(other)
    around_it = range(scopes[-1].lineno, (scopes[-1].end_lineno or 0) + 1) if scopes else range(0)
    for path, source in sources.items():
        for function in ast.walk(ast.parse(source)):
            if not isinstance(function, Function):
                continue
            is_near = path == line.path and (function.lineno in around_it or not names)
            if is_near or _names(function) & names:
                yield from ((path, at) for at in _start(function))


def _is_outside(scopes: tuple[lines.Scope, ...]) -> bool:
    """Of every function."""
    return not any(isinstance(scope, Function) for scope in scopes)


def _made(statement: ast.stmt) -> set[str]:
    targets = [child for child in ast.walk(statement) if isinstance(child, ast.Name)]
    return {target.id for target in targets if isinstance(target.ctx, ast.Store)}


def _names(node: ast.AST) -> set[str]:
    inside = list(ast.walk(node))
    return {child.id for child in inside if isinstance(child, ast.Name)} | {
        child.attr for child in inside if isinstance(child, ast.Attribute)
    }


def _start(function: Function) -> list[int]:
    """Its first statement that does something, if it has one."""
    own = [statement for statement in function.body if lines.acts(statement)]
    return [own[0].lineno] if own else []


def _marked(source: str, marks: dict[int, list[int]]) -> str:
    rows = source.splitlines(keepends=True)
    for at in sorted(marks, reverse=True):
        call = ", ".join(f'__import__("{witness.NAME}").passed({number})' for number in marks[at])
        row = rows[at - 1]
        indent = row[: len(row) - len(row.lstrip())]
        if row.startswith(f"{indent}elif "):
            rows[at - 1] = row.replace("elif ", f"elif any(({call},)) or ", 1)
        else:
            rows.insert(at - 1, f"{indent}{call}\n")
    return "".join(rows)


def learn(tree: Path, jobs: int) -> None:
    """Runs the whole suite once in a watched copy; `known` reads what it told."""
    (tree / witness.SEEN.name).touch()
    _pytest(tree, ["-n", str(jobs), "--dist", "loadfile"], {"WITNESS_OUTCOMES": str(tree / OUTCOMES)}, None)


def known(tree: Path) -> Known:
    found = Known()
    for row in (tree / OUTCOMES).read_text(encoding="utf-8").splitlines():
        test, outcome, seconds = json.loads(row)
        found.seconds[test] += seconds
        if outcome == "failed":
            found.red.add(test)
    for row in (tree / witness.SEEN.name).read_text(encoding="utf-8").splitlines():
        number, _, test = row.partition("\t")
        found.past[int(number)].add(test)
    return found


class Red(NamedTuple):
    """A test that went red; ``remark`` where it did not come to its end."""

    test: str
    remark: str = ""


def noticed_by(tree: Path, tests: Sequence[str], known: Known) -> Red | None:
    """The first of the tests that goes red in this tree. One that never ends is red as well."""
    for batch in (tests[:FIRST], tests[FIRST : FIRST + THEN], tests[FIRST + THEN :]):
        if batch and (red := _first_red(tree, batch, known)):
            return red
    return None


def confirm(tree: Path, known: Known) -> None:
    """Tests that were red by chance, or only where lines were watched, may still notice something."""
    if known.red:
        _status, rows = _run(tree, sorted(known.red), known)
        known.red &= {test for test, outcome in rows if outcome == "failed"}


def _first_red(tree: Path, tests: Sequence[str], known: Known) -> Red | None:
    status, rows = _run(tree, tests, known, "-x")
    for test, outcome in rows:
        if outcome == "failed":
            return Red(test)
    if status is None:
        return Red(_first_unended(tests, rows), NEVER_ENDS)
    return None if status in (0, pytest.ExitCode.NO_TESTS_COLLECTED) else Red(tests[0], "cannot be read")


def _first_unended(tests: Sequence[str], rows: Sequence[tuple[str, str]]) -> str:
    """Each test that ended has three outcomes: of what it needs, its own, and of clearing up."""
    ended = Counter(test for test, _outcome in rows)
    return next((test for test in tests if ended[test] < 3), tests[0])


def _run(tree: Path, tests: Sequence[str], known: Known, *options: str) -> tuple[int | None, list[tuple[str, str]]]:
    """These tests, in this order: the exit status, and how each went."""
    chosen, outcomes = tree / "chosen.txt", tree / OUTCOMES
    chosen.write_text("\n".join(tests), encoding="utf-8")
    outcomes.write_text("", encoding="utf-8")
    files = list(dict.fromkeys(test.split("::")[0] for test in tests))
    limit = PATIENCE + 5 * sum(known.seconds[test] for test in tests)
    told = {"WITNESS_OUTCOMES": str(outcomes), "WITNESS_CHOSEN": str(chosen)}
    status = _pytest(tree, [*options, *files], told, limit)
    rows = map(json.loads, outcomes.read_text(encoding="utf-8").splitlines())
    return status, [(test, outcome) for test, outcome, _seconds in rows]


def _pytest(tree: Path, options: Sequence[str], environment: dict[str, str], limit: float | None) -> int | None:
    """Its exit status; None, if it had to be ended."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", witness.NAME, "-p", "no:cacheprovider", "--tb=line"]
    command += ["--hypothesis-seed=7", f"--basetemp={tree.with_name(f'{tree.name}-files')}", *options]
    # Started by a test, it is a run of its own and no part of the run that test belongs to.
    around = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with (tree / "pytest.log").open("a", encoding="utf-8") as log:
        run = subprocess.Popen(
            command, cwd=tree, env=around | environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            return run.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
