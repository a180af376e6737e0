"""What is said when Kith itself stops, and when it stays after all."""

from __future__ import annotations

from bot.messages import Text
from bot.words.i18n import _


def stops(day: str) -> Text:
    return _("I stop here on {day}. Your places stay yours. `my-data` until then.").format(day=day)


def stays() -> Text:
    return _("I stay here after all. What is yours goes on as before.")


def stopped(day: str) -> Text:
    return _("I stopped here on {day}, and send nothing any more. `my-data` and `forget-me` still answer.").format(
        day=day
    )
