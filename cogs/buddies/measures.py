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


def _without_a_word(part: int, _whole: int) -> Text:
    if part:
        return _("Some people who would like a buddy wait longer than three days without a word: `kith-mod rounds`.")
    return _("Nobody who would like a buddy waits longer than three days without a word.")


def _told(part: int) -> Text:
    return _("About {part} have none yet, and know it.").format(part=part)


def _not_said(part: int) -> Text:
    return _("Of about {part} it is not known.").format(part=part)


def _tied(part: int, whole: int) -> Text:
    words = _(
        "Of about {whole} people with something on here, about {part} talked with a buddy in the last four weeks, as"
        " both say."
    )
    return words.format(part=part, whole=whole)


def _lasted(part: int, whole: int) -> Text:
    words = _("Of about {whole} pairs that began in the last three months, about {part} go on after the first round.")
    return words.format(part=part, whole=whole)


MEASURES = (
    Measure(N_("buddies now"), counted.with_a_buddy, _with, "needs", (counted.told, _told)),
    Measure(N_("buddies without a word"), counted.without_a_word, _without_a_word, "needs", whether=True),
    Measure(N_("people with a tie"), counted.tied, _tied, "picture", (counted.tie_unknown, _not_said)),
    Measure(N_("ties that last"), counted.lasted, _lasted),
    Measure(N_("buddies within two weeks"), counted.soon_talked, _soon, "more"),
    Measure(N_("buddies who talked"), counted.lately_talked, _lately, "more", (counted.lately_unknown, _not_said)),
    Measure(N_("buddies who stayed"), counted.stayed, _stayed, "more"),
)
