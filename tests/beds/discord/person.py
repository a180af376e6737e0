"""What a person does with her Discord client, and what she can see in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from tests.beds.discord import forms
from tests.beds.discord.interactions import Asked, Interaction, ask, may_use
from tests.beds.discord.messages import Message
from tests.beds.discord.things import Channel, Payload, User

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL = 1, 2, 3, 4, 5, 6, 7
PATIENCE_SECONDS = 60
Value: TypeAlias = "str | int | bool | Person | Channel"


class Person:
    """Alice at her phone: commands, presses, forms, and her eyes."""

    def __init__(self, discord: FakeDiscord, user: User) -> None:
        self._discord = discord
        self.user = user
        self._read: set[str] = set()

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def dm(self) -> Channel:
        """Her direct conversation with the bot."""
        return self._discord.world.dm(self.user)

    # What she does.

    async def slash(
        self, name: str, /, where: Channel | None = None, *, granted: bool = False, **options: Value
    ) -> Interaction:
        """Use a slash command ("checkin on"), in the bot's direct chat if nowhere else, and wait for a first answer.

        Args:
            granted: an administrator has allowed her this command, whatever its default permissions say.
        """
        channel = where or self.dm
        command, data, parameters = self._command(name, channel)
        assert granted or may_use(command, self.user, channel), f"/{name} is not offered to {self.name} here"
        data["resolved"] = {}
        filled = [self._option(parameters, key, value, data["resolved"]) for key, value in options.items()]
        missing = [p["name"] for p in parameters.values() if p.get("required") and p["name"] not in options]
        assert not missing, f"/{name} cannot be sent without {missing}"
        _leaf(data)["options"] = filled
        return await ask(self._discord, Asked.COMMAND, self.user, channel, data).first_answer()

    async def menu(self, entry: str, on: Person | Message, where: Channel | None = None) -> Interaction:
        """Choose an entry in the menu of somebody, or of a message she can see."""
        written = isinstance(on, Message)
        channel = where or (on.channel if isinstance(on, Message) else self.dm)
        command = self._discord.commands[f"{entry} on a message" if written else f"{entry} on a person"]
        assert may_use(command, self.user, channel), f"{entry} is not offered to {self.name} here"
        data: Payload = {"id": command["id"], "name": entry, "type": command["type"], "target_id": on.id}
        if isinstance(on, Message):
            assert self.can_see(on), f"{self.name} cannot see this message"
            data["resolved"] = {"messages": {on.id: on.payload()}}
        else:
            data["resolved"] = {"users": {on.id: on.user.payload()}}
        return await ask(self._discord, Asked.COMMAND, self.user, channel, data).first_answer()

    async def complete(
        self, name: str, option: str, typed: str, /, *, where: Channel | None = None, **others: str
    ) -> list[str | int]:
        """Type into an option that has autocomplete: the values offered."""
        channel = where or self.dm
        _command, data, parameters = self._command(name, channel)
        assert parameters[option].get("autocomplete"), f"{option} of /{name} has no autocomplete"
        filled: list[Payload] = [{"name": key, "type": STRING, "value": value} for key, value in others.items()]
        _leaf(data)["options"] = [*filled, {"name": option, "type": STRING, "value": typed, "focused": True}]
        interaction = await ask(self._discord, Asked.AUTOCOMPLETE, self.user, channel, data).first_answer()
        return [choice["value"] for choice in interaction.choices]

    async def press(self, message: Message, label: str, *, late: bool = False) -> Interaction:
        """Press the button with this label (or this id) on a message she can see.

        Args:
            late: her client has not heard yet that the message was changed, and still shows what stood there.
        """
        assert self.can_see(message), f"{self.name} cannot see this message"
        shown = [*message.buttons, *(message.earlier[::-1] if late else ())]
        found = [button for button in shown if label in (button.label, button.custom_id)]
        assert found, f"no button {label!r}, only {[button.label for button in message.buttons]}"
        assert not found[0].disabled, f"{label!r} is greyed out"
        data = {"component_type": 2, "custom_id": found[0].custom_id, "id": 1}
        interaction = ask(self._discord, Asked.COMPONENT, self.user, message.channel, data, message)
        return await interaction.first_answer()

    async def choose(self, message: Message, *labels: str) -> Interaction:
        """Choose in a list of a message she can see; nothing, where she lets go of what was chosen."""
        assert self.can_see(message), f"{self.name} cannot see this message"
        found = [one for one in message.options if not labels or one[1] in labels]
        assert len(found) >= len(labels), f"no choice {labels}, only {[one[1] for one in message.options]}"
        values = [value for _list, label, value in found if label in labels]
        data = {"component_type": 3, "custom_id": found[0][0], "values": values, "id": 1}
        interaction = ask(self._discord, Asked.COMPONENT, self.user, message.channel, data, message)
        return await interaction.first_answer()

    async def submit(self, form: Interaction, **answers: str | Person | User | Sequence[str]) -> Interaction:
        """Fill in the form she was shown, by field name, and send it: words are written, all else is chosen."""
        assert form.modal is not None, f"she was shown {form.reply_type!r}, not a form"
        given = {name: one.user if isinstance(one, Person) else one for name, one in answers.items()}
        filled = forms.fill(form.modal, given, form.channel, self.user, self._discord.world.bot)
        data = {"custom_id": form.modal["custom_id"], **filled}
        return await ask(self._discord, Asked.MODAL, self.user, form.channel, data, form.on).first_answer()

    def say(self, text: str, where: Channel | None = None, replies_to: Message | None = None) -> Message:
        """Write a message: to the bot directly, or in a channel."""
        return self._discord.post(self.user, where or self.dm, text, replies_to.id if replies_to else None)

    def show(self, **parts: object) -> Message:
        """Send the bot something without words: ``attachments``, ``sticker_items``, a ``poll``, what is forwarded."""
        return self._discord.post(self.user, self.dm, "", parts=dict(parts))

    def change(self, message: Message, text: str, *, drawn_only: bool = False) -> None:
        """Edit what she wrote."""
        self._discord.change(message, text, drawn_only=drawn_only)

    def delete(self, message: Message) -> None:
        self._discord.delete(message)

    def react(self, message: Message, emoji: str) -> None:
        self._discord.react(self.user, message, emoji)

    def close_dms(self) -> None:
        self.user.takes_dms = False

    def open_dms(self) -> None:
        self.user.takes_dms = True

    # What she sees.

    def can_see(self, message: Message) -> bool:
        return message.only_for in (None, self.user) and self._discord.world.may_see(self.user, message.channel)

    def sees(self, where: Channel | None = None) -> list[Message]:
        """Every message she can see in a place, oldest first."""
        return [message for message in (where or self.dm).messages.values() if self.can_see(message)]

    def read_all(self, where: Channel | None = None) -> None:
        """Take note of everything that is there; ``next`` waits for what comes after."""
        self._read |= {message.id for message in self.sees(where)}

    async def next(self, where: Channel | None = None) -> Message:
        """The oldest message of the bot that she has not read yet, waiting for it if need be."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for message in self.sees(where):
                if message.author.bot and not message.loading and message.id not in self._read:
                    self._read.add(message.id)
                    return message
            await asyncio.sleep(0.005)
        raise AssertionError(f"nothing new for {self.name} in {PATIENCE_SECONDS} seconds")

    # How her client builds a command.

    def _command(self, name: str, channel: Channel) -> tuple[Payload, Payload, dict[str, Payload]]:
        """The command, the data to send for it, and its parameters by name."""
        first, *rest = name.split(" ")
        known = self._discord.commands | self._discord.guild_commands.get(channel.guild.id if channel.guild else "", {})
        assert first in known, f"there is no /{first}, only {sorted(known)}"
        command = known[first]
        data: Payload = {"id": command["id"], "name": first, "type": 1, "options": []}
        part, leaf = command, data
        for word in rest:
            part = next((option for option in part["options"] if option["name"] == word), {})
            assert part, f"there is no /{name}"
            leaf["options"] = [{"name": word, "type": part["type"], "options": []}]
            leaf = leaf["options"][0]
        parameters = {option["name"]: option for option in part.get("options") or []}
        assert not any(option["type"] in (SUBCOMMAND, GROUP) for option in parameters.values()), (
            f"/{name} is only the beginning of {sorted(parameters)}"
        )
        return command, data, parameters

    def _option(self, parameters: dict[str, Payload], name: str, value: Value, resolved: Payload) -> Payload:
        assert name in parameters, f"no option {name}, only {sorted(parameters)}"
        option = parameters[name]
        if choices := option.get("choices"):
            assert value in [choice["value"] for choice in choices], f"{value!r} is not among the choices of {name}"
        kinds = {STRING: str, INTEGER: int, BOOLEAN: bool, USER: Person, CHANNEL: Channel}
        assert isinstance(value, kinds[option["type"]]), f"{name} takes no {type(value).__name__}"
        if isinstance(value, Person):
            resolved.setdefault("users", {})[value.id] = value.user.payload()
            value = value.id
        elif isinstance(value, Channel):
            resolved.setdefault("channels", {})[value.id] = value.payload() | {"permissions": "0"}
            value = value.id
        return {"name": name, "type": option["type"], "value": value}


def _leaf(data: Payload) -> Payload:
    """The innermost subcommand of a command's data."""
    while data["options"]:
        data = data["options"][0]
    return data
