"""Commands, choices and forms as plain text, for wherever people type."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from bot.errors import NotUnderstood, Opens, UserError
from bot.incoming import parameters
from bot.messages import Button, Field, Form, Message, Plain, Text, plain
from bot.registry import Command
from bot.words import wishes
from bot.words.i18n import N_, _

ALIASES: Mapping[str, str] = {
    "sos": "help-now",
    "crisis": "help-now",
    "help now": "help-now",
    "helpnow": "help-now",
    "commands": "help",
    "buddy": "buddy find",
    "another": "buddy another",
    "stop": "pause",
    "remind": "remind me",
    "hello": "start",
    "hi": "start",
}
"""Other words that are understood. Each is a whole line, or the beginning of one."""

STOPS = frozenset({"pause", "checkin off", "leave", "unlink", "buddy end", "circle leave"})
"""Commands that stop something: where nobody said yes there is nothing to stop."""

ENDS = STOPS - {"checkin off"} | {"forget-me", "report"}
"""Commands that nobody is led to by a slip."""

LOST = N_("I'm a bot and know few words, so I couldn't follow. No person has read it. Would you like one to?")

GREETINGS = frozenset({"hello", "hi"})
"""What is a command by itself, and as the answer to a question words like any others."""

SMALL = GREETINGS | {"hey", "hello there", "hi there", "hi kith", "hello kith", "please", "thanks", "thank you"}
"""What people write on a line of its own, before or after what they mean."""

YES = frozenset({"yes", "yes please", "yes pls", "yeah", "yea", "yep", "yup"})

PRESSED = frozenset({"send"})
"""What is meant for a button that comes later, and is no words for another person."""

NEAR, NEARER = 0.7, 0.85
"""How near a name is to what was typed: all of the line, or its beginning."""

ECHOED = 120
"""Characters of somebody's own words that a failure says back."""

CANCEL = frozenset({"cancel", "stop", "quit"})
"""What ends a form."""


def render(message: Message) -> Text:
    """A message with its choices as a numbered list. Each can be answered by its number or its words.

    An aside numbers nothing.
    """
    if message.aside:  # its numbers belong to what was shown before; each of its choices is understood as it is written
        named = [Text("`") + button.label + "`" for button in message.buttons]
        return Text("\n").join([message.text, *([Text(" ").join(named)] if named else [])])
    lines, before = [message.text], Text()
    for number, button in enumerate(message.buttons, start=1):
        if button.under and button.under != before:
            lines.append(Text("**") + button.under + "**")
        lines.append(Text(f"{number}. ") + button.label)
        before = button.under
    return Text("\n").join(lines)


def question(form: Form, index: int, problem: Text | None = None) -> Text:
    """One question of a form as a message, after what was wrong with the last answer."""
    field = form.fields[index]
    parts = [problem] if problem else []
    if index == 0 and not problem:
        parts.append(form.title)
        parts.extend([form.note] if form.note else [])
    parts.append(Text(" ").join(part for part in (field.label, field.note, parameters.of(field.kind).how()) if part))
    if field.kind in (parameters.One, parameters.Some):
        parts.extend(Text(f"{number}. ") + one.label for number, one in enumerate(field.choices, start=1))
    if field.kind is parameters.Some:
        parts.append(_("Several are fine, with commas between."))
        parts.extend([_("`none` chooses none of them.")] if field.optional else [])
    if field.default:
        parts.append(_("Now: {default}. `-` keeps it. `cancel` stops.").format(default=_now(field)))
    elif field.optional:
        parts.append(_("`-` leaves it out. `cancel` stops."))
    else:
        parts.append(_("`cancel` stops."))
    return Text("\n").join(parts)


def _now(field: Field) -> str:
    """What a field has by default, as its choices are called."""
    if field.kind not in (parameters.One, parameters.Some):
        return field.default
    kept = field.default.split()
    return ", ".join(str(choice.label) for choice in field.choices if choice.value in kept)


def is_it_the_answer(field: Field, line: str, *, first: bool) -> Text:
    """Asks whether it was one. ``first``: said again, it is done before the form goes on."""
    ways = (
        _("`yes` takes it. `{line}` once more goes first, and the form waits.")
        if first
        else _("`yes` takes it. `cancel` ends the form, then `{line}` works.")
    )
    return Text("\n").join(
        [
            _("Was that your answer? Nothing is done and nothing is noted; what you filled in is kept."),
            ways.format(line=line[:40]),
            field.label,
        ]
    )


def ends_something(commands: Mapping[str, Command], line: str) -> bool:
    """Is it a command that ends something for good, if it is one?"""
    try:
        return find(commands, line)[0].name in ENDS - {"pause", "report"}
    except UserError:
        return line.casefold().strip(" .!`").replace(" ", "-") in ENDS


def agrees(line: str) -> bool:
    """Is it a yes, and nothing else?"""
    return _said(line) in YES | {_said(str(_("Yes")))}


def whole(words: str) -> str:
    """What a platform handed over, without halves of surrogate pairs: nothing can show, store or export those."""
    return words.encode("utf-8", "replace").decode()


def unaddressed(commands: Mapping[str, Command], line: str) -> str:
    """A line that was typed as where others listen too ("!kith about", "/checkin now", "kith"): what it says itself."""
    bare = line.lstrip("!/")
    if bare.casefold().strip(" .:,") == "kith":
        return "help"
    return bare if bare != line and names_command(commands, bare) else line


def apart(commands: Mapping[str, Command], line: str) -> list[str]:
    """The lines of a message of which each is exactly a command, or a greeting before one; else all of it as it is."""
    lines = [one.strip() for one in line.splitlines() if one.strip()]
    said = [one for one in lines if _said(one).strip(" ,") not in SMALL]
    return said if len(lines) > 1 and said and all(whole_command(commands, one) for one in said) else [line]


def find(commands: Mapping[str, Command], line: str) -> tuple[Command, str]:
    """The command that a line names, and the rest of the line. Raises UserError with a suggestion."""
    words = line.split()
    if len(words) > 1 and words[0].casefold() == "kith":  # as it is written where commands stand in groups
        line, words = _rest(line, 1), words[1:]
    for length in range(min(3, len(words)), 0, -1):
        name = " ".join(words[:length]).casefold()
        name = name.strip(".!`") if length == len(words) else name  # as phones end a line, and as commands are quoted
        name = ALIASES.get(name, name)
        if name in commands:
            return commands[name], _rest(line, length)
    raise _meant(commands, line)


def names_command(commands: Mapping[str, Command], line: str) -> bool:
    """Does the line begin with a command, whatever follows it?"""
    try:
        return bool(find(commands, line))
    except UserError:
        return False


def greets(line: str) -> bool:
    """Is a line that opens `start` a greeting, rather than that word?"""
    return any(word in GREETINGS for word in line.casefold().split()[:1])


def means_command(commands: Iterable[str], line: str) -> bool:
    """Is the line a command that cannot be read ("checkin on 25:00"), or one with a slip in it ("chekin off")?

    A command of one word may as well begin a sentence ("people are hard today"): that is somebody's own words.
    """
    names = set(commands)
    words = line.casefold().split()
    if any(" ".join(words[:length]) in names for length in (2, 3) if len(words) >= length):
        return True
    return len(words) < 6 and bool(difflib.get_close_matches(" ".join(words)[:40], names, n=1, cutoff=0.85))


def has_slip(commands: Iterable[str], line: str) -> bool:
    """Does the line begin with a command of two words, but for a slip ("chekin on 19:00")?"""
    pairs = {name for name in commands if name.count(" ") == 1}
    begins = " ".join(line.casefold().split()[:2])
    return begins not in pairs and bool(difflib.get_close_matches(begins[:40], pairs, n=1, cutoff=0.9))


def whole_command(commands: Iterable[str], line: str) -> bool:
    """Is the line a command and nothing else ("pause", "forget me.", "kith-mod hold bob"), rather than an answer?

    A command of several words may have more behind it. One of one word may begin a sentence ("leave me alone").
    """
    names = set(commands)
    words = line.casefold().strip(" .!`").split()
    words = words[1:] if words[:1] == ["kith"] and len(words) > 1 else words
    said = " ".join(words)
    if said in GREETINGS:
        return False
    if {said, said.replace(" ", "-"), ALIASES.get(said, said)} & names or said in PRESSED:
        return True
    return words[:1] == ["kith-mod"] or any(" ".join(words[:length]) in names for length in (2, 3))


def _rest(line: str, words: int) -> str:
    """What follows the first ``words`` words, exactly as it was typed."""
    rest = line.strip()
    for _word in range(words):
        rest = rest[len(rest.split(maxsplit=1)[0]) :].lstrip()
    return rest


def _meant(commands: Mapping[str, Command], line: str) -> UserError:
    """What a line may have meant, where something is near. What ends something is never near anything."""
    words = line.casefold().split()
    tried = [" ".join(words[:length]) for length in range(1, min(3, len(words)) + 1)]
    for name in reversed(tried):
        group = sorted(other for other in commands if other.startswith(name + " ") and other not in ENDS)[:6]
        if group:
            return _asks(line, _("Did you mean one of these? {commands}"), group)
    mild = [name for name in commands if name not in ENDS] if not wishes.is_held(line) else []
    close = [
        match
        for name in reversed(tried)
        for match in difflib.get_close_matches(name[:40], mild, n=2, cutoff=NEAR if name == tried[-1] else NEARER)
    ]
    if not close:
        return lost()
    return _asks(line, _("I don't know that. Did you mean {commands}?"), [*dict.fromkeys(close)])


def lost() -> NotUnderstood:
    """Nothing is understood of it."""
    return NotUnderstood(_(LOST))


def _asks(line: str, words: Text, names: list[str]) -> UserError:
    """Which command a line means. A yes is heard where one is named, and asked again of several."""
    error = UserError(words.format(commands=_list(names))).offering(names)
    error.opens = Opens(names[0] if len(names) == 1 else "", "", line)
    return error


def _list(names: Iterable[str]) -> Text:
    return Text(", ").join(Text(f"`{name}`") for name in names)


def chosen(labels: list[tuple[str, str]], line: str) -> str | None:
    """Which of the (label, id) choices a typed line means: its number or its words, whatever the case.

    A number is a place in the list and nothing else, also where a label begins with one ("1 hour before").
    """
    words = _said(line)
    if is_number(line) and 1 <= int(words) <= len(labels):
        return labels[int(words) - 1][1]
    return next((id_ for label, id_ in labels if _said(label) == words), None)


def is_number(line: str) -> bool:
    """Is it a place in a list, and nothing else?"""
    words = _said(line)
    return words.isdecimal() and len(words) < 4


def _said(words: str) -> str:
    """Words as they are compared: whatever the case, and whichever apostrophe a phone made of one."""
    return words.strip().casefold().replace("’", "'").replace("‘", "'").rstrip(".!)")


def labels(buttons: Iterable[Button]) -> list[tuple[str, str]]:
    return [(str(button.label), button.id) for button in buttons]


def sentence(error: UserError) -> Text:
    """What a failure may show. Words that are said back to whoever wrote them are cut: they have them already."""
    [said] = error.args or ("",)
    said = said if isinstance(said, Text) else plain(str(said))
    return Text(*(_echoed(part) if isinstance(part, Plain) else part for part in said.parts))


def _echoed(part: Plain) -> Plain:
    return part if len(part.words) <= ECHOED else Plain(part.words[: ECHOED - 1] + "…")
