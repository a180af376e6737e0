"""What the people of a community need of the host: that somebody hears of what only the host may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.hosting.doctor.findings import Finding
from storage.upkeep.examination import Waiting


def host(platform: str) -> Iterator[Finding]:
    """Whether what only the host may know reaches them: ``platform`` is where their contact is an account."""
    if platform:
        yield Finding("host", "ok", f"reports that only you may see are told to your account on {platform.title()}")
    else:
        yield Finding(
            "host",
            "not asked",
            "nobody would hear of a report that only you may see:"
            " `host.contact` is no account on a platform used here.",
            "Put an account of your own there, or look now and again: `kith cases --config config.toml`.",
        )


NOTICE = timedelta(days=30)


def reports(waiting: Waiting) -> Iterator[Finding]:
    if waiting.reports:
        says = f"{waiting.reports} {'report waits' if waiting.reports == 1 else 'reports wait'} that only you may see."
        yield Finding("reports", "note", says, "`kith cases --config config.toml` shows them.")
    else:
        yield Finding("reports", "ok", "no report waits for you")


def lines(waiting: Waiting, today: date) -> Iterator[Finding]:
    """Crisis lines that moderators confirmed go dark on a day, and a person in need then reads fewer numbers."""
    for community, until in waiting.lines:
        name = "".join(letter for letter in community if letter.isprintable())
        if until <= today:
            says = f"“{name}”: a crisis line stopped showing on {until}, because nobody checked it again."
        elif until <= today + NOTICE:
            says = f"“{name}”: a crisis line stops showing on {until}."
        else:
            continue
        yield Finding("lines", "note", says, "Ask a moderator there to check it again with `kith-mod lines`.")


def undelivered(waiting: Waiting) -> Iterator[Finding]:
    if waiting.overdue:
        says = f"{waiting.overdue} messages have waited for more than an hour to be sent."
        yield Finding(
            "messages",
            "note",
            says,
            "Start Kith if it does not run; `kith doctor --online --config config.toml` says whether its platforms"
            " answer.",
        )
    else:
        yield Finding("messages", "ok", f"{waiting.unsent} of the last days could not be delivered")
