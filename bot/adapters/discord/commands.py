"""Slash commands made from the command registry: "checkin on" is the subcommand ``on`` of ``/checkin``.

Parameters are taken as strings and parsed by ``bot.incoming.parameters``, so that the same mistake gets the same
sentence on every platform; those with suggestions have autocomplete.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from bot.adapters.discord.drawing import shorten
from bot.incoming import parameters
from bot.registry import Command

SUBCOMMAND, GROUP, STRING = 1, 2, 3
IN_GUILD, IN_DM = 0, 1
SUGGESTIONS = 25
DESCRIPTION = 100
MANAGE_GUILD = str(1 << 5)

Payload = dict[str, Any]


def payloads(commands: Iterable[Command]) -> list[Payload]:
    """What Discord is told of all commands (source: .../developers/interactions/application-commands).

    Who moderates is asked of the platform at each call; ``default_member_permissions`` only spares others the sight.
    """
    top: dict[str, Payload] = {}
    moderated: dict[str, bool] = {}
    for command in sorted(commands, key=lambda command: command.path):
        first, *rest = words(command)
        entry = top.setdefault(first, _part(first, command, rest, {"type": 1}))
        moderated[first] = moderated.get(first, True) and command.moderators
        _insert(entry, command, rest)
    for name, entry in top.items():
        entry |= {"contexts": [IN_GUILD, IN_DM], "integration_types": [0]}
        entry["default_member_permissions"] = MANAGE_GUILD if moderated[name] else None
    return list(top.values())


def words(command: Command) -> list[str]:
    """How a command is spelt here: three words at most, as Discord has no deeper groups."""
    first, *rest = command.path.split()
    return [first, *rest] if len(rest) < 3 else [first, rest[0], "-".join(rest[1:])]


def read(data: Mapping[str, Any]) -> tuple[list[str], dict[str, str], str]:
    """What was typed: the command's words, its arguments as typed, and the option being typed now (or "")."""
    spelt, options = [data["name"]], data.get("options", [])
    while options and options[0]["type"] in (SUBCOMMAND, GROUP):
        spelt.append(options[0]["name"])
        options = options[0].get("options", [])
    focused = next((option["name"] for option in options if option.get("focused")), "")
    return spelt, {option["name"]: str(option["value"]) for option in options}, focused


def suggestions(command: Command, name: str, typed: str) -> list[tuple[str, str]]:
    """Labels and values for an option while it is typed. What is typed needs none of them."""
    for parameter in command.parameters:
        if parameter.name == name:
            offered = parameters.of(parameter.annotation).complete(typed)
            return [(shorten(label, 100), value) for label, value in offered[:SUGGESTIONS] if len(value) <= 100]
    return []


def _insert(entry: Payload, command: Command, rest: list[str]) -> None:
    """Put a command into its group, making the groups on the way."""
    for depth, word in enumerate(rest):
        kind = GROUP if depth + 1 < len(rest) else SUBCOMMAND
        found = next((option for option in entry["options"] if option["name"] == word), None)
        if found is None:
            found = _part(word, command, rest[depth + 1 :], {"type": kind})
            entry["options"].append(found)
        entry = found
    entry["options"] = [_option(parameter) for parameter in command.parameters]


def _part(word: str, command: Command, rest: list[str], kind: Payload) -> Payload:
    """A command or group; the description of a group is never shown."""
    return kind | {"name": word, "description": word if rest else command.description, "options": []}


def _option(parameter: inspect.Parameter) -> Payload:
    kind = parameters.of(parameter.annotation)
    return {
        "type": STRING,
        "name": parameter.name,
        "description": shorten(str(kind.what()), DESCRIPTION),
        "required": parameter.default is parameter.empty,
        "autocomplete": kind.complete is not parameters.Type.complete,
    }
