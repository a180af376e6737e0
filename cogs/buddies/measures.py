"""What moderators may know of buddies as totals: sentences for figures that tell nothing about one person."""

from __future__ import annotations

from bot.messages import Text
from bot.registry import Measure
from bot.words.i18n import N_, _
from storage.buddies import counted


def _with(part: int, whole: int) -> Text:
    said = _("Of about {whole} people who would like a buddy, about {part} have one now.")
    return said.format(part=part, whole=whole)


def _soon(part: int, whole: int) -> Text:
    return _(
        "Of about {whole} people who asked for a buddy in the last three months, about {part} had talked with somebody"
        " within two weeks."
    ).format(part=part, whole=whole)


def _lately(part: int, whole: int) -> Text:
    return _(
        "Of about {whole} people who had a buddy in the last four weeks, about {part} talked with them, as both say."
    ).format(part=part, whole=whole)


def _stayed(part: int, whole: int) -> Text:
    return _(
        "Of about {whole} people whose round ended in the last three months, about {part} chose the same buddy again."
    ).format(part=part, whole=whole)


MEASURES = (
    Measure(N_("buddies now"), counted.with_a_buddy, _with),
    Measure(N_("buddies within two weeks"), counted.soon_talked, _soon),
    Measure(N_("buddies who talked"), counted.lately_talked, _lately),
    Measure(N_("buddies who stayed"), counted.stayed, _stayed),
)
