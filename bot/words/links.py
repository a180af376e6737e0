"""Links in people's words, where these are given to be followed: where a circle meets, what moderators name."""

from __future__ import annotations

import re

from bot.messages import Link, Part, Plain, Text

# A host that reads as what it is: no other letters, and nobody's name before it. No mark that ends a sentence is part
# of a link, and no bracket that was opened before it.
_LINK = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?://(?>[A-Za-z0-9.-]+)(?>(?::[0-9]{1,5})?)(?![\w@:-])(?:[/?#][A-Za-z0-9_\-.~:/?#\[\]@!$&'()*+,;=%]*)?",
)
_AFTER = ".,:;!?'*_"
_OPENS = {")": "(", "]": "["}


def whole(words: str) -> Text:
    """The words, with the links in them whole."""
    parts: list[Part] = []
    end = 0
    for found in _LINK.finditer(words):
        url = _without_what_follows(found[0])
        parts += [Plain(words[end : found.start()]), Link(url)]
        end = found.start() + len(url)
    return Text(*(part for part in (*parts, Plain(words[end:])) if part != Plain("")))


def _without_what_follows(url: str) -> str:
    while url[-1] in _AFTER or (url[-1] in ")]" and url.count(url[-1]) > url.count(_OPENS[url[-1]])):
        url = url[:-1]
    return url
