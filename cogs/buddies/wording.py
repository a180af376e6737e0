"""How choices and reasons are said: short, in one's own hours, and never more of another person than they agreed to."""

from __future__ import annotations

from collections.abc import Mapping

from bot.clocks.times import Days
from bot.messages import Text, plain
from bot.words.i18n import N_, _, say
from cogs.buddies.candidates import Match, Pace, Purpose, Style
from cogs.buddies.choices import ANY_TIME, PARTS, Choices
from cogs.buddies.hours import DayPart

WHEN: Mapping[DayPart, str] = {
    DayPart.WEEKDAY_MORNINGS: N_("on weekday mornings"),
    DayPart.WEEKDAY_AFTERNOONS: N_("on weekday afternoons"),
    DayPart.WEEKDAY_EVENINGS: N_("on weekday evenings"),
    DayPart.WEEKDAY_NIGHTS: N_("on weekday nights"),
    DayPart.WEEKEND_MORNINGS: N_("on weekend mornings"),
    DayPart.WEEKEND_AFTERNOONS: N_("on weekend afternoons"),
    DayPart.WEEKEND_EVENINGS: N_("on weekend evenings"),
    DayPart.WEEKEND_NIGHTS: N_("on weekend nights"),
}
PREFERS = {1: N_("prefers text"), 2: N_("prefers voice"), 3: N_("likes text or voice")}
STYLES = {1: N_("text"), 2: N_("voice"), 3: N_("text or voice")}
PACES = {
    Pace.ONE_WEEK_TRY: N_("a one-week try"),
    Pace.MONTHLY: N_("about monthly"),
    Pace.FORTNIGHTLY: N_("about every two weeks"),
    Pace.WEEKLY: N_("about weekly"),
    Pace.OFTEN: N_("several times a week"),
}
IN_THE_LINE = {
    **PACES,
    Pace.MONTHLY: N_("monthly"),
    Pace.FORTNIGHTLY: N_("every two weeks"),
    Pace.WEEKLY: N_("weekly"),
}
PURPOSES = {
    Purpose.COMPANY: N_("company"),
    Purpose.GOAL: N_("a goal"),
    Purpose.LISTENING: N_("listening practice"),
    Purpose.STUDY: N_("study"),
    Purpose.SIDE_BY_SIDE: N_("side by side"),
}
AGAIN = {
    "either": N_("previous buddy or new: either"),
    "same": N_("a previous buddy, if there is one"),
    "new": N_("somebody new"),
}
PERSONAL = {"light": N_("light"), "tender": N_("light, later tender too"), "only": N_("light only")}
TOPICS = {"family": N_("family"), "food": N_("food"), "loneliness": N_("loneliness")}
LANGUAGES = {
    "en": N_("English"),
    "de": N_("German"),
    "fr": N_("French"),
    "es": N_("Spanish"),
    "it": N_("Italian"),
    "nl": N_("Dutch"),
    "pt": N_("Portuguese"),
    "pl": N_("Polish"),
    "fi": N_("Finnish"),
    "sv": N_("Swedish"),
    "da": N_("Danish"),
}
"""Those that can be asked for by name; any other stands as its code."""

MOST_PARTS = 2
"""Parts of the week named in one sentence: the largest say enough."""


def language(code: str) -> Text:
    return say(LANGUAGES[code]) if code in LANGUAGES else plain(code)


def together(texts: list[Text]) -> Text:
    """``a, b and c``"""
    if len(texts) < 2:
        return Text().join(texts)
    return _("{before} and {last}").format(before=Text(", ").join(texts[:-1]), last=texts[-1])


def purposes(given: Purpose) -> Text:
    return together([say(words) for purpose, words in PURPOSES.items() if purpose in given])


def free(choices: Choices) -> Text:
    """``on weekday evenings``; ``on Mon and Tue, 18 to 22``."""
    if choices.free == ANY_TIME:
        return _("at any time")
    if "@" not in choices.free:
        return together([say(WHEN[PARTS[letter]]) for letter in choices.free])
    days, _at, span = choices.free.partition("@")
    start, stop = (f"{hour}:00" for hour in span.split("-"))
    return _("{days} from {start} to {stop}").format(days=str(Days.from_code(days)), start=start, stop=stop)


def line(choices: Choices, group: Text) -> Text:
    """The one line of defaults that a member confirms."""
    spoken = together([language(code) for code in choices.languages])
    trio = _("a trio is fine") if choices.trio else _("no trio")
    parts = [spoken, group, say(PERSONAL[choices.personal]), say(IN_THE_LINE[choices.pace]), trio]
    said = Text(", ").join([*parts, say(AGAIN[choices.again])])
    if choices.leave_out:
        topics = together([say(TOPICS[topic]) for topic in sorted(choices.leave_out)])
        said = Text(", ").join([said, _("leaving out {topics}").format(topics=topics)])
    return said + "."


# -- reasons ----------------------------------------------------------------------------------------------------------


def code_of(match: Match, person: int) -> str:
    """What one member of a match may be told of it: on their own clock. Letters of day parts, style, pace, purposes."""
    letters = {part: letter for letter, part in PARTS.items()}
    shared = "".join(letters[part] for part in match.reasons.dayparts.get(person, ())[:MOST_PARTS])
    pace = "" if match.reasons.pace is None else int(match.reasons.pace)
    return f"{shared}|{int(match.reasons.style)}|{pace}|{int(match.reasons.purposes)}|{len(match.members)}"


def pace_of(code: str) -> Pace | None:
    """The pace all of them named, if they named the same."""
    pace = code.split("|")[2] if code.count("|") == 4 else ""
    return Pace(int(pace)) if pace else None


def someone(code: str, *, one: bool = False) -> Text:
    """``Someone free on weekday evenings, prefers text, about weekly.`` ``one``: two hear of a third."""
    shared, style, _pace, _purposes, people = code.split("|")
    who = _("Two people") if people == "3" and not one else _("Someone")
    hours = (
        _("{who} free {when}").format(who=who, when=_parts(shared))
        if shared
        else _("{who} whose free hours meet yours a little").format(who=who)
    )
    likes = say(PREFERS[int(style)]) if int(style) else _("likes to talk in another way than you")
    pace = pace_of(code)
    return Text(", ").join([hours, likes, *([say(PACES[pace])] if pace is not None else [])]) + "."


def in_common(code: str) -> Text:
    """The reasons of one's own match: ``You are both free on weekday evenings. Text. About weekly.``

    Empty where nobody was matched: with a mentor.
    """
    if not code:
        return Text()
    shared, style, _pace, wanted, people = code.split("|")
    both = _("You are all free {when}.") if people == "3" else _("You are both free {when}.")
    said = [both.format(when=_parts(shared))] if shared else []
    alike = [say(STYLES[int(style)])] if int(style) else []
    if (pace := pace_of(code)) is not None:
        alike.append(say(PACES[pace]))
    if int(wanted):
        alike.append(_("for {purposes}").format(purposes=purposes(Purpose(int(wanted)))))
    if alike:
        said.append(_("In common: {what}.").format(what=Text(", ").join(alike)))
    return Text(" ").join(said)


def _parts(letters: str) -> Text:
    return together([say(WHEN[PARTS[letter]]) for letter in letters])


STYLE_LABELS: Mapping[Style, str] = {
    Style.TEXT: N_("Text"),
    Style.VOICE: N_("Voice"),
    Style.TEXT | Style.VOICE: N_("Either"),
}
