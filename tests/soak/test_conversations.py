"""The random conversations of `scripts/soak conversations`, fewer of them; and that a question lost would be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.incoming import conversation
from tests.engines import conversations

SHORT = 40


async def test_every_answer_reaches_its_question(tmp_path: Path) -> None:
    ran = await conversations.run(tmp_path / "world", 1, SHORT)
    assert ran.faults == []
    between = sum(ran.found[one] for one in ("restarts", "wordless", "form"))
    assert ran.found.total() - between == SHORT * conversations.QUESTIONS
    assert min(ran.found[how] for how in (*conversations.WAYS, "which one", "restarts", "wordless", "form")) > 3


async def test_a_question_that_a_message_in_between_takes_away_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "added", lambda _standing, question, *, replaces: (question,))
    assert (await conversations.run(tmp_path / "world", 1, 3)).faults
