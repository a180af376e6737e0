"""Slash commands made from the command registry: "checkin on" is the subcommand ``on`` of ``/checkin``.

Parameters are taken as strings and parsed by ``bot.incoming.parameters``, so that the same mistake gets the same
sentence on every platform; those with suggestions have autocomplete, and people are chosen. Some commands also stand in
the menu of a person, or of a message.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.adapters.discord.drawing import shorten
from bot.adapters.discord.rooms import PLATFORM
from bot.context import Incoming
from bot.incoming import parameters
from bot.messages import Member
from bot.registry import Command
from bot.words.i18n import say

SUBCOMMAND, GROUP, STRING, USER = 1, 2, 3, 6
SLASH, ON_PERSON, ON_MESSAGE = 1, 2, 3
"""What can be registered: something typed, or an entry in one of the two menus."""
IN_GUILD, IN_DM = 0, 1
SUGGESTIONS = 25
DESCRIPTION = 100
MANAGE_GUILD = str(1 << 5)
MEMBER = "member"

Payload = dict[str, Any]


class Offered:
    """All commands, by how they are called here."""

    def __init__(self, offered: Iterable[Command]) -> None:
        found = list(offered)
        self._typed = {tuple(words(command)): command for command in found}
        self._menus = menus(found)

    def meant(self, incoming: Incoming, data: Mapping[str, Any]) -> tuple[Incoming, str, dict[str, str]]:
        """A command and its arguments; the bare help where it has been renamed since the last start."""
        if "target_id" in data:
            command = self._menus.get((data["type"], data["name"]))
            place = incoming.place.id if incoming.place else "@me"
            about, quoted = pointed_at(data, place, incoming.channel.id)
            incoming, arguments = replace(incoming, about=about, quoted=quoted), on(command, about)
        else:
            spelt, arguments, _focused = read(data)
            command = self._typed.get(tuple(spelt))
        return incoming, command.name if command else "help", arguments if command else {}

    def begun(self, data: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Suggestions for what is being typed."""
        spelt, arguments, focused = read(data)
        command = self._typed.get(tuple(spelt))
        return suggestions(command, focused, arguments.get(focused, "")) if command else []


def payloads(offered: Iterable[Command]) -> list[Payload]:
    """What Discord is told of all commands (source: .../developers/interactions/application-commands).

    Who moderates is asked of the platform at each call; ``default_member_permissions`` only spares others the sight.
    """
    commands = list(offered)
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
    return [*top.values(), *(_menu(kind, name) for kind, name in menus(commands))]


def menus(commands: Iterable[Command]) -> dict[tuple[int, str], Command]:
    """What stands in the menu of a person and of a message, by its kind and name."""
    about = [command for command in commands if command.about]
    on_people = {(ON_PERSON, str(say(command.about))): command for command in about}
    return on_people | {(ON_MESSAGE, str(say(command.about))): command for command in about if command.quotes}


def pointed_at(data: Mapping[str, Any], place: str, channel: str) -> tuple[Member | None, str]:
    """On whom an entry of a menu was chosen, and the address of the message if it was one. A program is nobody."""
    target, known = str(data["target_id"]), data.get("resolved", {})
    written = data["type"] == ON_MESSAGE
    user = known.get("messages", {}).get(target, {}).get("author") if written else known.get("users", {}).get(target)
    nick = known.get("members", {}).get(target, {}).get("nick") if not written else None
    address = f"https://discord.com/channels/{place}/{channel}/{target}" if written else ""
    if not user or user.get("bot"):
        return None, address
    return Member(PLATFORM, str(user["id"]), nick or user.get("global_name") or user["username"]), address


def on(command: Command | None, who: Member | None) -> dict[str, str]:
    """The arguments of a command that was chosen on somebody."""
    first = command.parameters[:1] if command else ()
    takes = first and parameters.of(first[0].annotation).name == MEMBER
    return {first[0].name: who.id} if takes and who else {}


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


def _menu(kind: int, name: str) -> Payload:
    """In a server only: between two there is nobody else."""
    return {
        "type": kind,
        "name": name,
        "contexts": [IN_GUILD],
        "integration_types": [0],
        "default_member_permissions": None,
    }


def _option(parameter: inspect.Parameter) -> Payload:
    kind = parameters.of(parameter.annotation)
    return {
        "type": USER if kind.name == MEMBER else STRING,
        "name": parameter.name,
        "description": shorten(str(kind.what()), DESCRIPTION),
        "required": parameter.default is parameter.empty,
        "autocomplete": kind.complete is not parameters.Type.complete,
    }
