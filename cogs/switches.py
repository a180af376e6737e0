"""Every switch and role of `settings`: its name, what it asks, and what follows when it is off."""

from __future__ import annotations

from collections.abc import Mapping

from bot.asking import doors
from bot.asking.consenting import ADULT
from bot.words.i18n import N_

SWITCHES: Mapping[str, str] = {
    "dm": N_("I may write to you first"),
    "country": N_("My country for Help now"),
    "checkin": N_("Check-ins"),
    "quiet": N_("Quiet alert"),
    "may-be-asked": N_("Others may ask to tell you"),
    "buddy": N_("A buddy"),
    "company": N_("Company"),
    "hello": N_("Hellos"),
    "thanks": N_("Thanks from members"),
    "events": N_("Circle reminders"),
    "missed": N_("A host's hello"),
    "door": N_("An open door"),
    "notebook": N_("Notebook"),
    "dates": N_("My dates"),
    "reminders": N_("Reminders"),
    ADULT: N_("I am 18 or over"),
}
ROLES: Mapping[str, str] = {
    "helper": N_("Helper"),
    "welcomer": N_("Welcomer"),
    "contact": N_("Contact"),
    "host": N_("Host"),
    "mentor": N_("Mentor"),
}
NAMES = {**SWITCHES, **ROLES}
"""The short name of each purpose; the row of ``core`` is called differently, as it stands for everything."""

BEGINS: Mapping[str, str] = {
    "checkin": doors.CHECKIN,
    "buddy": doors.BUDDY,
    "company": doors.COMPANY,
    "hello": "hello.open",
    "events": doors.CIRCLE,
    "country": "help.choose",
    "notebook": "notebook.open",
    "dates": "dates.open",
    "reminders": "reminders.open",
}
"""What has more to ask than yes or no is switched on behind its own door."""

FOLLOWS: Mapping[str, str] = {
    ADULT: N_("What is for adults asks you again."),
    "dm": N_("I don't write to you first. What you write to me, I answer."),
    "checkin": N_("No check-in comes. Your times are kept."),
    "quiet": N_("Nobody is told if you go quiet."),
    "may-be-asked": N_("Nobody can ask you to be told."),
    "company": N_("Nobody is asked for company for you."),
    "hello": N_("Nobody says hello to you through me."),
    "thanks": N_("No thanks come through me."),
    "events": N_("Your seats stay. I tell you nothing about them, also not when a date is moved or cancelled."),
    "missed": N_("No host hears of dates you miss."),
    "door": N_("I send no word that doors are open."),
    "notebook": N_("I keep nothing more for you. What is kept stays until you delete it."),
    "country": N_("I've forgotten which it was."),
    "helper": N_("I don't ask you when someone would like company."),
    "welcomer": N_("I give your name to nobody new."),
    "buddy": N_("A pair you had has ended, with no reason given. I introduce you to nobody."),
    "mentor": N_("Walking with somebody as a mentor has ended, with no reason given."),
    "dates": N_("Your dates are deleted."),
    "reminders": N_("Your reminders are deleted."),
    "host": N_("You have stepped back from every circle you hosted."),
    "contact": N_("You are on nobody's list any more."),
}
"""What follows when a switch is off: the second half of the one line about it."""

ENDS: Mapping[str, str] = {
    "buddy": N_("Once this is off, a pair you have ends, with no reason given, and I introduce you to nobody."),
    "mentor": N_("Once this is off, walking with somebody as a mentor ends, with no reason given."),
    "dates": N_("Once this is off, your dates are deleted. That can't be undone."),
    "reminders": N_("Once this is off, your reminders are deleted. That can't be undone."),
    "host": N_("Once this is off, you step back from every circle you host. Whoever comes is told."),
    "contact": N_("Once this is off, you are on nobody's list any more, and whoever chose you is told."),
}
"""Switches that end or delete something: they ask first."""

WORDS: Mapping[str, str] = {
    "dm": N_("I may write to you first, for what you switched on. Nobody else sees it."),
    "may-be-asked": N_(
        "Members may ask you to be someone they'd tell if they go quiet. You can say no each time, and stop any time."
        " Who asks sees that you accept being asked."
    ),
    "thanks": N_("Members may thank you through me. You see their name and their words; nobody else does."),
    "door": N_(
        "If I've sent you nothing for 30 days, I may say once that the doors here are open. No answer is fine. Nobody"
        " else sees it."
    ),
    "helper": N_(
        "When someone here would like company, I may ask you. They see your name only after you both say yes, and so"
        " do you. Moderators can see who helps."
    ),
    "welcomer": N_(
        "I may give your name to somebody new, or to somebody I found no buddy for, so that they can say hello. They"
        " and the moderators see it."
    ),
    "contact": N_(
        "Members may ask you to be told if they go quiet. Who asks sees your answer. You're not responsible for the"
        " outcome."
    ),
    "host": N_("You can host circles. Everybody who sees a circle sees its hosts, and so do the moderators."),
    "mentor": N_(
        "I may suggest you as a mentor. Your name is shown only after you both say yes. Moderators can see who mentors."
    ),
}
"""The question behind each switch that needs nothing but a yes."""

ASKED_FIRST = ("dm", ADULT)
"""Switches that stop more than themselves."""
