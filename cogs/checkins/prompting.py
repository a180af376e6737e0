"""Which question a check-in asks, and how it is shown: at most four answers, and help."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.asking import doors
from bot.messages import Button, Message, Person
from bot.words import prompts
from bot.words.i18n import N_, _, say
from bot.words.prompts import Prompt
from storage.checkins.checkins import Choose
from storage.checkins.dials import Dials
from storage.company.company import Kind

FIRST_WEEK = timedelta(days=7)

SEND = "checkins.send"
SCREENS: Mapping[str, str] = {
    "company": doors.COMPANY,
    "hand": doors.COMPANY,
    "quiet": doors.COMPANY,
    "hello": "hello.open",
    "people": doors.PEOPLE,
    "circles": doors.CIRCLE,
    "helper-hours": "company.hours",
    "thanks": "thanks.open",
    "remind": "reminders.open",
    "send": SEND,
}
"""The action behind each screen that an answer may lead to. ``doors`` needs none: it shows whatever there is."""

ASKED_FOR: Mapping[str, Kind] = {"hand": "hand", "quiet": "quiet"}
"""What company is asked for there; elsewhere a chat."""

LABELS: Mapping[str, str] = {
    "company": N_("Company"),
    "people": N_("My people"),
    "circles": N_("A circle"),
    "helper-hours": N_("Helper hours"),
    "thanks": N_("Say thanks"),
    "remind": N_("Remind me"),
    "send": N_("Send to someone"),
}
"""Where a screen begins with a form, it stands behind a button of this name."""

THEMES: Mapping[str, str] = {
    "arriving": N_("today"),
    "asking": N_("asking for something"),
    "body": N_("body"),
    "choice": N_("choices and own steps"),
    "evening": N_("evening"),
    "giving": N_("giving"),
    "hard-days": N_("hard days"),
    "nature": N_("nature"),
    "people": N_("people"),
    "rest": N_("rest"),
    "small-joys": N_("small joys"),
    "weekend": N_("free time and weekends"),
    "work-study": N_("work and study"),
}
TOPICS: Mapping[str, str] = {
    "body": N_("body"),
    "family": N_("family"),
    "food": N_("food"),
    "home": N_("home"),
    "loneliness": N_("loneliness"),
    "sleep": N_("sleep"),
    "work": N_("work"),
}


def askable(actions: Mapping[str, object], *, has_listeners: bool) -> tuple[Prompt, ...]:
    """The check-in prompts whose every offer can be kept: no answer that implies an action may end in nothing."""
    return tuple(
        prompt
        for prompt in prompts.shipped()
        if prompt.kind == "checkin"
        and all(_can_open(screen, actions, has_listeners=has_listeners) for screen in prompt.leads_to.values())
    )


def _can_open(screen: str, actions: Mapping[str, object], *, has_listeners: bool) -> bool:
    if screen == "send" and not has_listeners:
        return False
    return screen == "doors" or SCREENS.get(screen) in actions


def chooser(known: tuple[Prompt, ...], dials: Dials, person: Person, zone: str, now: datetime) -> Choose:
    """How storage chooses the next prompt for this person, at this hour of theirs."""

    def choose(seen: Mapping[str, datetime], last: str | None, since: datetime) -> str:
        previous = prompts.find(prompts.shipped(), last) if last else None
        return prompts.choose(
            known,
            kind="checkin",
            seen=seen,
            last_sensitivity=previous.sensitivity if previous else None,
            themes=dials.themes,
            leave_out=dials.leave_out,
            depth=dials.personal,
            local_now=now.astimezone(ZoneInfo(zone)),
            first_week=now - since < FIRST_WEEK,
            seed=str(person.id),
        ).id

    return choose


def draw(prompt: Prompt) -> Message:
    """The question with its answers, then the ways out."""
    answers = [
        Button(say(option), "checkins.answer", f"{prompt.id}|{index}") for index, option in enumerate(prompt.options)
    ]
    words = Button(_("Write something"), "checkins.words", prompt.id)
    if prompt.reply != "tap":
        here = answers[:1] or [Button(_("I'm here"), "checkins.answer", f"{prompt.id}|here")]
        answers = [*here, words]
    ways_out = [
        Button(_("Skip"), "checkins.skip", prompt.id),
        Button(_("More..."), "checkins.more", prompt.id),
        Button(_("Help now"), doors.HELP_NOW),
    ]
    return Message(
        say(prompt.text),
        (*answers, *ways_out),
        typed=Button(_("Write something"), "checkins.said", prompt.id),
    )


def answer_of(prompt: Prompt, value: str) -> str | None:
    """The answer a button's value means; None if the prompt has no such answer."""
    if value == "here":
        return ""
    return prompt.options[int(value)] if value.isdecimal() and int(value) < len(prompt.options) else None
