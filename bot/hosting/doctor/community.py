"""What the people of a community need of the host: that somebody hears of what only the host may see."""

from __future__ import annotations

from collections.abc import Iterator

from bot.hosting.doctor.findings import Finding


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
            "Look into `kith cases` now and again, or put such an account there",
        )
