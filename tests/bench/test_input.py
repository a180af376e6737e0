"""The short form of `scripts/bench input`: nothing that is typed or pressed breaks the bot or holds it up."""

from __future__ import annotations

from bench import input as hostile_input


def test_hostile_input_breaks_nothing_and_costs_little() -> None:
    found = hostile_input.main(["--inputs", "150"])
    assert (found["requests"], found["lines_read"]) == (150, 1500)
    assert found["unhandled"] == 0
    assert found["over_50_ms"] == 0, found
