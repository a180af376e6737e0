"""Tests that only root can run are there for root alone, and whoever runs the others is told (`tests/conftest.py`)."""

from __future__ import annotations

from tests.hosting.everybody import why_not

collect_ignore = ["test_owner.py"] if why_not() else []
