"""Holds the audit to the one thing that matters: what was not looked at is never called well."""

from __future__ import annotations

import json

import pytest

from bench._audit import verdict

UNSEEN = "The others could not be looked at, and nothing is known about them. Is there a network?"
LOCK = "aiohttp==3.14.5 \\\n    --hash=sha256:00\nattrs==26.1.0 ; python_version < '3.13'\n"
WELL = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
OTHER = {"name": "attrs", "version": "26.1.0", "vulns": []}
HOLE = {"name": "attrs", "version": "26.1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["26.2.0"]}]}
PASSED_OVER = {"name": "attrs", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("report", "status", "last"),
    [
        ([WELL, OTHER], 0, "2 of 2 packages were looked at, 0 holes are known."),
        ([WELL, HOLE], 1, "2 of 2 packages were looked at, 1 holes are known."),
        (
            [WELL, PASSED_OVER],
            2,
            UNSEEN,
        ),
        ([WELL], 2, UNSEEN),
        ([], 2, UNSEEN),
    ],
)
def test_the_status_says_what_is_known(report: list[object], status: int, last: str) -> None:
    found = verdict(json.dumps({"dependencies": report}), LOCK)
    assert (found.status, found.lines[-1]) == (status, last)


@pytest.mark.parametrize("report", ["", "no JSON", "{}"])
def test_no_answer_is_no_good_answer(report: str) -> None:
    assert verdict(report, LOCK).status == 2


def test_a_hole_is_named_with_its_cure() -> None:
    lines = verdict(json.dumps({"dependencies": [WELL, HOLE]}), LOCK).lines
    assert lines[0] == "attrs 26.1.0 has PYSEC-1, mended in 26.2.0."
