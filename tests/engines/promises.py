"""What the pages promise, sentence by sentence: which test holds it, and what has to be broken to see that go red."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "tests/data/promises"
PAGES = {
    "readme": ("README.md", "What it promises"),
    "safety": ("docs/safety.md", ""),
    "privacy": ("docs/privacy.md", ""),
}
"""The page each table is about, and the one section of it that promises; the table `product` quotes no page."""
COLUMNS = 4
"""Cells of a row about a table of the database; the second names its columns, which another test holds."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".git", ".venv*", ".*_cache", ".hypothesis")
FAILED = re.compile(r"^FAILED ", re.MULTILINE)
"""A test that ran and did not hold; one that is not there, or cannot be set up, says something else."""
NOT_BROKEN_SO = re.compile(r"^E +(NameError|ImportError|SyntaxError|ModuleNotFoundError)", re.MULTILINE)
"""A mutation takes a cause away; one that only makes the module unusable shows nothing."""


@dataclass(frozen=True)
class Promise:
    """One sentence (or a part of one), the tests that hold it, and the mutation that takes its cause away."""

    page: str
    says: str
    tests: tuple[str, ...]
    file: str
    old: str
    new: str

    @property
    def name(self) -> str:
        return f"{self.page}: {self.says[:60]}: {self.old.strip()[:40]}"

    def mutated(self, whole: str) -> str:
        return whole.replace(self.old, self.new)


def promises() -> list[Promise]:
    return [
        Promise(path.stem, row["says"], tuple(row["tests"]), row["file"], row["old"], row["new"])
        for path, table in _tables()
        for row in table.get("promise", [])
    ]


def explained() -> dict[str, dict[str, str]]:
    """The sentences of each page that promise nothing, and why not."""
    return {path.stem: {row["says"]: row["why"] for row in table.get("explains", [])} for path, table in _tables()}


def _tables() -> Iterator[tuple[Path, dict[str, list[dict[str, str]]]]]:
    for path in sorted(TABLE.glob("*.toml")):
        yield path, tomllib.loads(path.read_text(encoding="utf-8"))


# ------------------------------------------------------------------ the sentences of a page


def sentences(page: str) -> list[str]:
    """Every sentence and every row of a table, in one line each, without what makes them bold."""
    path, section = PAGES[page]
    text = (ROOT / path).read_text(encoding="utf-8")
    if section:
        text = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [one for block in _blocks(text) for one in cut(block)]


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, items of lists and rows of tables; no headings and no comments."""
    for paragraph in text.split("\n\n"):
        if paragraph.lstrip().startswith("|"):
            yield from paragraph.strip().splitlines()[2:]
        elif not paragraph.lstrip().startswith(("#", "<!--")):
            yield from re.split(r"^(?:- |\* )", paragraph, flags=re.MULTILINE)


def cut(block: str) -> list[str]:
    plain = " ".join(block.replace("**", "").split())
    if plain.startswith("|"):
        cells = [cell.strip() for cell in plain.strip("|").split(" | ")]
        return [": ".join([cells[0], *cells[2:]] if len(cells) == COLUMNS else cells)]
    return [one for one in re.split(r"(?:(?<=[.?!])|(?<=[.?!]\"))\s+(?=[A-Z`\"(\[])", plain) if one]


# ------------------------------------------------------------------ breaking it


class Copy:
    """The tree once more, where anything may be broken; the tree itself is never touched."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    def red(self, promise: Promise) -> str:
        """Takes the cause of a promise away and runs its tests; what is wrong with it, or nothing where it is red."""
        path = self._folder / promise.file
        whole = path.read_text(encoding="utf-8")
        try:
            self._write(path, promise.mutated(whole))
            ended, said = self._run("-x", *promise.tests)
        finally:
            self._write(path, whole)
        if ended == 0:
            return "green"
        if not FAILED.search(said):
            return f"pytest ended with {ended}: {said[-400:]}"
        broken = NOT_BROKEN_SO.search(said)
        return f"only unusable: {broken.group()}" if broken else ""

    def failures(self, *tests: str) -> list[str]:
        """Those that are red although nothing is broken, and so show nothing when something is."""
        ended, said = self._run(*tests)
        return [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))] or [said[-400:]] * (
            ended != 0
        )

    def _run(self, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", *arguments]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def _write(self, path: Path, text: str) -> None:
        """With a time of its own: Python takes a file of the same size and second for the one it compiled."""
        path.write_text(text, encoding="utf-8")
        self._number += 1
        os.utime(path, (self._number, self._number))


@contextmanager
def copied() -> Iterator[Copy]:
    with tempfile.TemporaryDirectory(prefix="kith-promises-") as folder:
        place = Path(folder) / "kith"
        shutil.copytree(ROOT, place, ignore=LEFT_OUT)
        for environment in ROOT.glob(".venv*"):
            (place / environment.name).symlink_to(environment)
        yield Copy(place)
