"""Who looks: a secret for each member's conversations, and one for the whole page, the same after a restart."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from bot.messages import Member

KEY = "page.key"
PAGE = "the page"


class Seats:
    """A secret opens the conversations of one member and of nobody else."""

    def __init__(self, folder: Path, people: Sequence[Member]) -> None:
        self._key = _key(folder / KEY)
        self.page = self._secret(PAGE)
        """Opens everything, where the page is not on the loopback alone."""
        self.members = {self._secret(f"member {member.id}"): member for member in people}
        self.secrets = {member.id: secret for secret, member in self.members.items()}

    def _secret(self, of: str) -> str:
        return hmac.digest(self._key, of.encode(), "sha256").hex()[:32]


def _key(path: Path) -> bytes:
    """Made once, for the owner of the folder alone."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
