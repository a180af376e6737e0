"""The questions of a circle's rounds: as personal as its card says, never the same again while there is another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.words import prompts
from bot.words.prompts import Depth, Kind, Prompt
from storage.checkins import prompts_off
from storage.circles import answers, dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering

Part = Literal["opening", "middle", "closing"]

NEW = timedelta(days=7)
"""Nobody is asked something tender in their first week (content/prompts.toml, rule 5)."""

FOR_HOSTS = ("good-teacher", "persistence")
"""Hosts among themselves talk about hosting."""


def draw(
    connection: Connection,
    circle: Circle,
    gathering: Gathering,
    part: Part,
    now: datetime,
    reserved: prompts_off.Platforms = (),
) -> str:
    """The id of the question for this part, remembered for the next time; empty where moderators left none on.

    ``reserved``: platforms where tender questions are off until moderators turn them on.
    """
    asked = prompts_off.here(connection, circle.community, reserved)
    allowed = prompts.switched_on(prompts.shipped(), asked.off, tender=asked.tender)
    seen = dates.asked(connection, circle.id)
    prompt = _choose(circle, allowed, seen, part, now, is_new=_somebody_is_new(connection, circle, now))
    if prompt is None:
        return ""
    dates.add_asked(connection, gathering.id, prompt.id)
    return prompt.id


def _choose(
    circle: Circle,
    allowed: Sequence[Prompt],
    seen: dict[str, datetime],
    part: Part,
    now: datetime,
    *,
    is_new: bool,
) -> Prompt | None:
    kind: Kind = "circle"
    depth: Depth = "tender" if circle.personal == "tender" else "personal" if circle.personal == "personal" else "light"
    themes: tuple[str, ...] = (part,)
    if circle.kind == "hosts" and part == "middle":
        kind, themes = "host", FOR_HOSTS
        depth = "personal" if depth == "light" else depth
    known = [prompt for prompt in allowed if prompt.kind == kind and prompt.theme in themes]
    if not any(prompt.depth == "light" or kind == "host" for prompt in known):
        return None
    before = prompts.asked_before(known, seen)
    return prompts.choose(
        known,
        kind=kind,
        seen=seen,
        last_sensitivity=before[-1].sensitivity if before else None,
        themes=(),
        leave_out=(),
        depth=depth,
        local_now=now,
        first_week=is_new,
        seed=str(circle.id),
    )


def _somebody_is_new(connection: Connection, circle: Circle, now: datetime) -> bool:
    return any(member.since > now - NEW for member in answers.members_of(connection, circle.id))
