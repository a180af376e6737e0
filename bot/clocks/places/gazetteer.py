"""What a name means: zones and how many people live there, from the names in the code, of IANA, and of the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from bot.clocks import zone_names
from bot.clocks.places import regions, table
from bot.clocks.places.spelling import FLAG, normal

EVERYBODY = 10**9
"""Countries and regions weigh more than any city."""
_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_SMALL_TOWN = 50_000


class Name(NamedTuple):
    """What the code calls zones. Several keys: ask which."""

    written: str
    keys: tuple[str, ...]
    offered: bool = True  # old names are understood, but not offered


class Area(NamedTuple):
    """A country or a region: the zones of nearly everybody there, and all of them."""

    written: str
    keys: tuple[str, ...]
    everywhere: frozenset[str]
    region: bool = False
    state: str = ""  # its letters, in the United States


class Meaning(NamedTuple):
    """A zone that a name can mean, and how many people there would mean it."""

    key: str
    people: int
    written: str
    state: str = ""


def meanings(name: str) -> list[Meaning]:
    """All that a normal name can mean; conventions come before places."""
    return by_convention(name) or by_place(name)


def by_convention(name: str) -> list[Meaning]:
    """What is agreed on, whatever else has that name."""
    known = conventions().get(name)
    return [Meaning(key, EVERYBODY, known.written) for key in known.keys] if known else []


def by_place(name: str) -> list[Meaning]:
    """Countries, regions and cities of this name, or what systems call a zone."""
    found = [Meaning(key, EVERYBODY, area.written) for area in areas(name) for key in area.keys]
    row = table.find(name)
    if row and row.zones:
        return [Meaning(row.zones[0], EVERYBODY, row.written)]
    if row:
        found += [Meaning(city.zone, city.people, row.written, city.state) for city in row.cities]
    if named := cities_of_iana().get(name):
        people = max((meaning.people for meaning in found if meaning.key in named.keys), default=_SMALL_TOWN)
        found.insert(0, Meaning(named.keys[0], people, named.written))
    by_letters = () if found or name in zone_names.ORDINARY_LETTERS else areas_by_letters().get(name, ())
    return found or [Meaning(key, EVERYBODY, area.written) for area in by_letters for key in area.keys]


def areas(name: str) -> list[Area]:
    """Countries and regions of this name."""
    found = [*areas_by_name().get(name, ())]
    if row := table.find(name):
        named = [country_area(row.written, code) for code in row.countries]
        found += [area for area in named if area and area.everywhere not in (each.everywhere for each in found)]
    return found


@cache
def conventions() -> dict[str, Name]:
    """Abbreviations, nicknames and IANA keys by their normal names. Of those that are alike, the first counts."""
    index: dict[str, Name] = {}
    listed = {key for keys in zones_of_countries().values() for key in keys}
    names = [
        *(Name(name, keys) for name, keys in zone_names.AMBIGUOUS.items()),
        *(Name(name, (key,)) for key, names in zone_names.ABBREVIATIONS.items() for name in names.split(", ")),
        *(Name(name, ("UTC",)) for name in ("UTC", "Z", "Etc/UTC", "Etc/GMT")),
        *(Name(name, (key,)) for key, names in zone_names.CITIES.items() for name in names.split(", ")),
        *(Name(key, (key,)) for key in sorted(listed)),
        *(Name(key, (_meant(key, target),), offered=False) for key, target in _links(listed)),
    ]
    for name in names:
        index.setdefault(normal(name.written), name)
    return {name: known for name, known in index.items() if known.offered or name not in areas_by_name()}


@cache
def cities_of_iana() -> dict[str, Name]:
    """The cities that zones are named for, then those that they once were named for."""
    index: dict[str, Name] = {}
    listed = sorted({key for keys in zones_of_countries().values() for key in keys})
    for key in listed:
        index.setdefault(normal(city(key)), Name(city(key), (key,)))
    for key, target in _links(listed):
        if _is_a_place(key, target):
            index.setdefault(normal(city(key)), Name(city(key), (key, target), offered=False))
    return index


@cache
def areas_by_name() -> dict[str, tuple[Area, ...]]:
    """Countries as IANA and the code call them, and regions, by their normal names."""
    index: dict[str, tuple[Area, ...]] = {}
    for name, code in country_codes().items():
        if (area := country_area(name, code)) and normal(name) not in index:
            index[normal(name)] = (area,)
    for name, area, letters in _regions():
        if not letters:
            index[normal(name)] = (*index.get(normal(name), ()), area)
    return index


@cache
def areas_by_letters() -> dict[str, tuple[Area, ...]]:
    """What two or three letters after a city stand for: ``ca`` is Canada and California."""
    index: dict[str, tuple[Area, ...]] = {}
    for code in zones_of_countries():
        if area := country_area(code, code):
            index[code.casefold()] = index[FLAG + code.casefold()] = (area,)
    for name, area, letters in _regions():
        if letters:
            index[normal(name)] = (area, *index.get(normal(name), ()))
    return {letters: tuple(sorted(found, key=lambda area: not area.state)) for letters, found in index.items()}


def country_area(written: str, code: str) -> Area | None:
    everywhere = zones_of_countries().get(code, ())
    return Area(written, zone_names.MAIN_ZONES.get(code, everywhere), frozenset(everywhere)) if everywhere else None


def _regions() -> Iterator[tuple[str, Area, bool]]:
    """Each name of a region, and whether it is only letters."""
    for zones, groups in regions.REGIONS.items():
        everywhere = frozenset(zones.replace("+", "").split())
        keys = tuple(key for key in zones.split() if not key.startswith("+"))
        for group in groups.split(", "):
            names = group.split("|")
            letters = [name for name in names if len(name) <= 3 and name.isupper()]
            state = next((name for name in letters if name in regions.UNITED_STATES.split()), "")
            area = Area(names[0], keys, everywhere, region=True, state=state if everywhere <= _american() else "")
            yield from ((name, area, name in letters) for name in names)


@cache
def _american() -> frozenset[str]:
    return frozenset(zones_of_countries()["US"])


def city(key: str) -> str:
    return key.rpartition("/")[2].replace("_", " ")


@cache
def country_codes() -> dict[str, str]:
    """ISO 3166 codes of countries by their names, as they are written."""
    ours = {name: code for code, names in regions.COUNTRIES.items() for name in names.split(", ")}
    return {name.partition(" (")[0]: code for name, code in _iso()} | ours


def _iso() -> list[tuple[str, str]]:
    rows = (line.split("\t") for line in _lines("iso3166.tab"))
    return [(name, code) for code, name in rows]


@cache
def names_of_countries() -> dict[str, str]:
    """By ISO 3166 code, as they are shown."""
    named = {code: regions.SHOWN.get(code, name.partition(" (")[0]) for name, code in _iso()}
    return {code: name for code, name in named.items() if code in zones_of_countries()}


@cache
def zones_of_countries() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for line in _lines("zone.tab"):
        code, _coordinates, key, *_comments = line.split("\t")
        zones[code] = (*zones.get(code, ()), key)
    return zones


def _links(listed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """IANA keys that zone.tab leaves out, each with the zone that it points to."""
    rows = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    links = {link: target for _kind, target, link in rows}
    for key in sorted(set(links) - set(listed)):
        target = links[key]
        while target in links and target not in listed:
            target = links[target]
        yield key, target


def _is_a_place(key: str, target: str) -> bool:
    area = key.partition("/")[0]
    return area in _AREAS and target != "Etc/UTC" and "/" in key and area != "Australia"


def _meant(key: str, target: str) -> str:
    """Old names of cities as they are, ``US/Eastern`` as the city it points to."""
    if _is_a_place(key, target):
        return key
    return "UTC" if target in ("Etc/UTC", "Etc/GMT") else target


def _lines(name: str) -> list[str]:
    lines = (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
