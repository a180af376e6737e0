"""Discord's rules that its OpenAPI file does not know. Breaking one of them is a fault of the bot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tests.beds.discord.messages import walk
from tests.beds.discord.things import Payload

COMPONENTS_V2 = 1 << 15
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")


class Refusal(Exception):
    """An error answer: HTTP status, Discord's code, and its sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status, self.code, self.message = status, code, message


def body_refusal(problem: str) -> Refusal:
    return Refusal(400, 50035, f"Invalid Form Body\n{problem}")


def message_faults(body: Payload, *, new: bool) -> Iterator[str]:
    """What is wrong with a message to be sent (``new``) or edited, beyond the OpenAPI file.

    Sources: https://docs.discord.com/developers/resources/message and .../components/reference.
    """
    yield from mention_faults(body)
    if len(body.get("content") or "") > 2000:
        yield "content: Must be 2000 or fewer in length."
    said = any(body.get(part) for part in ("content", "embeds", "components", "attachments", "poll", "sticker_ids"))
    if new and not said:
        yield "Cannot send an empty message"
    v2 = bool((body.get("flags") or 0) & COMPONENTS_V2)
    if v2 and (body.get("content") or body.get("embeds")):
        yield "content and embeds cannot be used with components v2"
    yield from _component_faults(body.get("components") or [], v2=v2)


def mention_faults(body: Payload) -> Iterator[str]:
    """Ours, and stricter than Discord: every payload must say in words that it pings nobody but people it names.

    Without the key Discord pings whatever the text names; an @everyone once reached 51,000 people that way.
    """
    allowed = body.get("allowed_mentions")
    if not isinstance(allowed, dict) or allowed.get("parse") != []:
        yield f"allowed_mentions must be sent with parse=[], not {allowed!r}"
    elif live := {key for key in ("roles", "replied_user") if allowed.get(key)}:
        yield f"allowed_mentions pings {sorted(live)}"
    elif unnamed := [one for one in allowed.get("users") or [] if f"<@{one}>" not in (body.get("content") or "")]:
        yield f"allowed_mentions pings {unnamed}, who are not named"


def _component_faults(components: list[Payload], *, v2: bool) -> Iterator[str]:
    ids = [component["custom_id"] for component in walk(components) if "custom_id" in component]
    if repeated := sorted({custom_id for custom_id in ids if ids.count(custom_id) > 1}):
        yield f"components: Component custom id cannot be duplicated {repeated}"
    if not v2 and len(components) > 5:
        yield "components: Must be 5 or fewer in length."
    if v2 and len(list(walk(components))) > 40:
        yield "components: The maximum number of components is 40"
    if any(row["type"] == 1 and len(row.get("components") or []) > 5 for row in walk(components)):
        yield "components: The maximum number of buttons in a row is 5"


def modal_faults(data: Payload) -> Iterator[str]:
    components = data.get("components") or []
    if not 1 <= len(components) <= 5:
        yield f"data.components: Must be between 1 and 5 in length, not {len(components)}."
    ids = [component["custom_id"] for component in walk(components) if "custom_id" in component]
    if len(ids) != len(set(ids)):
        yield "data.components: Component custom id cannot be duplicated"


MENUS = {2: "on a person", 3: "on a message"}


def name_of(command: Payload) -> str:
    """What no other of its kind is called: an entry of a menu may have the name of another kind's."""
    where = MENUS.get(command.get("type", 1))
    return f"{command['name']} {where}" if where else str(command["name"])


def command_faults(commands: list[Payload]) -> Iterator[str]:
    """Source: https://docs.discord.com/developers/interactions/application-commands."""
    chat = [command for command in commands if command.get("type", 1) == 1]
    if len(chat) > 100:
        yield "Maximum number of application commands reached (100)."
    names = [name_of(command) for command in commands]
    if len(names) != len(set(names)):
        yield "Application command names must be unique"
    for kind, where in MENUS.items():
        entries = [command for command in commands if command.get("type") == kind]
        if len(entries) > 15:
            yield f"Maximum number of application commands {where} reached (15)."
        for entry in entries:
            if not 1 <= len(entry["name"]) <= 32 or entry.get("description") or entry.get("options"):
                yield f"{entry['name']}: an entry of a menu has a name of at most 32 characters and nothing else"
    for command in chat:
        if _characters(command) > 8000:
            yield f"{command['name']}: combined length of names, descriptions and choices exceeds 8000"
        for part in _options(command):
            yield from _option_faults(part)


def _option_faults(part: Payload) -> Iterator[str]:
    name = part["name"]
    if not COMMAND_NAME.fullmatch(name) or name != name.lower():
        yield f"{name}: Command name is invalid"
    options = part.get("options") or []
    if len(options) > 25:
        yield f"{name}: Must be 25 or fewer options"
    kinds = {option["type"] in (1, 2) for option in options}
    if len(kinds) > 1:
        yield f"{name}: Sub-command and sub-command group option types are mutually exclusive to parameter types"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{name}: Required options must be placed before non-required options"
    if part.get("autocomplete") and part.get("choices"):
        yield f"{name}: autocomplete and choices exclude each other"


def _options(part: Payload) -> Iterator[Payload]:
    yield part
    for option in part.get("options") or []:
        yield from _options(option)


def _characters(command: Payload) -> int:
    total = 0
    for part in _options(command):
        total += len(part["name"]) + len(part.get("description") or "")
        total += sum(len(choice["name"]) + len(str(choice["value"])) for choice in part.get("choices") or [])
    return total


def event_faults(body: Payload, now: datetime) -> Iterator[str]:
    """Source: https://docs.discord.com/developers/resources/guild-scheduled-event."""
    start, end = body.get("scheduled_start_time"), body.get("scheduled_end_time")
    if start is not None and datetime.fromisoformat(start) < now:
        yield "scheduled_start_time: Cannot schedule event in the past."
    if start is not None and end is not None and datetime.fromisoformat(end) <= datetime.fromisoformat(start):
        yield "scheduled_end_time: Cannot schedule event to end before start."
    if body.get("entity_type") == 3:
        if end is None:
            yield "scheduled_end_time: This field is required for external events"
        if not (body.get("entity_metadata") or {}).get("location"):
            yield "entity_metadata.location: This field is required for external events"
