"""Erases what has been kept for as long as members were told: the house's own tables, a portion in each transaction.

A feature sweeps its own tables in a job of its own. How long, and for what: docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from sqlite3 import Connection

from storage.database import platforms
from storage.delivery import answers, deliveries, offers
from storage.members import consents, conversations, departures, linking
from storage.moderation import letters

Sweep = Callable[[Connection, datetime], bool]
"""Erases a portion of what is too old. True if there may be more."""

SWEEPS: Sequence[Sweep] = (
    answers.sweep,
    deliveries.sweep,
    offers.sweep,
    conversations.sweep,
    platforms.sweep,
    linking.sweep,
    letters.sweep,
    departures.sweep,
    consents.sweep,
)
