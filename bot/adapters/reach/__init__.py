"""Asks each platform whether it would let Kith in, without logging in and without the platforms' libraries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from bot.adapters.reach import discord, matrix
from bot.adapters.reach.discord import ask_discord
from bot.adapters.reach.matrix import ask_matrix
from bot.hosting.config import Config
from bot.hosting.doctor import Finding

__all__ = ["ask_discord", "ask_matrix", "host_account", "questions"]


def questions(config: Config) -> Mapping[str, Callable[[], Iterable[Finding]]]:
    """For each configured platform, what asks it: what it found, or FatalError with what to do."""
    asked: dict[str, Callable[[], Iterable[Finding]]] = {}
    if config.discord is not None:
        asked["discord"] = partial(discord.look, config.discord)
    if config.matrix is not None:
        asked["matrix"] = partial(matrix.look, config.matrix, config.data / "matrix")
    return asked


def host_account(config: Config) -> str:
    """The platform on which the host's contact is an account, as its adapter reads one; empty where there is none."""
    contact = config.host.contact.strip()
    if config.matrix is not None and re.fullmatch(r"(https://matrix\.to/#/)?@[^:\s]+:[^\s/]+", contact):
        return "matrix"
    if config.discord is not None and re.fullmatch(r"<@!?\d{15,21}>|\d{15,21}", contact):
        return "discord"
    return ""
