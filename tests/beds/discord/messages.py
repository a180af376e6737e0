"""Messages of the fake Discord: what the API says of them, and what a person sees."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.beds.discord.things import Channel, Payload, User

EPHEMERAL = 1 << 6
LOADING = 1 << 7


@dataclass(frozen=True)
class Pressable:
    """A button as a person sees it."""

    label: str
    custom_id: str
    style: int
    disabled: bool = False


@dataclass(eq=False)
class Message:
    id: str
    channel: Channel
    author: User
    sent: datetime
    text: str = ""
    flags: int = 0
    components: list[Payload] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What it said before it was changed."""
    earlier: list[Pressable] = field(default_factory=list)
    """Buttons that stood here before it was changed: a finger can be on one while it goes."""
    embeds: list[Payload] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    """What a picture shows, in words, by its name."""
    pings: list[User] = field(default_factory=list)
    pings_everyone: bool = False
    nonce: str | int | None = None
    edited: datetime | None = None
    only_for: User | None = None
    """Who alone sees an ephemeral message."""
    answers: Payload | None = None
    """The interaction it answers, as its metadata."""
    replies_to: str | None = None
    """The id of the message it is a reply to."""
    parts: Payload = field(default_factory=dict)
    """What a person's app sent in place of words: attachments, a sticker, a poll, what was forwarded."""

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def loading(self) -> bool:
        """True while Discord shows "... is thinking"."""
        return bool(self.flags & LOADING)

    @property
    def options(self) -> list[tuple[str, str, str]]:
        """What its lists offer: the list, the label, the value."""
        lists = [part for part in walk(self.components) if part["type"] == 3]
        return [(part["custom_id"], one["label"], one["value"]) for part in lists for one in part["options"]]

    @property
    def buttons(self) -> list[Pressable]:
        return [
            Pressable(c.get("label") or "", c["custom_id"], c["style"], c.get("disabled") or False)
            for c in walk(self.components)
            if c["type"] == 2 and "custom_id" in c
        ]

    def payload(self, *, nonce: bool = True, replies: bool = True) -> Payload:
        counter = itertools.count(1)
        payload: Payload = {
            "id": self.id,
            "channel_id": self.channel.id,
            "author": self.author.payload(),
            "content": self.text,
            "timestamp": self.sent.isoformat(),
            "edited_timestamp": self.edited and self.edited.isoformat(),
            "tts": False,
            "mention_everyone": self.pings_everyone,
            "mentions": [user.payload() for user in self.pings],
            "mention_roles": [],
            "attachments": [self._attachment(name, data) for name, data in self.files.items()],
            "embeds": self.embeds,
            "pinned": False,
            "type": 19 if self.replies_to else 0,
            "flags": self.flags,
            "components": _numbered(self.components, counter),
        }
        if nonce and self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.answers:
            made_by = {"webhook_id": self.author.id, "application_id": self.author.id}
            payload |= made_by | {"interaction_metadata": self.answers}
        if self.replies_to:
            payload["message_reference"] = {"type": 0, "channel_id": self.channel.id, "message_id": self.replies_to}
            if replies:  # what it points to, which does not show in turn what that one pointed to
                pointed = self.channel.messages.get(self.replies_to)
                payload["referenced_message"] = pointed.payload(replies=False) if pointed else None
        return payload | self.parts

    def _attachment(self, name: str, data: bytes) -> Payload:
        url = f"https://cdn.discordapp.com/attachments/{self.channel.id}/{self.id}/{name}"
        described = {"description": self.descriptions[name]} if name in self.descriptions else {}
        return {"id": self.id, "filename": name, "size": len(data), "url": url, "proxy_url": url} | described


def walk(components: list[Payload]) -> Iterator[Payload]:
    """Every component of a message or modal, however deep."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        if "component" in component:
            yield from walk([component["component"]])


def _numbered(components: list[Payload], counter: Iterator[int]) -> list[Payload]:
    """As Discord does, give every component of a sent message a number, but for those that have one."""
    numbered = []
    for component in components:
        copy = {"id": next(counter), **component}
        if "components" in component:
            copy["components"] = _numbered(component["components"], counter)
        numbered.append(copy)
    return numbered
