"""Holds the repository to what a stranger's machine needs: whole locks, plain scripts, no traces of ours."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bench.report import names
from tests.architecture import imports

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
SCRIPTS = [*sorted((ROOT / "scripts").iterdir()), ROOT / ".ci/run"]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
TRACES = {
    "a folder of one machine": re.compile(r"(?<![\w.~:/-])/(home|root|work|Users|mnt)/[\w.]"),
    "an address of a package index": re.compile(r"index-url|find-links|pypi\.org/simple|pythonhosted\.org"),
}
TRIALS = [path for folder in ("bench", "bench/soak") for path in sorted((ROOT / folder).glob("*.py"))]
HOMESERVER = "tests/beds/matrix/synapse.py"
REPLICA = "tests/beds/litestream.py"
PEERS = "bench/_peers.py"
PARSERS = "bench/soak/parsers.py"
RUNS_TESTS = re.compile(r'"-m",\s*"pytest"')
MAY_SHOW_TRACES = {"tests/test_conventions_tree.py"}


def tracked() -> list[str]:
    # A continuous integration often runs as another user than the one who cloned.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    return [name for name in subprocess.check_output(command, cwd=ROOT, text=True).split("\0") if name]


def pins(lock: Path) -> set[tuple[str, str]]:
    return {(name, version) for name, version, _ in PIN.findall(lock.read_text(encoding="utf-8"))}


def direct(name: str) -> list[str]:
    """The packages a set asks for by name."""
    lines = (ROOT / f"requirements/{name}.in").read_text(encoding="utf-8").splitlines()
    return [re.split(r"[\[<>=; ]", line)[0] for line in lines if line and not line.startswith(("#", "-"))]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_package_of_a_lock_is_pinned_and_hashed(lock: Path) -> None:
    text = re.sub(r"\s*#.*", "", lock.read_text(encoding="utf-8"))
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    assert entries
    assert [entry.split()[0] for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_holds_what_its_set_asks_for(lock: Path) -> None:
    locked = {name for name, _ in pins(lock)}
    assert [name for name in direct(lock.stem) if name.lower().replace(".", "-") not in locked] == []


@pytest.mark.parametrize(
    ("folders", "sets"),
    [(("bot", "cogs", "storage"), ("run", "drawing")), (("bench", "tests"), ("run", "drawing", "test"))],
    ids=str,
)
def test_what_the_code_imports_is_asked_for_by_name(folders: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """A package that comes along with another one may go as silently as it came."""
    installed = packages_distributions()
    asked = {name.lower() for chosen in sets for name in direct(chosen)}
    missing = {
        f"{path.relative_to(ROOT)}: {module}"
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for module in imported(path)
        if module in installed and not asked & {name.lower().replace("_", "-") for name in installed[module]}
    }
    assert missing == set()


@cache
def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {module.partition(".")[0] for module in plain | named}


def reached(path: str) -> set[str]:
    """The files of ours that are read when this one is imported, itself and the packages it stands in too."""
    found, waiting = set[str](), [path]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += read_with(one)
    return found


@cache
def read_with(path: str) -> list[str]:
    ours = [each.of for each in imports([path], among=("bench", "bot", "cogs", "storage", "tests"))]
    return ours + [f"{folder}/__init__.py" for folder in Path(path).parents if folder != Path()]


def needs(path: str) -> list[str]:
    """The environments that a measurement cannot do without."""
    files = reached(path)
    installed, at_hosts = packages_distributions(), {name for name, _ in pins(ROOT / "requirements/run.txt")}
    packages = {name for file in files for module in imported(ROOT / file) for name in installed.get(module, ())}
    only_tests = {re.sub(r"[-_.]+", "-", name.lower()) for name in packages} - at_hosts
    tests = any(RUNS_TESTS.search((ROOT / file).read_text(encoding="utf-8")) for file in files)
    apart = {
        **{"synapse": tests or HOMESERVER in files, "replica": tests or REPLICA in files},
        **{"peers": PEERS in files, "parsers": PARSERS in files},
    }
    return ["test" if only_tests or tests else "run", *(name for name, needed in apart.items() if needed)]


@pytest.mark.parametrize(
    "trial", [path for path in TRIALS if path.stem in names(path.parent)], ids=lambda path: path.stem
)
def test_a_measurement_says_what_it_needs(trial: Path) -> None:
    """`scripts/setup for` reads that line before there is anything that could import it."""
    said = re.findall(r'^NEEDS = "(.*)"$', trial.read_text(encoding="utf-8"), re.MULTILINE)
    assert said == [" ".join(needs(str(trial.relative_to(ROOT))))]


def test_the_test_lock_holds_the_run_lock() -> None:
    """Tests run with the versions that hosts run, and `scripts/setup test` counts as `scripts/setup run`."""
    assert pins(ROOT / "requirements/run.txt") <= pins(ROOT / "requirements/test.txt")


def test_every_direct_dependency_says_why_it_is_here() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    asked = {name for lock in LOCKS for name in direct(lock.stem)}
    documented = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))
    assert documented == asked


def test_the_oldest_python_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["uv"]["pip"]["python-version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_plain_sh_and_can_be_started(script: Path) -> None:
    assert script.stat().st_mode & 0o111, "chmod +x"
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n# ")
    assert subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False).stderr == ""


def test_nothing_that_is_tracked_tells_where_it_was_made() -> None:
    found = []
    for name in set(tracked()) - MAY_SHOW_TRACES:
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # a picture; or deleted and not yet committed
            continue
        found += [f"{name}: {what}" for what, pattern in TRACES.items() if pattern.search(text)]
    assert found == []


def test_the_files_that_pages_and_docstrings_name_are_there() -> None:
    """A name in capitals stands for another; what CONTRIBUTING.md has somebody write is kept as an example."""
    named = re.compile(r"(?<![\w./-])(?:bench|bot|cogs|docs|requirements|scripts|storage|tests)/[\w./-]*\w")
    run = re.compile(r"python -m ((?:bench|bot|tests)[.\w]*)")
    missing = []
    for name in tracked():
        if name.endswith((".md", ".py")) and (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            prose = text if name.endswith(".md") else "\n".join(documented(text))
            paths = named.findall(prose) + [module.replace(".", "/") for module in run.findall(text)]
            missing += [f"{name}: {path}" for path in paths if not re.search(r"[A-Z]{4}", path) and not is_there(path)]
    assert missing == []


def documented(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def is_there(path: str) -> bool:
    return any((ROOT / place).exists() for place in (path, f"{path}.py", f"tests/example/{path}"))


@pytest.mark.parametrize(
    "text",
    ["see /" + "home/alice/kith", "'/" + "root/.cache'", "--extra-index" + "-url x", "https://pypi.org" + "/simple"],
)
def test_a_trace_is_seen(text: str) -> None:
    assert any(pattern.search(text) for pattern in TRACES.values())


def test_what_a_running_bot_owns_is_never_committed() -> None:
    private = [name for name in tracked() if re.search(r"(^|/)(config\.toml|data/.*\.db.*|.*\.key|\.venv.*)$", name)]
    assert private == []
