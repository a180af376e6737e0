"""How a circle is shown: the card a member sees before any yes, its times in host's and reader's zone, its hosts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clocks.recurrence import Recurrence
from bot.clocks.times import friendly_duration, friendly_time, friendly_zone, month_name, weekday_name
from bot.cog import Cog
from bot.context import Delivery
from bot.messages import HEADING, SMALL, Button, Channel, Member, Text, When, Who
from bot.words import links
from bot.words.i18n import _, ngettext
from cogs.circles import kinds, lookup, schedule
from storage.circles import circles, hosts
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.members import community_settings


@dataclass(frozen=True)
class Sheet:
    """A circle with its words readable: what every screen about it is drawn from."""

    circle: Circle
    title: str
    about: str
    spot: str
    hosts: tuple[Member, ...]
    trained: bool
    rule: Recurrence
    group: str = ""

    @property
    def zone(self) -> ZoneInfo:
        return self.rule.zone

    @property
    def is_short_of_hosts(self) -> bool:
        return len(self.hosts) < kinds.rule(self.circle.kind).hosts

    @property
    def recurs(self) -> bool:
        return self.rule.times != 1


async def sheet(cog: Cog, circle: Circle) -> Sheet:
    """Read and decrypt what there is to show of a circle."""
    people = await cog.read(hosts.accepted, circle.id)
    shown = [await lookup.shown(cog, person, circle.platform) for person in people]
    trained = [await cog.read(community_settings.is_trained, circle.community, person) for person in people]

    def words(blob: bytes | None, column: str) -> str:
        return cog.core.keyring.decrypt(blob, "circles", column, circle.id) if blob else ""

    return Sheet(
        circle,
        words(circle.title, "title"),
        words(circle.about, "about"),
        words(circle.spot, "spot"),
        tuple(shown),
        bool(trained) and all(trained),
        Recurrence.from_code(circle.recurrence),
        await group_name(cog, circle),
    )


async def group_name(cog: Cog, circle: Circle) -> str:
    """Whom it is for, as moderators named the group; empty where it is for everybody."""
    if circle.group is None:
        return ""
    groups = await cog.read(community_settings.groups, circle.community)
    found = next((group for group in groups if group.id == circle.group), None)
    return cog.core.keyring.decrypt(found.name, "community_groups", "name", found.id) if found else ""


def card(sheet: Sheet, gathering: Gathering | None, free: int | None, now: datetime | None = None) -> Text:
    """Everything a member sees before saying yes: what, when, where, with whom, and what they agree to.

    ``now``: where no date is open yet, the first one it would have is shown as well.
    """
    starts = gathering.starts if gathering else _first(sheet, now)
    if sheet.circle.kind == kinds.NOTICE:
        return notice(sheet, starts)
    lines = [
        Text(HEADING) + Text("**{title}** ({kind})").format(title=sheet.title, kind=kinds.name(sheet.circle.kind)),
        links.whole(sheet.about) if sheet.about else None,
        times(sheet, starts, opened=gathering is not None),
        _("Place: {spot}").format(spot=links.whole(sheet.spot)) if sheet.spot else None,
        _("For: {group}").format(group=sheet.group) if sheet.group else None,
        hosts_line(sheet),
        personal_line(sheet),
        _("Nobody drinks or uses anything there.") if sheet.circle.dry else None,
        seats_line(sheet, free) if free is not None else None,
        _("The hosts say who joins. They see your name when you ask.") if sheet.circle.joining == "ask" else None,
        Text(SMALL) + _("What we agree on: {agreements}").format(agreements=kinds.agreements(sheet.circle.kind)),
    ]
    return Text("\n").join(line for line in lines if line is not None)


def notice(sheet: Sheet, until: datetime | None) -> Text:
    """What is offered, by whom, until when; nobody signs up here."""
    lines = [
        Text(HEADING) + Text("**{title}** ({kind})").format(title=sheet.title, kind=kinds.name(sheet.circle.kind)),
        links.whole(sheet.about) if sheet.about else None,
        _("Offered by: {spot}").format(spot=links.whole(sheet.spot)) if sheet.spot else None,
        _("For: {group}").format(group=sheet.group) if sheet.group else None,
        _("Until {when}.").format(when=When(until)) if until else times(sheet, None),
        _("Posted by {host}. Whoever is interested writes to them.").format(host=Who(sheet.hosts[0]))
        if sheet.hosts
        else None,
    ]
    return Text("\n").join(line for line in lines if line is not None)


def personal_line(sheet: Sheet) -> Text | None:
    """How personal its questions are, where people sit together to talk."""
    if sheet.circle.kind not in circles.TWO_HOSTS:
        return None
    return {
        "light": _("Questions are light."),
        "personal": _("Questions are about now, and may be personal."),
        "tender": _("Questions may be tender. Passing is always fine."),
    }[sheet.circle.personal]


def _first(sheet: Sheet, now: datetime | None) -> datetime | None:
    """When a circle would meet first if it were published now."""
    first = schedule.next_dates(sheet.rule, now, 1) if now else []
    return first[0].instant if first else None


def times(sheet: Sheet, starts: datetime | None, *, opened: bool = True) -> Text:
    """The date in the host's zone, then in the reader's own; how long, and how often."""
    length = friendly_duration(timedelta(minutes=sheet.circle.minutes))
    often = Text("{rule}").format(rule=str(sheet.rule)) if sheet.recurs else Text()
    if starts is None:
        return often or _("No date yet.")
    words = _("{when}, for {length}.") if opened else _("The first date: {when}, for {length}.")
    said = words.format(when=When(starts, there=date_line(starts, sheet.zone)), length=length)
    return said + "\n" + often if often else said


def date_line(instant: datetime, zone: ZoneInfo) -> str:
    """``Thursday 26 November at 19:00, Berlin time``: the same whenever it is read."""
    local = instant.astimezone(zone)
    words = _("{weekday} {day} {month} at {time}, {zone}")
    return str(
        words.format(
            weekday=weekday_name(local.weekday()),
            day=local.day,
            month=month_name(local.month),
            time=friendly_time(local.time()),
            zone=friendly_zone(zone),
        )
    )


def hosts_line(sheet: Sheet) -> Text:
    """Host and co-host by name; honest where there is one."""
    named = [Text(Who(member)) for member in sheet.hosts]
    if not named:
        return _("Nobody hosts it yet.")
    if len(named) == 1:
        said = _("One host: {host}.").format(host=named[0])
        return said + " " + _("A second is being looked for.") if sheet.is_short_of_hosts else said
    said = _("Host and co-host: {host} and {cohost}. {cohost} steps aside with anyone who needs a break.").format(
        host=named[0], cohost=named[1]
    )
    return said + " " + _("Both are marked as trained by moderators.") if sheet.trained else said


def seats_line(sheet: Sheet, free: int) -> Text:
    if sheet.circle.kind == "service":
        words = ngettext("{n} spot is free", "{n} spots are free", free) if free else _("Every spot is taken")
    else:
        words = ngettext("{n} seat is free", "{n} seats are free", free) if free else _("Every seat is taken")
    ending = _("; there is a waitlist.") if not free else Text(".")
    listening = _(" Listening only is fine.") if sheet.circle.listening else Text()
    return words.format(n=free) + ending + listening


def one_line(sheet: Sheet, gathering: Gathering) -> Text:
    """A circle in a list."""
    if sheet.circle.kind == kinds.NOTICE:
        return _("**{title}** ({kind}), until {when}").format(
            title=sheet.title, kind=kinds.name(sheet.circle.kind), when=When(gathering.starts)
        )
    return Text("**{title}** ({kind}), {when}").format(
        title=sheet.title, kind=kinds.name(sheet.circle.kind), when=When(gathering.starts)
    )


def answers(sheet: Sheet, gathering: Gathering, *, asks: bool = False) -> tuple[Button, ...]:
    """What can be said to one date. ``asks``: by somebody who may not belong to it yet."""
    if sheet.circle.kind == kinds.NOTICE:
        return ()
    yes = _("I'd like to tell") if sheet.circle.kind == "story" else _("I'm in")
    listening = _("Listening only")
    if asks and sheet.circle.joining == "ask":
        yes, listening = _("Ask to join"), _("Ask to listen only")
    said = [(yes, "in"), (listening, "listening"), (_("Maybe"), "maybe"), (_("Can't"), "cant")]
    return tuple(
        Button(label, "circles.answer", f"{gathering.id}|{wish}")
        for label, wish in said
        if wish != "listening" or sheet.circle.listening
    )


def is_true(delivery: Delivery, gathering: Gathering) -> bool:
    """Does the date still stand as it did when this was planned?"""
    return gathering.state == "planned" and gathering.version == delivery.args["version"]


def place(sheet: Sheet) -> Text:
    """Where it is, at the end of another sentence."""
    return " " + _("Place: {spot}").format(spot=links.whole(sheet.spot)) if sheet.spot else Text()


def door(sheet: Sheet) -> tuple[Text, Channel] | None:
    """The way into the place of a circle, for whoever is let into it."""
    return (_("Open our place"), sheet.circle.channel) if sheet.circle.channel else None


def ask_words(sheet: Sheet, gathering: Gathering | None, part: hosts.Part, now: datetime) -> Text:
    """Asking somebody to host: what it is, and what it is not."""
    asked = {
        "host": _("Would you host this?"),
        "co-host": _("Would you host this with somebody?"),
        "stand-in": _("A host can't come. You said you'd stand in. Would you host this?"),
    }[part]
    ending = _("You keep the space, not the people. Calling for help is enough.")
    return asked + "\n" + card(sheet, gathering, None, now) + "\n" + ending


def host_words(cog: Cog, _value: str) -> Text:
    """The question behind hosting for the first time."""
    return cog.core_words(
        _(
            "You can host circles. Everybody who sees a circle sees its hosts, and so do the moderators. I'd be"
            " messaging you first about the circles you host and join."
        )
    )
