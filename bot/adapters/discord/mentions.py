"""Commands as they are mentioned: a press on one opens it. Discord numbers them when they are registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.adapters.discord import commands
from bot.incoming.text import ALIASES
from bot.registry import Command


class Mentions:
    """What stands between backticks in our sentences, as a command of this platform."""

    def __init__(self, known: Mapping[str, Command]) -> None:
        self._paths = {name: " ".join(commands.words(command)) for name, command in known.items()}
        self._paths |= {said: self._paths[name] for said, name in ALIASES.items() if name in self._paths}
        self._ids: dict[str, str] = {}

    def registered(self, made: Iterable[Mapping[str, Any]]) -> None:
        typed = (command for command in made if command.get("type", 1) == 1)  # no entries of a menu
        self._ids = {command["name"]: str(command["id"]) for command in typed}

    def read(self, said: str) -> tuple[str, str]:
        """The mention of the command that these words begin with ("" for none), and the rest of them."""
        words = said.split()
        for many in range(len(words), 0, -1):
            path = self._paths.get(" ".join(words[:many]).casefold())
            if path is not None and (number := self._ids.get(path.partition(" ")[0])):
                return f"</{path}:{number}>", " ".join(words[many:])
        return "", said
