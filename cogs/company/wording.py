"""The sentences of company, for those who ask and those who are asked."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Text
from bot.words.i18n import N_, _, ngettext, say

KINDS: Mapping[str, str] = {
    "chat": N_("Chat"),
    "voice": N_("Voice"),
    "quiet": N_("Quiet company"),
    "hand": N_("Practical hand"),
}
WANTED: Mapping[str, str] = {
    "chat": N_("Someone who allows it would like company for a chat (next {n} hours)."),
    "voice": N_("Someone who allows it would like company for a call (next {n} hours)."),
    "quiet": N_("Someone who allows it would like quiet company (next {n} hours)."),
    "hand": N_("Someone who allows it would like a practical hand (next {n} hours)."),
}
CAN: Mapping[str, str] = {
    "chat": N_("Someone can, for a chat, now."),
    "voice": N_("Someone can, for a call, now."),
    "quiet": N_("Someone can, for quiet company, now."),
    "hand": N_("Someone can, with a practical hand, now."),
}
HOURS = (2, 6, 24)

AUDIENCES: Mapping[str, str] = {"helpers": N_("Helpers"), "buddy": N_("My buddy"), "circles": N_("My circles")}
"""The short name of each audience, for a button."""


def kind(name: str) -> Text:
    return say(KINDS[name])


def wanted(name: str, hours: int) -> Text:
    return say(WANTED[name]).format(n=hours)


def can(name: str) -> Text:
    return say(CAN[name])


def audience(name: str) -> Text:
    return say(AUDIENCES[name])


def counted(viewers: Mapping[str, int]) -> Text:
    """``6 helpers, your buddy``"""
    said = []
    if n := viewers.get("helpers", 0):
        said.append(ngettext("{n} helper", "{n} helpers", n).format(n=n))
    if n := viewers.get("buddy", 0):
        said.append(ngettext("your buddy", "{n} buddies", n).format(n=n))
    if n := viewers.get("circles", 0):
        said.append(ngettext("{n} person from your circles", "{n} people from your circles", n).format(n=n))
    return Text(", ").join(said)


def terms(kind_name: str, hours: int, note: str | None) -> Text:
    """``Chat, next 2 hours, no note.``"""
    if note is None:
        return _("{kind}, next {n} hours, no note.").format(kind=kind(kind_name), n=hours)
    return _("{kind}, next {n} hours, with your note: “{note}”").format(kind=kind(kind_name), n=hours, note=note)
