"""The names of countries, for whoever chooses one. The codes are those of ISO 3166-1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.messages import Text
from bot.words.i18n import N_, say

NAMES: Mapping[str, str] = {
    "AT": N_("Austria"),
    "AU": N_("Australia"),
    "BE": N_("Belgium"),
    "BR": N_("Brazil"),
    "CA": N_("Canada"),
    "CH": N_("Switzerland"),
    "DE": N_("Germany"),
    "DK": N_("Denmark"),
    "ES": N_("Spain"),
    "FI": N_("Finland"),
    "FR": N_("France"),
    "GB": N_("United Kingdom"),
    "IE": N_("Ireland"),
    "IN": N_("India"),
    "IT": N_("Italy"),
    "JP": N_("Japan"),
    "KR": N_("South Korea"),
    "MX": N_("Mexico"),
    "NL": N_("Netherlands"),
    "NO": N_("Norway"),
    "NZ": N_("New Zealand"),
    "PH": N_("Philippines"),
    "PL": N_("Poland"),
    "PT": N_("Portugal"),
    "SE": N_("Sweden"),
    "SG": N_("Singapore"),
    "US": N_("United States"),
    "ZA": N_("South Africa"),
}

ALSO: Mapping[str, str] = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "america": "US"}
"""What else people write."""


def name(code: str) -> Text:
    """A country in the reader's language; its code where no name is known."""
    return say(NAMES.get(code, code))


def by_name(codes: Iterable[str]) -> list[str]:
    """Country codes in the order of their names, as the reader reads them."""
    return sorted(codes, key=lambda code: str(name(code)).casefold())


def find(words: str) -> str | None:
    """The code of the country that is meant: by its code or its name, in English or the reader's language."""
    wanted = words.strip().casefold().removeprefix("the ")
    if wanted in ALSO:
        return ALSO[wanted]
    found = (code for code in NAMES if wanted in (code.casefold(), NAMES[code].casefold(), str(name(code)).casefold()))
    return next(found, None)


def of_locale(locale: str) -> str | None:
    """The country that a locale such as ``en-GB`` names, if it names one we know."""
    region = locale.replace("_", "-").rpartition("-")[2].upper()
    return region if "-" in locale.replace("_", "-") and region in NAMES else None
