"""From what somebody typed for a place to the zones it can mean: ``in nyc``, ``Paris, France``, ``perth wa``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from bot.clocks import zone_names
from bot.clocks.places import gazetteer, same_clock, slips, table
from bot.clocks.places.gazetteer import EVERYBODY, Area, Meaning
from bot.clocks.places.spelling import folded, normal

_SHARE = 4
"""A namesake with at least one in so many of the people is meant as well."""
_BESIDE_AN_AREA = 500_000
"""A city from here on is meant as well where a whole country or region has its name."""
_EASILY_MISTAKEN = 200_000
_MOST_WORDS = 8
_LONGEST_AREA = 5
_LONGEST_ABBREVIATION = 5
_BEFORE = (
    r"(?:(?:i ?am|im|i live|live|living|based|here|currently|now|we are|were|its|use|set to|near|close to|around|in|at|"
    r"from|to|the|my|is|time zone|timezone|tz|city of|greater|downtown|metro|same as) )+"
)
_AFTER = (
    r"(?: (?:time ?zone|tz|time|local|standard|daylight|summer|winter|clock|city|area|metro|region|state|province|"
    r"county|please|pls|plz|now|rn|right|here|shi|uhrzeit|zeit|heure|hora))+$|(?:市|都|府|시)?(?:时间|時間|시간)?$"
)
_OFFSET_AROUND = r"\(?(?:utc|gmt) ?[+-] ?[0-9:]+\)? ?(?=.)|(?<=.)[ ,]*\(?(?:utc|gmt) ?[+-] ?[0-9:]+\)?$"
_LABEL = r".*\(([A-Za-z_/+0-9-]+)\)"
_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "pt": "port"}
_JOINED = _SHORT | {"saint": "st", "mount": "mt", "fort": "ft"}
_SHORTEST_WITH_UMLAUT = 3
_UMLAUTS = "ae|oe|ue|aa"


def of_label(text: str) -> str:
    """The key in a label of ``zones.complete`` that came back as it was offered: ``Boston (America/New_York)``."""
    label = re.fullmatch(_LABEL, text[:200].strip())
    return label[1] if label and normal(label[1]) in gazetteer.conventions() and "/" in label[1] else text


def read(text: str) -> list[Meaning]:
    """All that a text can mean. Empty: it is no place that anybody here knows."""
    written = folded(of_label(text))
    whole = re.sub(_OFFSET_AROUND, "", written).replace("&", " and ").replace(",", " , ")
    for form in _forms(normal(whole.replace(",", " "))):
        if found := _meanings(form) or _within(form) or _with_letters(form):
            return [*found, *_mistaken_for(form, found)]
    return _somewhere_in(whole) or _each_alike(whole, "[/(),]" if len(whole) < len(written) else "[/()]")


def plainly(text: str) -> list[Meaning]:
    """What a text means that is a name from its first letter to its last, and no ordinary word."""
    name = normal(text.replace(",", " "))
    bare = name.removesuffix(" time")
    if bare == name and (name in zone_names.ORDINARY_WORDS or _is_too_short(name)):
        return []
    if _is_kept_in_code(bare) or bare != name or " " in bare:
        return _meanings(name) or _meanings(bare) or _within(bare, letters="," in text)
    row = table.find(bare)
    large = row and any(city.people >= _BESIDE_AN_AREA and (city.first or not bare.isascii()) for city in row.cities)
    return gazetteer.meanings(bare) if row and (large or row.countries or row.zones) else []


def _is_too_short(name: str) -> bool:
    return len(name) < 3 and name.isascii() and not _is_kept_in_code(name)


def _is_kept_in_code(name: str) -> bool:
    return any(
        name in known for known in (gazetteer.conventions(), gazetteer.cities_of_iana(), gazetteer.areas_by_name())
    )


def decide(found: Iterable[Meaning], year: int) -> list[Meaning]:
    """What is meant: one of each clock, the largest first. Of namesakes those count that are not far smaller."""
    ordered = sorted(found, key=lambda meaning: -meaning.people)
    largest = ordered[0].people if ordered else 0
    least = _BESIDE_AN_AREA if largest >= EVERYBODY else largest / _SHARE
    counted = {meaning.key: meaning for meaning in reversed(ordered) if meaning.people >= least}
    keys = [meaning.key for meaning in ordered if meaning.key in counted]
    distinct = same_clock.distinct(dict.fromkeys(keys), year) if len(counted) > 1 else keys[:1]
    return [counted[key] for key in distinct]


def corrected(text: str, year: int) -> list[Meaning]:
    """What a name with one slip of the fingers means, where nothing else can be meant; empty otherwise."""
    for name in _forms(normal(text)):
        if len(name) < slips.SHORTEST or table.looks_like_another(name):
            continue
        found = [decide(gazetteer.meanings(known), year) for known in one_slip_from(name)]
        if found and all(len(meant) == 1 for meant in found):
            return decide((meaning._replace(people=1) for meant in found for meaning in meant), year)
    return []


def areas(name: str, *, letters: bool = True) -> list[Area]:
    """Countries and regions by their names or letters; ``letters``: also by those that are an ordinary word."""
    by_letters = letters or name not in zone_names.ORDINARY_LETTERS
    return [*gazetteer.areas(name), *(gazetteer.areas_by_letters().get(name, ()) if by_letters else ())]


def area_at_the_end(text: str) -> list[Area]:
    """The country or region that the last words name, after others."""
    words = normal(text.replace(",", " ")).split()
    tails = (" ".join(words[-n:]) for n in range(min(len(words) - 1, _LONGEST_AREA), 0, -1))
    return next((found for tail in tails if (found := areas(tail))), [])


def one_slip_from(name: str) -> list[str]:
    return [known for known in _by_first_letter().get(name[0], ()) if slips.is_one(name, known)]


@cache
def _by_first_letter() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name in sorted({*table.well_known(), *(n for n, known in gazetteer.cities_of_iana().items() if known.offered)}):
        names.setdefault(name[0], []).append(name)
    return names


def _mistaken_for(name: str, found: list[Meaning]) -> list[Meaning]:
    """The far larger place that one slip away from a small one may be meant: ``pittsburg`` is in California."""
    people = max(meaning.people for meaning in found)
    if people >= _EASILY_MISTAKEN or len(name) < slips.SHORTEST:
        return []
    near = [meaning for known in one_slip_from(name) for meaning in gazetteer.meanings(known)]
    return [meaning._replace(people=people) for meaning in near if _SHARE * people < meaning.people < EVERYBODY]


def _meanings(name: str) -> list[Meaning]:
    """What a name means, and with its short word written out or the long one short: that counts half."""
    other = " ".join(_JOINED.get(word, word) for word in name.split())
    others = gazetteer.meanings(other) if other != name else []
    return gazetteer.meanings(name) + [meaning._replace(people=meaning.people // 2) for meaning in others]


def _forms(name: str) -> Iterator[str]:
    """The name as it is, without the words around it, and as others spell it; each once."""
    forms = dict.fromkeys(
        (name, re.sub(_AFTER, "", name), bare := re.sub(_BEFORE, "", name, count=1), re.sub(_AFTER, "", bare))
    )
    longer = [form for form in forms if len(form) > _SHORTEST_WITH_UMLAUT]
    forms |= dict.fromkeys(re.sub(_UMLAUTS, lambda pair: pair[0][0], form) for form in longer)
    yield from (form for form in forms if form)


def _within(name: str, *, letters: bool = True, once_more: bool = True) -> list[Meaning]:
    """``city country`` and ``country city``, once more in what is left of them; each can be several words."""
    words = name.split()
    if not 1 < len(words) <= _MOST_WORDS:
        return []
    lengths = range(min(len(words) - 1, _LONGEST_AREA), 0, -1)
    splits = [
        *((" ".join(words[:-n]), " ".join(words[-n:])) for n in lengths),
        *((" ".join(words[n:]), " ".join(words[:n])) for n in lengths),
    ]
    for place, area in splits:
        if found := _there(place, areas(area, letters=letters), once_more=once_more):
            return found
    return []


def _with_letters(name: str) -> list[Meaning]:
    """``new york est``: the place, if its clock is called so, and both otherwise."""
    place, _space, letters = name.rpartition(" ")
    known, named = _meanings(place), gazetteer.by_convention(letters)
    if not known or not named or len(letters) > _LONGEST_ABBREVIATION or letters in gazetteer.areas_by_letters():
        return []
    both = {meaning.key for meaning in named}
    return [meaning for meaning in known if meaning.key in both] or [*known, *named]


def _there(name: str, found: list[Area], *, once_more: bool) -> list[Meaning]:
    """What a name means in these countries or regions; the first that has it, where letters stand for several."""
    if not found:
        return []
    for known in (gazetteer.by_place(name), _meanings(name), _within(name, once_more=False) if once_more else []):
        for state in [area for area in found if area.state]:
            if there := [meaning for meaning in known if meaning.state == state.state]:
                return there
        everywhere = frozenset().union(*(area.everywhere for area in found if not area.state))
        if there := [meaning for meaning in known if meaning.key in everywhere]:
            return [*there, *_in_a_state_too(there, found)]
    return []


def _in_a_state_too(there: list[Meaning], found: list[Area]) -> list[Meaning]:
    """``windsor ca`` is in Canada, and a smaller one may be in California."""
    people = max(meaning.people for meaning in there)
    if people >= _BESIDE_AN_AREA:
        return []
    return [Meaning(key, people, area.written) for area in found if area.state for key in area.keys]


def _somewhere_in(text: str) -> list[Meaning]:
    """``Kleinmachnow, Germany``: where a whole country has one clock, the town need not be known.

    In a state it can have the name of another: ``Paris, TX``.
    """
    found, words = area_at_the_end(text), normal(text.replace(",", " ")).split()
    towns = [" ".join(words[:n]) for n in range(1, len(words))]
    known = any(gazetteer.meanings(town) for town in towns)
    states = [area for area in found if area.region]
    if states and (known or "," in text or words[-1] not in zone_names.ORDINARY_LETTERS):
        found = states if len(words[-1]) < len("ohio") else found
    elif known or not ("," in text or " in " in text):
        return []
    return [Meaning(key, EVERYBODY, each.written) for each in found for key in (*each.keys, *sorted(each.everywhere))]


def _each_alike(text: str, separators: str) -> list[Meaning]:
    """``pst/pdt``, ``(UTC+01:00) Amsterdam, Berlin``: several names, and each of them is understood."""
    parts = [part for part in re.split(separators, text) if part.strip()]
    found = [read(part) for part in parts] if len(parts) > 1 else []
    return [meaning for each in found for meaning in each] if all(found) else []
