"""The short form of `scripts/soak announcement`: few people, and limits that bite at once."""

from __future__ import annotations

import pytest

from tests.engines import announcement
from tests.engines.announcement import Limit, Setting


@pytest.mark.sockets
async def test_everybody_has_their_answer_in_the_time_the_limits_allow() -> None:
    limits = {"messages": Limit(4.0, 3), "joins": Limit(2.0, 2), "rooms": Limit(0.25, 1)}
    setting = Setting(direct=4, in_room=3, regulars=1, within=0.5, every=1.0, kills=(1.5,), **limits)
    found = await announcement.trial(setting, 7, setting.extra())
    assert {name: found[name] for name in announcement.WRONG} == dict.fromkeys(announcement.WRONG, 0)
    assert found["seconds"] <= found["allowed"]
    assert (found["kills"], found["room_lines"]) == (1, 1)
