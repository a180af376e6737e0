"""What a run of Kith says to those who look after it: systemd, the log, `kith status` and the host's monitoring."""

from __future__ import annotations

import logging
import platform
from collections.abc import Collection, Mapping
from pathlib import Path

from bot import __version__
from bot.bot import Bot
from bot.clocks.clock import monotonic
from bot.clocks.rules.running import tzdata_version
from bot.errors import StorageError
from bot.hosting.installation import DATABASE
from bot.hosting.running import lock
from bot.hosting.running.notifying import Systemd
from bot.hosting.running.seen import STALE, Seen
from bot.log import Word
from storage.database import schema
from storage.delivery import backlog
from storage.delivery.backlog import Waiting

log = logging.getLogger(__name__)


class Run:
    """One run of one installation in ``folder``. ``connected`` are the platforms that can be written to now."""

    def __init__(
        self,
        bot: Bot,
        folder: Path,
        platforms: Collection[str],
        connected: Collection[str],
        env: Mapping[str, str],
    ) -> None:
        self._bot = bot
        self._folder = folder
        self._platforms = platforms
        self._connected = connected
        self._systemd = Systemd(env)
        self._lost: set[str] = set()
        self._ticked: float | None = None
        self._since = bot.now()

    # -- what happens, told once ------------------------------------------------------------------------------------

    def starts(self) -> None:
        log.info(
            "Kith %s starts (schema %d, %s, %s)",
            _version(),
            len(schema.migrations()),
            Word(f"tzdata-{tzdata_version()}"),
            Word(f"python-{platform.python_version()}"),
        )
        self._say()

    def connects(self, name: str) -> None:
        """A platform can be written to; the first time after it was lost it answers again."""
        if name in self._lost:
            log.info("%s answers again", Word(name))
        self._lost.discard(name)
        self._say()

    def ready(self) -> None:
        log.info("Kith %s is ready", _version())
        self._systemd.ready(self._summary)

    def loses(self, name: str) -> None:
        self._lost.add(name)
        self._say()

    def rereads(self, *, well: bool) -> None:
        """The content was read anew; ``well``: all of it."""
        self._systemd.status(self._summary + ("" if well else "; some content is as it was, the log says why"))

    def stopping(self) -> None:
        log.info("Kith %s stops, and finishes what is under way", _version())
        self._systemd.stopping()

    def stopped(self) -> None:
        log.info("Kith %s has stopped", _version())

    def ticked(self) -> None:
        """A round of planning and sending has ended."""
        self._ticked = monotonic()

    # -- how it is ----------------------------------------------------------------------------------------------------

    @property
    def _summary(self) -> str:
        """One line for `systemctl status`."""
        missing = sorted(set(self._platforms) - set(self._connected))
        names = ", ".join(sorted(self._connected)) or "nothing yet"
        return f"connected to {names}" + (f"; waiting for {', '.join(missing)}" if missing else "")

    async def look(self) -> Seen:
        """How it is now. What waits is read from the database; while that cannot be read, nothing counts as waiting."""
        try:
            waiting = await self._bot.database.read(backlog.left, self._bot.now())
        except StorageError:
            waiting = Waiting(0, 0, 0)
        return Seen(
            self._bot.dispatcher.tally,
            self._platforms,
            self._connected,
            self._folder / DATABASE,
            {"version": __version__, "schema": str(len(schema.migrations())), "tzdata": tzdata_version()},
            self._since,
            self._tick_age,
            waiting,
        )

    @property
    def is_watched(self) -> bool:
        return self._systemd.patience > 0

    async def watchdog(self) -> None:
        """Tell systemd that Kith lives, as long as rounds end; before the first connection there are none to end."""
        await self._systemd.watchdog(lambda: self._tick_age < STALE)

    @property
    def _tick_age(self) -> float:
        return 0.0 if self._ticked is None else monotonic() - self._ticked

    def _say(self) -> None:
        lock.say(self._folder, self._since, list(self._connected))
        self._systemd.status(self._summary)


def _version() -> Word:
    return Word(f"v{__version__}")
