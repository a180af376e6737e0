"""Errors with a meaning for somebody. Anything else that is raised is a bug, and is logged.

KithError
├── UserError        its sentence is shown to the member as the reply
│   ├── NotUnderstood    nothing was found that the words could mean
│   └── Ambiguous        the words mean more than one thing: it asks which
├── FatalError       its sentence is printed, and the process ends
│   ├── NotNow           and what it says passes by itself: started again later, it goes
│   └── WrongClock       because the computer's clock cannot be believed
├── StorageError     the database could not do it: full, locked, damaged or closed
└── DeliveryError    a platform did not take a message
    ├── CannotReach      and will not: direct messages closed, room left, member gone
    │   └── NotAllowed       as long as the bot lacks a permission for it
    └── RetryAfter       and says when it will
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class Opens:
    """A command that waits for one value: the next line may be it. ``heard`` is what was typed for it and could not be
    read, ``rest`` what was typed behind it, ``arguments`` what was understood before it. Without a ``name`` a yes is
    waited for: whether the line that was ``heard`` means the ``command``.
    """

    command: str
    name: str
    heard: str = ""
    rest: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


class KithError(Exception):
    """The root of the tree."""


class UserError(KithError):
    """What the member asked for cannot be done. The sentence says what to do instead.

    ``opens``: the sentence is about one value of a command, and the next line typed may be that value. ``offers``: what
    it names to be said instead, each as it is typed. ``field``: which field of a form it is about.
    """

    opens: Opens | None = None
    offers: tuple[str, ...] = ()
    field: str = ""

    def offering(self, offers: Iterable[str]) -> Self:
        self.offers = tuple(offers)
        return self


class NotUnderstood(UserError):
    """No command, no answer to anything, and near to none of either."""


class Ambiguous(UserError):
    """A value, and it can be more than one: the sentence asks which."""


class FatalError(KithError):
    """The process cannot go on. The sentence is for the person who hosts it."""


class WrongClock(FatalError):
    """The computer's clock cannot be believed: only the host can set it right, or say that it is."""


class NotNow(FatalError):
    """The process cannot go on now, and nobody has to mend anything: later it can."""


class StorageError(KithError):
    """The database could not do it: full, locked, damaged or closed."""


class DeliveryError(KithError):
    """A platform did not take a message; trying again later may help."""


class CannotReach(DeliveryError):
    """The platform will not deliver to this member or place: closed direct messages, a room left, an account gone."""


class NotAllowed(CannotReach):
    """The platform says that the bot may not do this: moderators can change that, and then it is done."""


class RetryAfter(DeliveryError):
    """The platform asks for patience."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"retry after {delay.total_seconds():.1f} s")
        self.delay = delay
