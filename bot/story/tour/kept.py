"""What is kept about somebody, as `my-data` hands it out, and what of it is new since before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from bot.bot import Bot
from bot.messages import Member
from storage.members import members

LONGEST = 60
MOST = 3
"""Entries of a thing that are shown."""
PLAIN = {"True": "yes", "False": "no", "None": "nothing"}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*\+00:00")

Kept = dict[str, list[str]]
"""What each thing is called, and what is kept of it, entry by entry."""


async def of(bot: Bot, member: Member) -> Kept:
    """Empty where nothing is."""
    person = await bot.database.read(members.person_of, member)
    if person is None:
        return {}
    works = [cog.export(person) for cog in bot.registry.cogs]

    def export(connection: Connection) -> dict[str, Any]:
        return {title: value for work in works for title, value in work(connection).items()}

    return {title: _entries(value) for title, value in (await bot.database.read(export)).items() if value}


def _entries(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{name} {_said(inner)}" for name, inner in value.items()]
    if isinstance(value, list):
        return [_said(one) for one in value]
    return [_said(value)]


def _said(value: Any) -> str:
    """In one line: of an entry with several parts the first two say which it is."""
    if isinstance(value, dict):
        return " ".join(_said(one) for one in list(value.values())[:2])
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    words = PLAIN.get(str(value)) or _INSTANT.sub(r"\1 \2", str(value))
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def changes(before: Kept, after: Kept) -> list[str]:
    """What is new or other, in lines to read."""
    if not after:
        return ["Nothing any more." if before else "Nothing."]
    new = {title: [one for one in entries if one not in before.get(title, ())] for title, entries in after.items()}
    return [f"{title}: {_few(entries)}" for title, entries in new.items() if entries] or ["Nothing new."]


def named(new: Sequence[str], titles: Sequence[str]) -> list[str]:
    """Of what is new that of these things; all of it where it is none of them."""
    return [one for one in new if one.partition(":")[0] in titles] or [*new]


def _few(entries: list[str]) -> str:
    """Enough to see what it is; all of it is in `my-data`."""
    rest = len(entries) - MOST
    return "; ".join(entries[:MOST]) + (f"; and {rest} more" if rest > 0 else "")
