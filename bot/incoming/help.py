"""The help text, built from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.incoming import parameters
from bot.messages import Text
from bot.registry import TOP_LEVEL, Command
from bot.words.i18n import N_, _, say

DOORS: Mapping[str, str] = {
    "checkin": N_("a question at an hour you choose"),
    "buddy": N_("someone to walk along with"),
    "circle": N_("a small group that meets"),
    "company": N_("someone to be with for a while"),
    "quiet": N_("people you chose are told if you go quiet"),
    "people": N_("who is around for you"),
    "help-now": N_("numbers to call and places to write to"),
}
"""What stands at the top of the help, for the commands that exist."""


def overview(commands: Iterable[Command], *, moderators: bool) -> Text:
    """A line for each door with what can be said there, then all other commands by name."""
    names = sorted(one.name for one in commands if moderators or not one.moderators)
    lines = [_door(door, [name for name in names if name.split()[0] == door]) for door in DOORS]
    others = [name for name in names if name.split()[0] not in TOP_LEVEL]
    lines.append(_("Also: {commands}").format(commands=_list(others)))
    if moderators:
        lines.append(
            _("For moderators: {commands}").format(commands=_list(n for n in names if n.startswith("kith-mod")))
        )
    return Text("\n").join(line for line in lines if line)


def detail(command: Command) -> Text:
    """How one command is written, and all that its help says."""
    return Text(f"`{parameters.usage(command.name, command.parameters)}`\n") + say(command.help)


def _door(door: str, names: list[str]) -> Text:
    if not names:
        return Text()
    more = [name.partition(" ")[2] for name in names if " " in name]
    said = Text(f"`{door}` ") + say(DOORS[door])
    return said + Text(f": {', '.join(more)}") if more else said


def _list(names: Iterable[str]) -> Text:
    return Text(", ").join(Text(f"`{name}`") for name in names)
