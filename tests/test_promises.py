"""Holds the table of promises to the pages and to the code, and a few of its rows to a mutation; the trial does all."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from tests.engines import promises
from tests.engines.promises import ROOT, Copy, Promise

SAMPLES = ("readme: Only with a yes.", "safety: Two to five lines are enough.")
"""Of the quickest: one of a rule without a database, one of what a member reads."""


@pytest.mark.parametrize("page", promises.PAGES)
def test_every_sentence_is_promised_or_explained(page: str) -> None:
    """Whoever writes a sentence on one of these pages writes its row, or says why it promises nothing."""
    said = set(promises.sentences(page))
    promised = {one.says for one in promises.promises() if one.page == page}
    explained = set(promises.explained()[page])
    assert sorted(said - promised - explained) == [], "on the page, but not in tests/data/promises"
    assert sorted((promised | explained) - said) == [], "in tests/data/promises, but not on the page"
    assert promised & explained == set()


def test_whatever_promises_nothing_says_why() -> None:
    assert [
        says for rows in promises.explained().values() for says, why in rows.items() if len(why) < len("A link.")
    ] == []


@pytest.mark.parametrize("promise", promises.promises(), ids=lambda promise: promise.name)
def test_every_row_names_tests_there_are_and_a_cause_that_can_be_taken_away(promise: Promise) -> None:
    for name in promise.tests:
        path, _colons, function = name.partition("::")
        assert function.partition("[")[0] in _tests(path), name
    whole = (ROOT / promise.file).read_text(encoding="utf-8")
    assert whole.count(promise.old) == 1, promise.file
    broken = promise.mutated(whole)
    assert broken != whole
    if promise.file.endswith(".py"):
        compile(broken, promise.file, "exec")
    if promise.file.endswith(".toml"):
        tomllib.loads(broken)


@cache
def _tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.fixture(scope="module")
def copy() -> Iterator[Copy]:
    with promises.copied() as made:
        yield made


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_test_goes_red_where_its_cause_is_taken_away(copy: Copy, sample: str) -> None:
    row = next(one for one in promises.promises() if one.name.startswith(sample))
    before = (ROOT / row.file).read_text(encoding="utf-8")
    assert copy.red(row) == ""
    assert (ROOT / row.file).read_text(encoding="utf-8") == before, "only the copy is broken"


def test_a_row_that_nothing_holds_is_seen(copy: Copy) -> None:
    row = next(one for one in promises.promises() if one.name.startswith(SAMPLES[0]))
    assert copy.red(replace(row, new=row.old + " ")) == "green"


def test_a_module_that_is_only_unusable_shows_nothing(copy: Copy) -> None:
    row = next(one for one in promises.promises() if one.name.startswith(SAMPLES[0]))
    assert "NameError" in copy.red(replace(row, new=row.old.replace("facts", "nothing_of_that_name")))
