"""Whom a name means: somebody is called by what stands beside their words, and no mention or id has to be typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.errors import DeliveryError, UserError
from bot.messages import Member
from bot.platform.adapter import Adapter
from bot.words.i18n import _

PLACES = 5
"""In how many places somebody is looked for."""
OFFERED = 5


async def reader(adapter: Adapter, asks: Member, named: Iterable[str]) -> Callable[[str], Member | None]:
    """Reads mentions and ids as the platform writes them, and these names as whoever asks can see them there."""
    known = {
        words: await _found(adapter, asks, words)
        for words in {one.strip() for one in named}
        if words and adapter.read_member(words) is None
    }

    def read(words: str) -> Member | None:
        return adapter.read_member(words) or _only(words, known.get(words.strip(), {}))

    return read


async def _found(adapter: Adapter, asks: Member, words: str) -> dict[Member, str]:
    """Nobody, where the platform does not tell: then a mention or an id is asked for."""
    found: dict[Member, str] = {}
    try:
        for place in (await adapter.places_of(asks))[:PLACES]:
            found |= await adapter.find_members(place, words, asks)
    except DeliveryError:
        return {}
    return found


def _only(words: str, found: Mapping[Member, str]) -> Member | None:
    """The one who has exactly this name. Raises UserError, which names those it may be, where that is not one."""
    wanted = words.strip().removeprefix("@").casefold()
    exactly = [one for one, handle in found.items() if wanted in (one.name.casefold(), handle.casefold())]
    if len(exactly) == 1:
        return exactly[0]
    if not found:
        return None
    handles = [found[one] for one in exactly or found][:OFFERED]
    asked = _("Whom do you mean by {words}? One of these: {handles}.")
    raise UserError(asked.format(words=words[:40], handles=", ".join(handles))).offering(handles)
