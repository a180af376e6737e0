"""The port every platform implements. It draws every message and form it is given, natively or as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.context import Context, Event, Group, Lack, Spot
from bot.messages import Channel, Form, Member, Message, Place, Text
from bot.platform.pacing import Pace


class Adapter(Protocol):
    """One chat platform.

    ``key`` in ``send`` and ``post`` is the delivery's own: at most 25 characters of ``[A-Za-z0-9_-]``, the same in
    every attempt. The platform is told it, so that a second attempt within ``window`` is the same message. Every
    method that reaches the platform has its own deadline and raises ``CannotReach`` (it will not be taken),
    ``RetryAfter`` (when), or ``DeliveryError`` (try again); an adapter never retries a message on its own.
    """

    name: str
    pace: Pace
    """How fast it may be spoken to."""

    @property
    def window(self) -> timedelta:
        """How long the platform recognises a repeated key."""

    def reads(self) -> Text:
        """What members are told about who else can read what they send, in one sentence. Empty: nothing to tell."""

    def hears(self) -> Text:
        """What is said in a shared place the bot stays in: which messages of others its software receives there."""

    async def start(self) -> None:
        """Connect, and return when connected. Raises ``FatalError`` where only the host can mend it."""

    async def serve(self) -> None:
        """Stay connected until stopped. Returns after ``stop``; raises ``FatalError`` where only the host can mend
        it.
        """

    async def stop(self) -> None:
        """Disconnect. Requests under way are finished or given up within 5 s."""

    async def respond(self, context: Context, reply: Message | Form) -> None:
        """Answer a request. A private message reaches nobody else: never a fall-back to a public place."""

    async def send(self, member: Member, message: Message, key: str) -> str:
        """Say something to one member, privately. Returns the platform's message id."""

    async def post(self, channel: Channel, message: Message, key: str) -> str:
        """Say something in a shared place, silently. Returns the platform's message id."""

    async def find(self, target: Member | Channel, key: str, since: datetime) -> str | None:
        """Did the message with this key arrive? Looks in the history after ``since``. Raises ``CannotReach`` if it
        cannot.
        """

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        """Open a private place for these members, or give back the one that this key has opened."""

    async def find_group(self, place: Place | None, key: str) -> Group | None:
        """The private place that ``open_group`` with this key has made, if it did."""

    async def add_to_group(self, channel: Channel, member: Member) -> None:
        """Let one more member in."""

    async def remove_from_group(self, channel: Channel, member: Member) -> None:
        """Take a member out. Nothing happens if they are not in."""

    async def leave_group(self, channel: Channel) -> None:
        """Leave the place to its members where the platform allows the bot to go; otherwise stay and stay silent."""

    async def close_group(self, channel: Channel) -> None:
        """Archive the place. Nothing happens if it is gone."""

    async def show_event(self, place: Place, event: Event, shown: str | None) -> str | None:
        """Show a date in the place's own calendar, or change what is ``shown`` there. Returns its id; None where the
        platform has no calendar. A second attempt finds what the first one made.
        """

    async def hide_event(self, place: Place, key: str, shown: str | None) -> None:
        """Take a date out of the place's own calendar, also one that an attempt without an answer has put there.
        Nothing happens if it is gone.
        """

    async def places_of(self, member: Member) -> Sequence[Place]:
        """The places of communities that the bot shares with this member, asked of the platform now."""

    async def spots(self, place: Place, member: Member) -> Sequence[Spot]:
        """Where in this place the bot may write and this member may read, asked of the platform now."""

    async def lacks(self, place: Place) -> frozenset[Lack]:
        """What the bot may not do in this place, asked of the platform now."""

    async def name_of(self, member: Member) -> str:
        """How the member is called there now. Empty if the platform does not know them."""

    def read_member(self, words: str) -> Member | None:
        """The member that a mention or an id means, as this platform writes them. None if it is neither."""

    async def find_members(self, place: Place, words: str, seen_by: Member) -> Mapping[Member, str]:
        """Whom a name may mean in a place, of those whom ``seen_by`` can see there, and the one name that each has
        alone. Asked of the platform now.
        """

    async def owner_of(self, place: Place) -> str:
        """Who owns it, as the platform names them, asked of the platform now."""

    async def is_member(self, member: Member, place: Place) -> bool:
        """Asked of the platform now, never remembered."""

    async def is_moderator(self, member: Member, place: Place) -> bool:
        """Asked of the platform now, never remembered. False when the platform does not answer."""
