"""Crisis and listening lines: what may be shown to a person in need, and nothing else.

The facts are in content/crisis_lines.toml. A line shows only after a person of the community checked it, and
only until the day it is to be checked again: people have died dialling a number that did not work. Needs no database,
and still has something to say when its own file is damaged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from bot.errors import FatalError, UserError
from bot.messages import Text, plain
from bot.words.files import CONTENT, Entry, read
from bot.words.i18n import _

FILE: Final = CONTENT / "crisis_lines.toml"

RouteKind = Literal["call", "text", "chat", "web", "email", "whatsapp"]
Verified = Literal["operator", "secondary", "conflict", "unverified"]

EVERYWHERE: Final = ("112", "911", "999")
"""Emergency numbers named where the community's own is not known."""
FEWEST: Final = 2
"""Lines that may stand on a card alone; with fewer, the directories stand beside them."""
MOST: Final = 5
"""Lines a community may confirm: more is a list to search, and nobody in need searches."""
CHECK_AGAIN_AFTER: Final = timedelta(days=182)
UNKNOWN: Final = "unknown"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """One way to reach a line. ``say`` is the word to send, "" if none is needed."""

    kind: RouteKind
    value: str
    say: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One service. ``seen``: the page its number was read on. ``check_by``: the day to read that page again."""

    id: str
    country: str
    name: str
    routes: tuple[Route, ...]
    hours: str
    cost: str
    languages: tuple[str, ...]
    verified: Verified
    check_by: date
    seen: str
    also_seen: tuple[str, ...] = ()
    page_date: str = ""
    disclose: str = ""
    note: str = ""

    @property
    def confirmable(self) -> bool:
        """Whether a person can check it at all: its pages agree, and there is one to look at."""
        return bool(self.seen) and self.verified in ("operator", "secondary")


@dataclass(frozen=True, slots=True)
class Directory:
    """A service that lists lines of many countries."""

    name: str
    url: str
    seen: str = ""
    verified: Verified = "unverified"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Emergency:
    """A country's emergency number."""

    number: str
    seen: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything in the file. ``check_by`` holds for the emergency numbers and directories; each line has its own."""

    check_by: date
    directories: tuple[Directory, ...]
    emergency: Mapping[str, Emergency]
    lines: tuple[Line, ...]

    def of(self, country: str) -> tuple[Line, ...]:
        """The lines of a country that a person can check, for whoever sets the community up."""
        return tuple(line for line in self.lines if line.country == country.upper() and line.confirmable)

    @property
    def countries(self) -> tuple[str, ...]:
        """Country codes with an emergency number or a line, in order."""
        return tuple(sorted({*self.emergency, *(line.country for line in self.lines)}))


FALLBACK: Final = Lines(
    check_by=date.max,
    directories=(
        Directory("Find A Helpline", "https://findahelpline.com"),
        Directory("Befrienders Worldwide", "https://www.befrienders.org"),
    ),
    emergency=MappingProxyType({}),
    lines=(),
)
"""What Help now still says when the file is gone or damaged, together with ``EVERYWHERE``."""


@dataclass(frozen=True, slots=True)
class Card:
    """What Help now shows: emergency numbers, confirmed lines, and the directories where those are too few."""

    emergency: tuple[str, ...]
    lines: tuple[Line, ...]
    directories: tuple[Directory, ...]


def load(path: Path = FILE) -> Lines:
    """The file, checked. FatalError, one sentence, at the first mistake."""
    whole = read(path)
    whole.only("meta", "directory", "emergency", "line")
    lines = tuple(_line(path.name, fields) for fields in whole.tables("line"))
    ids: set[str] = set()
    for line in lines:
        if line.id in ids:
            raise Entry(path.name, line.id, {}).wrong("two lines have this id; give one of them a new one.")
        ids.add(line.id)
    directories = tuple(_directory(path.name, fields) for fields in whole.tables("directory"))
    if len(directories) < FEWEST:
        raise whole.wrong(f"name at least {FEWEST} directories: they stand where no line is confirmed.")
    return Lines(
        check_by=Entry(path.name, "[meta]", whole.table("meta")).day("check_by"),
        directories=directories,
        emergency=_emergency(Entry(path.name, "[emergency]", whole.table("emergency"))),
        lines=lines,
    )


@cache
def shipped(path: Path = FILE) -> Lines:
    """What the file holds, read at the first use and kept; ``FALLBACK`` if it cannot be used. Never raises."""
    try:
        return load(path)
    except FatalError as error:
        log.error("Help now shows emergency numbers and directories only: %s", error)
        return FALLBACK


def emergency_number(country: str) -> str | None:
    """The emergency number of a country (ISO code, any case); None if unknown: then name ``EVERYWHERE``."""
    known = shipped().emergency.get(country.upper())
    return known.number if known else None


def confirm(lines: Sequence[Line], confirmations: Mapping[str, date], line_id: str, today: date) -> date:
    """The day by which a line that was checked today must be checked again; the community keeps it with its yes.

    UserError for a line nobody can check, and for one more than a community may show.
    """
    line = next((line for line in lines if line.id == line_id), None)
    if line is None:
        raise UserError(_("I don't know that line. Pick one from the list."))
    if not line.confirmable:
        raise UserError(_("I can't show {line} yet: there is no page that settles its number.").format(line=line.name))
    others = [other for other in _current(lines, confirmations, today) if other.id != line_id]
    if len(others) >= MOST:
        raise UserError(_("{most} lines are shown already. Take one out first.").format(most=MOST))
    return today + CHECK_AGAIN_AFTER


def shown(lines: Sequence[Line], confirmations: Mapping[str, date], today: date) -> tuple[Line, ...]:
    """The lines this community confirmed whose check-by day is still to come: at most five, in file order.

    ``confirmations`` maps a line's id to the community's check-by day. Fewer than two lines are not enough for somebody
    in need: ``card`` adds the directories.
    """
    return tuple(_current(lines, confirmations, today)[:MOST])


def card(
    confirmations: Mapping[str, date],
    today: date,
    *,
    country: str | None = None,
    emergency: str | None = None,
    known: Lines | None = None,
) -> Card:
    """What to show. Without a country: the community's lines and its own emergency number. With one: that country's.

    Never fewer than two routes without the directories, never without an emergency number.
    """
    known = known or shipped()
    lines = shown([line for line in known.lines if country in (None, line.country)], confirmations, today)
    if country is not None:
        emergency = known.emergency[country].number if country in known.emergency else None
    return Card(
        emergency=(emergency,) if emergency else EVERYWHERE,
        lines=lines,
        directories=known.directories if len(lines) < FEWEST else (),
    )


def describe(line: Line) -> Text:
    """One line as a member reads it: name, ways to reach it, and what is known of hours and cost."""
    ways = Text(", ").join([_route(route) for route in line.routes])
    known = [Text(fact) for fact in (line.hours, line.cost) if fact != UNKNOWN]
    words = _("{name}: {ways}; {facts}.") if known else _("{name}: {ways}.")
    return words.format(name=line.name, ways=ways, facts=Text(", ").join(known))


def _route(route: Route) -> Text:
    words = {
        "call": _("call {value}"),
        "text": _("text {say} to {value}") if route.say else _("text {value}"),
        "chat": _("chat at {value}"),
        "web": _("see {value}"),
        "email": _("write to {value}"),
        "whatsapp": _("WhatsApp {value}"),
    }[route.kind]
    return words.format(value=whole(route.value), say=route.say)


def whole(value: str) -> Text:
    """A number to call or an address to open, as it must be where it is copied: adapters put nothing between."""
    return plain(value) if any(mark in value for mark in "*`\n") else Text(value)


def _current(lines: Sequence[Line], confirmations: Mapping[str, date], today: date) -> list[Line]:
    return [line for line in lines if line.confirmable and line.id in confirmations and today < confirmations[line.id]]


def _line(file: str, fields: Mapping[str, object]) -> Line:
    line_id = Entry(file, "a line", fields).text("id")
    entry = Entry(file, line_id, fields)
    entry.only(
        "id", "country", "name", "routes", "hours", "cost", "languages", "verified", "confirmed", "check_by", "seen",
        "also_seen", "page_date", "disclose", "note",
    )  # fmt: skip
    if fields.get("confirmed") is not False:
        raise entry.wrong("set 'confirmed' to false; a yes belongs to a community and is kept in its settings.")
    line = Line(
        id=line_id,
        country=_country(entry, entry.text("country")),
        name=entry.text("name"),
        routes=tuple(_read_route(entry, route) for route in entry.tables("routes")),
        hours=entry.text("hours"),
        cost=entry.text("cost"),
        languages=entry.texts("languages"),
        verified=entry.one_of("verified", get_args(Verified)),
        check_by=entry.day("check_by"),
        seen=_page(entry, entry.optional_text("seen")),
        also_seen=tuple(_page(entry, page) for page in entry.texts("also_seen")),
        page_date=entry.optional_text("page_date"),
        disclose=entry.optional_text("disclose"),
        note=entry.optional_text("note"),
    )
    if not line.routes:
        raise entry.wrong("name at least one route.")
    if bool(line.seen) == (line.verified == "unverified"):
        raise entry.wrong("give the page it was 'seen' on, or set 'verified' to unverified and leave 'seen' empty.")
    return line


def _read_route(line: Entry, fields: Mapping[str, object]) -> Route:
    entry = Entry(line.file, f"{line.name}, routes", fields)
    entry.only("kind", "value", "say", "note")
    kind = entry.one_of("kind", get_args(RouteKind))
    return Route(kind, entry.text("value"), entry.optional_text("say"), entry.optional_text("note"))


def _directory(file: str, fields: Mapping[str, object]) -> Directory:
    entry = Entry(file, "a directory", fields)
    entry.only("name", "url", "seen", "verified", "note")
    return Directory(
        name=entry.text("name"),
        url=_page(entry, entry.text("url")),
        seen=_page(entry, entry.optional_text("seen")),
        verified=entry.one_of("verified", get_args(Verified)),
        note=entry.optional_text("note"),
    )


def _emergency(numbers: Entry) -> Mapping[str, Emergency]:
    found: dict[str, Emergency] = {}
    for country in numbers.fields:
        entry = Entry(numbers.file, f"[emergency], {country}", numbers.table(country))
        entry.only("number", "seen", "note")
        found[_country(entry, country)] = Emergency(
            entry.text("number"), _page(entry, entry.text("seen")), entry.optional_text("note")
        )
    return MappingProxyType(found)


def _country(entry: Entry, code: str) -> str:
    if len(code) != 2 or not code.isascii() or not code.isalpha() or not code.isupper():
        raise entry.wrong(f"'{code}' is not a country code; write two capital letters like GB.")
    return code


def _page(entry: Entry, address: str) -> str:
    if address and not address.startswith(("https://", "http://")):
        raise entry.wrong(f"'{address}' is not an address; write it with https:// in front.")
    return address
