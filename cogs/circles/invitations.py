"""A code that a host passes on: whoever enters it is asked to host that circle. Nothing of it is stored."""

from __future__ import annotations

import hmac

from bot.cog import Cog
from storage.circles import circles
from storage.circles.circles import Circle

DIGITS = 8


def invitation(cog: Cog, circle: Circle) -> str:
    """``12-4f1c09be``: the circle, and what only this bot can write beside it."""
    return f"{circle.id}-{_proof(cog, circle.id)}"


async def invited_to(cog: Cog, code: str) -> Circle | None:
    """The circle a code invites to, while it still has room for a host."""
    row, _dash, proof = code.strip().partition("-")
    if not row.isdecimal() or len(row) > 15 or not hmac.compare_digest(proof.encode(), _proof(cog, int(row)).encode()):
        return None
    circle = await cog.read(circles.get, int(row))
    return circle if circle is not None and circle.state != "archived" else None


def _proof(cog: Cog, row: int) -> str:
    key = cog.core.keyring.derive("circle invitation")
    return hmac.digest(key, str(row).encode(), "sha256").hex()[:DIGITS]
