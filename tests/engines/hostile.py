"""What hostile people type: pieces that ping, link, format or break, put together at random and the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator

PIECES = (
    # pings
    *("@everyone", "@here", "@room", "<@1234567890123456789>", "<@!1234567890123456789>", "<@&1234567890123456789>"),
    *("<#1234567890123456789>", "</kith start:1234567890123456789>", "<id:customize>", "@alice:example.org"),
    *("#room:example.org", "!abc:example.org", "https://matrix.to/#/@alice:example.org", "matrix:u/alice:example.org"),
    # links
    *("https://evil.example/x?a=b", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "discord.gg/abcdef"),
    *("www.evil.example",),
    *("[look](https://evil.example)", "[look](<https://evil.example>)", "<https://evil.example>", "ftp://evil.example"),
    *("javascript:alert(1)", "data:text/html,x", "mxc://evil.example/pixel", "discord.com/invite/abcdef"),
    # formats
    *("**", "*", "_", "__", "~~", "||", "`", "```", "```py\n", "> ", ">>> ", "# ", "## ", "-# ", "- ", "1. ", "+ "),
    *("<t:1700000000:R>", "<:kith:1234567890123456789>", "<a:kith:1234567890123456789>", "\\", "\\\\", "\\*"),
    # markup of another kind
    *("<b>", "</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='https://evil.example'>"),
    *("</strong>", "</code>", "<br>", "&lt;", "&#60;", "&amp;", "&", '"', "'", "<!--", "-->", "<mx-reply>", "]]>"),
    # templates, and what programs read
    *("{", "}", "{0}", "{host}", "{who.__class__}", "%s", "%(x)s", "${x}", "{{x}}", "$(id)", "`id`", "'; DROP TABLE"),
    *("kith:1:privacy.forget:o1:", "kith:1:consent.yes:-:checkin|1|", "!kith", "/start", "../../etc/passwd"),
    # what cannot be seen, or turns text around
    *("\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c"),
    *("\x00", "\x1b", "\x1b[31m"),
    *("\r", "\n", "\r\n", "\u2028", "\u2029", "\x85", "\x0b", "\t", "\x7f", "\x08", "\ud800"),
    # letters that look like others, grow, or stand on each other
    *("ｅｖｅｒｙｏｎｅ", "ev\u0435ryone", "İ", "ß", "ﬀ", "e\u0301" * 4, "\u0334" * 6),
    *("𝐞", "👩‍👩‍👧", "🏳️‍🌈", "1️⃣", "٣", "²"),
    *("", " ", "a", "Alice", "hello there", "19:00", "tomorrow", "I'm tired"),
)  # fmt: skip


def strings(count: int, seed: int = 0) -> Iterator[str]:
    """``count`` hostile strings: every piece alone first, then pieces at random, torn and doubled, some very long."""
    yield from PIECES[:count]
    chance = random.Random(seed)
    for _number in range(count - len(PIECES)):
        pieces = chance.choices(PIECES, k=chance.choice((1, 2, 2, 3, 5, 8)))
        made = chance.choice(("", "", " ", "\n")).join(pieces)
        if chance.random() < 0.1 and made:
            cut = chance.randrange(len(made))
            made = made[cut:] + made[:cut]
        if chance.random() < 0.01:
            made *= chance.randint(10, 200)
        yield made[:6000]
