"""A Discord for tests: real protocol, real sockets, and a judge for every message of the bot."""

from tests.beds.discord.interactions import Interaction, NoAnswer
from tests.beds.discord.limits import Limited, Rule
from tests.beds.discord.messages import Message
from tests.beds.discord.person import Person
from tests.beds.discord.server import FakeDiscord
from tests.beds.discord.things import Channel, Guild, Permission, User

__all__ = [
    "Channel",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Limited",
    "Message",
    "NoAnswer",
    "Permission",
    "Person",
    "Rule",
    "User",
]
