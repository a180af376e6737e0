"""A made-up community from a fixed seed: world-wide zones, languages by Zipf, groups, free hours, people to avoid."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from cogs.buddies.candidates import Candidate, Pace, Purpose, Style
from cogs.buddies.hours import weekly

Choice = TypeVar("Choice")

SEED = 20261102

ZONES: dict[str, float] = {  # by weight: about half in the Americas, a third in Europe and Africa, the rest in Asia
    "America/New_York": 15, "America/Chicago": 9, "America/Los_Angeles": 9, "America/Denver": 3, "America/Toronto": 4,
    "America/Sao_Paulo": 4, "America/Mexico_City": 2, "America/St_Johns": 1,
    "Europe/London": 9, "Europe/Berlin": 8, "Europe/Paris": 5, "Europe/Madrid": 3, "Europe/Athens": 2,
    "Africa/Lagos": 3, "Africa/Cairo": 2,
    "Asia/Kolkata": 6, "Asia/Manila": 3, "Asia/Singapore": 3, "Asia/Tokyo": 3, "Asia/Kathmandu": 1,
    "Australia/Sydney": 3, "Pacific/Auckland": 2,
}  # fmt: skip
LANGUAGES = ("en", "es", "de", "fr", "pt", "hi", "ja", "ar", "tl", "it", "nl", "el")
GROUPS: dict[str, float] = {"main": 80, "family and friends": 12, "newcomers": 8}
PACES: dict[Pace, float] = {
    Pace.WEEKLY: 55,
    Pace.FORTNIGHTLY: 20,
    Pace.OFTEN: 12,
    Pace.MONTHLY: 8,
    Pace.ONE_WEEK_TRY: 5,
}
PURPOSES: dict[Purpose, float] = {
    Purpose.COMPANY: 45, Purpose.GOAL: 25, Purpose.LISTENING: 12, Purpose.STUDY: 10, Purpose.SIDE_BY_SIDE: 8,
}  # fmt: skip
STYLES: dict[Style, float] = {Style.TEXT: 50, Style.VOICE: 20, Style.TEXT | Style.VOICE: 30}
TIMES = ((range(5), 18, 22), (range(5), 7, 9), (range(5), 12, 14), (range(5, 7), 9, 13), (range(5, 7), 14, 20))


def world(count: int, seed: int = SEED) -> Iterator[Candidate]:
    """One group with one language, spread over the world: what is hard here is the clock and the history."""
    for candidate in community(count, seed):
        yield Candidate(
            candidate.id, "main", frozenset({"en"}), candidate.zone, candidate.free, candidate.pace, candidate.purposes,
            candidate.style, adult=True, consents=True,
        )  # fmt: skip


def community(count: int, seed: int = SEED) -> Iterator[Candidate]:
    """Everything at once: groups, languages, blocks, holds, minors, people who want no trio."""
    chance = random.Random(seed)
    spoken = {language: 1 / rank for rank, language in enumerate(LANGUAGES, 1)}
    for number in range(1, count + 1):
        first = _pick(chance, spoken)
        also_english = chance.random() < 0.75
        purposes = _pick(chance, PURPOSES) | (_pick(chance, PURPOSES) if chance.random() < 0.3 else Purpose(0))
        yield Candidate(
            id=number,
            group=_pick(chance, GROUPS),
            languages=frozenset({first, "en"}) if also_english else frozenset({first}),
            zone=_pick(chance, ZONES),
            free=_hours(chance),
            pace=_pick(chance, PACES),
            purposes=purposes,
            style=_pick(chance, STYLES),
            trio_ok=chance.random() < 0.75,
            avoids=frozenset({_other(chance, number, count)} if chance.random() < 0.05 else ()),
            adult=chance.random() < 0.985,
            consents=chance.random() < 0.99,
            held=chance.random() < 0.005,
        )


def fingerprint() -> str:
    """A digest of a community of ten thousand."""
    plain = hashlib.sha256()
    for one in community(10_000):
        plain.update(repr(_plain(one)).encode())
    return plain.hexdigest()


def _plain(one: Candidate) -> tuple[object, ...]:
    sets = sorted(one.languages), sorted(one.avoids)
    numbers = int(one.pace), int(one.purposes), int(one.style), one.free
    return one.id, one.group, one.zone, sets, numbers, one.trio_ok, one.adult, one.consents, one.held


def is_as_committed() -> bool:
    """Whether this machine makes the population the committed figures are about."""
    return fingerprint() == Path(__file__).with_suffix(".sha256").read_text(encoding="ascii").strip()


def _hours(chance: random.Random) -> int:
    """One to three stretches a week, some of them on a single day."""
    free = 0
    for _ in range(1 + int(chance.random() * 3)):
        days, start, stop = TIMES[int(chance.random() * len(TIMES))]
        kept = [day for day in days if chance.random() < 0.6] or [days[0]]
        free |= weekly(kept, start, stop)
    return free


def _other(chance: random.Random, number: int, count: int) -> int:
    other = 1 + int(chance.random() * count)
    return other if other != number else 1 + other % count


def _pick(chance: random.Random, weights: dict[Choice, float]) -> Choice:
    at = chance.random() * sum(weights.values())
    for choice, weight in weights.items():
        at -= weight
        if at < 0:
            return choice
    return choice
