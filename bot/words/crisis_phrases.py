"""A small list of phrases that, if moderators turned it on, add the help card to the reply to a line typed to the bot.

It is no detection: it reads nothing but what is typed to the bot, alerts nobody, keeps nothing, and misses most of what
people say. Only phrases somebody says of themselves stand here, and none that name a method.
"""

from __future__ import annotations

import re

PHRASES = (
    "want to die",
    "wanna die",
    "want to be dead",
    "wish i was dead",
    "wish i were dead",
    "better off dead",
    "better off without me",
    "kill myself",
    "killing myself",
    "end my life",
    "ending my life",
    "end it all",
    "take my own life",
    "no reason to live",
    "can't go on",
    "cannot go on",
    "don't want to live",
    "do not want to live",
    "don't want to be alive",
    "suicidal",
    "hurt myself",
    "harm myself",
)

_SPACES = re.compile(r"\s+")
_PHRASE = re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in PHRASES) + r")\b")


def stands_in(line: str) -> bool:
    """Does one of the phrases stand in this line, whatever the case, spacing and kind of apostrophe?"""
    plain = _SPACES.sub(" ", line.replace("’", "'").replace("‘", "'").casefold())
    return _PHRASE.search(plain) is not None
