"""Finding somebody's time zone from what they type: a place, an offset, an abbreviation or an IANA name.

Nothing that a person typed ever reaches ``ZoneInfo``: names are looked up among the zones that exist.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clocks import zone_names
from bot.clocks.places import gazetteer, offsets, reading, slips, table
from bot.clocks.places.gazetteer import Meaning
from bot.clocks.places.spelling import LONGEST_NAME, normal
from bot.clocks.rules.running import tzdata_version
from bot.errors import Ambiguous, UserError
from bot.words.i18n import _

_MOST_SUGGESTED = 3
_SHORTEST_MISTYPED = 4
_LIKE, _COMPARED = 0.7, 40
_LARGE_CITY = 200_000
"""Cities from here on are offered while somebody types."""
_MOST_BEGINNINGS = 400


class Completion(NamedTuple):
    """A zone to offer while somebody types. ``find(key)`` finds it again."""

    label: str
    key: str


def find(text: str) -> ZoneInfo:
    """The zone somebody means. Raises ``UserError`` with up to three suggestions."""
    text = _named(text)
    if not normal(text):
        raise UserError(_("Which city's time is yours? Try Berlin or America/New_York."))
    if (offset := offsets.read(text)) is not None:
        return _fixed(offset, text)
    found = reading.read(text)
    meant = reading.decide(found, _year()) if found else reading.corrected(text, _year())
    if len(meant) == 1:
        return ZoneInfo(meant[0].key)
    typed = " ".join(text.split())[:40]
    if several := _told_apart(meant[:_MOST_SUGGESTED]) or [*offsets.without_a_sign(text)]:
        words = _("{name} can mean more than one time zone. Try {suggestions}.")
        raise Ambiguous(words.format(name=typed, suggestions=_any_of(several))).offering(several)
    if suggestions := _close_to(text):
        words = _("I don't know the time zone {name}. Did you mean {suggestions}?")
        raise UserError(words.format(name=typed, suggestions=_any_of(suggestions))).offering(suggestions)
    words = _("I don't know the time zone {name}. Try the nearest big city, like Berlin or New York.")
    raise UserError(words.format(name=typed))


def may_be(text: str) -> bool:
    """Is this the name of a zone or of several, and no ordinary word? ``find`` takes more, where one is asked for."""
    text = _named(text)
    return offsets.read(text) is not None or bool(reading.plainly(text))


def is_known(text: str) -> bool:
    """Is this the name of one zone, and no ordinary word?"""
    return len(reading.decide(reading.plainly(text), _year())) == 1


def _named(text: str) -> str:
    """As it stands behind an hour: ``7pm in Berlin``."""
    return re.sub(r"^\s*in\s+(?=\S)", "", text, flags=re.IGNORECASE)


def complete(prefix: str, limit: int = 25) -> list[Completion]:
    """Zones whose city, country or IANA name begins with ``prefix``, the best first; without one well-known zones."""
    start = normal(prefix)
    if not start:
        return [Completion(_label(gazetteer.city(key), key), key) for key in zone_names.OFFERED_FIRST[:limit]]
    ranked: dict[Completion, tuple[int, int, str]] = {}
    for known, written, keys, people in _offered(start, full="/" in prefix):
        for key in keys:
            completion = Completion(_label(written if len(keys) == 1 else gazetteer.city(key), key), key)
            ranked.setdefault(completion, (_rank(known, start, key), -people, known))
    return sorted(ranked, key=ranked.__getitem__)[:limit]


def guess(locale: str | None, fallback: ZoneInfo) -> ZoneInfo:
    """The zone of most people with this locale (``en-GB``, ``de``, ``pt_BR``), ``fallback`` if there is no telling."""
    language, *rest = re.split("[-_.@]", (locale or "")[:LONGEST_NAME])
    regions = [part.upper() for part in rest if len(part) == 2 and part.isalpha()]
    country = regions[0] if regions else zone_names.LANGUAGE_COUNTRIES.get(language.lower())
    keys = gazetteer.zones_of_countries().get(country or "", ())
    main = zone_names.MAIN_ZONES.get(country or "", keys)
    return ZoneInfo(main[0]) if len(main) == 1 else fallback


def _fixed(offset: offsets.Offset, text: str) -> ZoneInfo:
    """The zone that keeps this offset all year, if there is one."""
    if key := offsets.zone(offset):
        return ZoneInfo(key)
    words = _("No clock stays at {offset} all year. Try the nearest big city, like Berlin or New York.")
    raise UserError(words.format(offset=text.strip()[:40]))


@cache
def _year() -> int:
    """The first year that clocks are compared in: that of the data, which knows what has been decided by then."""
    return int(tzdata_version()[:4])


def _told_apart(meant: Iterable[Meaning]) -> list[str]:
    """What to type for each: ``Valencia Spain`` where that says which, and otherwise the zone."""
    return [_where_it_is(meaning) or meaning.key for meaning in meant]


def _where_it_is(meaning: Meaning) -> str:
    countries = [code for code, keys in gazetteer.zones_of_countries().items() if meaning.key in keys]
    if meaning.people >= gazetteer.EVERYBODY or not countries:
        return ""
    areas = gazetteer.areas_by_letters().get(meaning.state.casefold(), ()) if meaning.state else ()
    area = areas[0].written if areas else gazetteer.names_of_countries()[countries[0]]
    understood = reading.decide(reading.read(f"{meaning.written} {area}"), _year())
    return f"{meaning.written} {area}" if [each.key for each in understood] == [meaning.key] else ""


def _close_to(text: str) -> list[str]:
    """Up to three names as they are written, of different zones: those that fewest slips make of the text, and none
    that is farther away than another. The largest place comes first.
    """
    name = normal(text)
    if area := reading.area_at_the_end(text):
        named = [each for each in area if each.region] or area
        return [each.written for each in named if len(each.keys) == 1][:1]
    if len(name) < _SHORTEST_MISTYPED:
        return []
    pool = [known for known in _mistaken() if known[0] == name[0] or known[:2] == name[1::-1]]
    alike = difflib.get_close_matches(name, [*pool, *reading.one_slip_from(name)], n=_COMPARED, cutoff=_LIKE)
    slipped = {known: slips.distance(known, name) for known in alike}
    nearest = [known for known in slipped if slipped[known] == min(slipped.values())]
    close: dict[tuple[str, ...], str] = {}
    for known in sorted(nearest, key=_people, reverse=True):
        keys, written = _mistaken().get(known) or _of_the_table(known)
        close.setdefault(keys, written)
    return list(close.values())[:_MOST_SUGGESTED]


def _people(name: str) -> int:
    """How many people live in the largest place of this name; 0 for what is a name of a zone only."""
    return max((meaning.people for meaning in gazetteer.by_place(name)), default=0)


def _of_the_table(name: str) -> tuple[tuple[str, ...], str]:
    row = table.find(name)
    return (row.cities[0].zone,) if row and row.cities else (), row.written if row else name


@cache
def _mistaken() -> dict[str, tuple[tuple[str, ...], str]]:
    """What somebody may have meant who mistyped: zones and the name as it is written, by normal names."""
    index: dict[str, tuple[tuple[str, ...], str]] = {}
    for known in (gazetteer.cities_of_iana(), gazetteer.conventions()):
        index |= {name: (each.keys, each.written) for name, each in known.items() if each.offered}
    for name, (area, *_others) in gazetteer.areas_by_name().items():
        index.setdefault(name, (area.keys, area.written))
    return index


def _offered(start: str, *, full: bool) -> Iterator[tuple[str, str, tuple[str, ...], int]]:
    """Normal names with a word that begins so: as they are written, their zones, how many people live there."""
    for names in (gazetteer.conventions(), gazetteer.cities_of_iana()):
        for known, name in names.items():
            if f" {start}" in f" {known}" and (name.offered or known == start) and ("/" not in name.written or full):
                yield known, name.written, name.keys[:1] if not name.offered else name.keys, 0
    for known, areas in gazetteer.areas_by_name().items():
        if f" {start}" in f" {known}":
            yield from ((known, area.written, area.keys, 0) for area in areas)
    for row in table.beginning(start, _MOST_BEGINNINGS):
        for city in row.cities:
            if city.first and city.people >= _LARGE_CITY:
                yield normal(row.written), row.written, (city.zone,), city.people


def _any_of(names: list[str]) -> str:
    *before, last = names
    return str(_("{names} or {last}").format(names=", ".join(before), last=last)) if before else last


def _label(written: str, key: str) -> str:
    return key if written == key else f"{written} ({key})"


def _rank(known: str, start: str, key: str) -> int:
    """0 for the name itself, 1 for well-known zones by their city, 2 for what begins with ``start``, 3 for the rest."""
    if known == start:
        return 0
    if not known.startswith(start):
        return 3
    return 1 if key in zone_names.OFFERED_FIRST and known in (normal(gazetteer.city(key)), normal(key)) else 2
