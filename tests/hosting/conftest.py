"""Tests that only root can run are there for root alone, and whoever runs the others is told."""

from __future__ import annotations

from tests.hosting.everybody import why_not

collect_ignore = ["test_owner.py"] if why_not() else []


def pytest_report_header() -> list[str]:
    return [f"tests/hosting/test_owner.py is left out: {why_not()}"] if why_not() else []
