"""The screen of a draft: how it stands, every setting as one button, and the choices behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.clocks.recurrence import Recurrence
from bot.cog import Cog
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Message, Text, Who
from bot.words.i18n import N_, _, say
from cogs.circles import kinds, lookup, repeating, wording
from cogs.circles.wording import Sheet
from storage.circles import hosts
from storage.circles.circles import TWO_HOSTS, Circle
from storage.members import community_settings

PUBLISH = "circles.publish"
SEATS = (3, 4, 5, 6, 7, 8, 12, 20, 50)
PERSONAL = {"light": N_("light"), "personal": N_("personal"), "tender": N_("tender")}


@dataclass(frozen=True)
class Choice:
    """What a button of the screen sets: ``kind``, ``seats``, ``often``, ``times`` ... and to what."""

    circle: int
    what: str = ""
    value: str = ""

    @classmethod
    def read(cls, written: str) -> Choice:
        row, _bar, rest = written.partition("|")
        what, _bar, value = rest.partition("|")
        return cls(int(row) if row.isdecimal() and len(row) < 16 else 0, what, value)


def buttons(sheet: Sheet, *, groups: bool = False) -> list[Button]:
    """One row each, as it stands now. Choosing among two or three is done by the tap itself.

    ``groups``: the community has groups that it can be for.
    """
    rows = _notice(sheet) if sheet.circle.kind == kinds.NOTICE else _meeting(sheet)
    row = str(sheet.circle.id)
    return [
        *rows,
        *([_row(_("For"), _whom(sheet), "circles.groups", row)] if groups else []),
        Button(_("A stand-in"), "circles.cohost", f"{row}|stand-in"),
        Button(_("Delete the draft"), "circles.delete", row, style="danger", apart=True),
    ]


def _whom(sheet: Sheet) -> Text:
    return Text("{group}").format(group=sheet.group) if sheet.group else _("everybody")


def _notice(sheet: Sheet) -> list[Button]:
    """Nobody meets: there is only what it says, and until when."""
    row = str(sheet.circle.id)
    return [
        Button(_("Publish"), PUBLISH, row, style="primary"),
        _row(_("Kind"), kinds.name(sheet.circle.kind), "circles.choose", f"{row}|kind"),
        Button(_("Name, words, who offers it"), "circles.words", row),
        Button(_("Until when"), "circles.when", row),
    ]


def _meeting(sheet: Sheet) -> list[Button]:
    circle, row = sheet.circle, str(sheet.circle.id)
    personal = say(PERSONAL[circle.personal])
    often = Text(str(sheet.rule.pattern)) if sheet.recurs else _("once")
    found = [
        Button(_("Publish"), PUBLISH, row, style="primary")
        if circle.state == "draft" or not sheet.is_short_of_hosts
        else None,
        Button(_("Co-host"), "circles.cohost", f"{row}|co-host") if sheet.is_short_of_hosts else None,
        _row(_("Kind"), kinds.name(circle.kind), "circles.choose", f"{row}|kind"),
        Button(_("Name, words, place"), "circles.words", row),
        Button(_("When, how long"), "circles.when", row),
        _row(_("How often"), often, "circles.choose", f"{row}|often"),
        Button(_("How many times"), "circles.choose", f"{row}|times") if sheet.recurs else None,
        _row(
            _("Spots") if circle.kind == "service" else _("Seats"),
            Text(str(circle.seats)),
            "circles.choose",
            f"{row}|seats",
        ),
        _row(_("How personal"), personal, "circles.set", f"{row}|personal|{_after(circle.personal)}")
        if circle.kind in TWO_HOSTS
        else None,
        _row(_("Listening only"), _yes(circle.listening), "circles.set", f"{row}|listening|{int(not circle.listening)}")
        if circle.kind != "story"
        else None,
        _row(_("Nobody drinks or uses"), _yes(circle.dry), "circles.set", f"{row}|dry|{_other(circle.dry)}")
        if circle.kind == "social"
        else None,
        _row(
            _("Who joins"),
            _("the hosts decide") if circle.joining == "ask" else _("everybody"),
            "circles.set",
            f"{row}|joining|{'open' if circle.joining == 'ask' else 'ask'}",
        ),
    ]
    return [button for button in found if button is not None]


def choices(circle: Circle, what: str) -> list[Button]:
    """What one thing can be, one button each."""
    options: list[tuple[Text, str]] = []
    if what == "kind":
        options = [(kinds.name(kind), kind) for kind in kinds.KINDS]
    elif what == "seats":
        options = [(Text(str(n)), str(n)) for n in SEATS if n <= kinds.rule(circle.kind).most]
    elif what == "often":
        options = [(say(label), name) for name, label in repeating.OFTEN.items()]
    elif what == "times":
        options = [(_("{n} times").format(n=n), str(n)) for n in repeating.TIMES]
    found = [Button(label, "circles.set", f"{circle.id}|{what}|{name}") for label, name in options]
    if what == "times":
        found.append(Button(_("Until a date"), "circles.until", str(circle.id)))
    return [*found, Button(_("Back"), "circles.draft", str(circle.id))]


def changed(circle: Circle, choice: Choice) -> dict[str, Any]:
    """The columns that one tap changes. Raises UserError for what no button offers."""
    rule = Recurrence.from_code(circle.recurrence)
    match choice.what, choice.value:
        case "kind", kind if kind in kinds.NAMES:
            chosen = next(one for one in kinds.KINDS if one == kind)
            once = {"recurrence": repeating.often(rule, repeating.ONCE).code} if chosen == kinds.NOTICE else {}
            return once | {
                "kind": chosen,
                "seats": kinds.fitting(circle.seats, chosen),
                "minutes": kinds.rule(chosen).minutes,
                "dry": chosen == "social",
                "listening": circle.listening or chosen == "story",
            }
        case "seats", seats if seats.isdecimal() and int(seats) in SEATS:
            return {"seats": kinds.fitting(int(seats), circle.kind)}
        case "personal", personal if personal in PERSONAL:
            return {"personal": personal}
        case "joining", ("open" | "ask") as joining:
            return {"joining": joining}
        case ("listening" | "dry") as column, ("0" | "1") as switched:
            return {column: int(switched)}
        case "often", often:
            return {"recurrence": repeating.often(rule, often).code}
        case "times", times if times.isdecimal() and int(times) in repeating.TIMES:
            return {"recurrence": repeating.times(rule, int(times)).code}
    raise UserError(_("That button has expired. `circle mine` opens it again."))


# -- the draft of whoever looks at it ---------------------------------------------------------------------------------


async def draft(cog: Cog, context: Context, value: str) -> Circle:
    """The draft that a button is about, if the member hosts it."""
    circle = await lookup.hosted(cog, context, Choice.read(value).circle)
    if circle.state not in ("draft", "wanted"):
        raise UserError(_("It is published, so this can't be changed here. `circle mine` shows what can."))
    return circle


async def show(cog: Cog, context: Context, row: int, said: Text | None = None) -> Message:
    circle = await draft(cog, context, str(row))
    sheet = await wording.sheet(cog, circle)
    waiting = [host for host in await cog.read(hosts.everybody, row) if not host.accepted]
    lines = [said, wording.card(sheet, None, None, context.now), await _state(cog, sheet, waiting)]
    text = Text("\n").join(line for line in lines if line is not None)
    waits = sheet.is_short_of_hosts and not any(host.asked for host in waiting)
    shown = buttons(sheet, groups=bool(await groups(cog, circle)))
    return Message(text, tuple(replace(one, off=waits) if one.action == PUBLISH else one for one in shown))


async def groups(cog: Cog, circle: Circle) -> Sequence[community_settings.Group]:
    """The groups of the community it can be for, beside everybody."""
    found = await cog.read(community_settings.groups, circle.community)
    return [group for group in found if group.kind != "main"]


async def _state(cog: Cog, sheet: Sheet, waiting: Sequence[hosts.Host]) -> Text:
    asked = [await lookup.shown(cog, host.person, sheet.circle.platform) for host in waiting if host.asked]
    names = Text(", ").join(Text(Who(member)) for member in asked)
    if sheet.circle.state == "wanted":
        if not asked:
            return _("It is published as soon as a co-host has said yes. Name one with `Co-host`.")
        return _("It is published as soon as {names} says yes.").format(names=names)
    if sheet.is_short_of_hosts and not asked:
        return _("A draft. Only you see it. It needs a co-host before it can be published.")
    return _("A draft. Only you see it.")


# -- the words of a button -------------------------------------------------------------------------------------------


def _row(name: Text, now: Text, action: str, value: str) -> Button:
    return Button(Text(f"{name}: {now}"[:45]), action, value)


def _yes(on: bool) -> Text:
    return _("yes") if on else _("no")


def _after(personal: str) -> str:
    """The one that the next tap leads to."""
    names = list(PERSONAL)
    return names[(names.index(personal) + 1) % len(names)]


def _other(on: bool) -> str:
    return str(int(not on))
