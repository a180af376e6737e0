"""The scenes of the week, in order. Each shows one thing Kith is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.story.playground import ALICE, BOB, CHANDRA, DANA, MO
from bot.story.stage import Stage

BEGINNING = datetime(2026, 3, 23, 17, 0, tzinfo=UTC)
"""A Monday, 18:00 in Berlin. The clocks go forward there in the night to Sunday."""

Scene = Callable[[Stage], Awaitable[None]]


async def a_first_yes(stage: Stage) -> None:
    stage.tell(
        "The Porch is a small community with one room. Kith moved in today. Alice found it in the list of members, and"
        " writes to it."
    )
    await stage.say(ALICE, "start", "a check-in")
    stage.tell("Nothing is kept yet. The sentence says what would be, and who would see it.")
    await stage.press(ALICE, "Change time or days")
    await stage.say(ALICE, "7:30 pm", "berlin", "every day")
    await stage.press(ALICE, "Yes")


async def three_clocks(stage: Stage) -> None:
    stage.tell("Bob lives in New York and Chandra in Kolkata. For each of them it is evening at another hour.")
    await stage.say(BOB, "checkin on 8pm New York weekdays", "yes")
    await stage.say(CHANDRA, "checkin on 21:00 Kolkata", "yes")
    await stage.until("19:45")
    await stage.say(ALICE, "skip")


async def a_hard_day(stage: Stage) -> None:
    await stage.until("tuesday 01:05")
    await stage.say(BOB, "my sister called")
    await stage.until("tuesday 19:32")
    stage.tell("No button has the words that Alice wants, so Alice writes them.")
    await stage.say(ALICE, "long day, but the tram driver waited for me")


async def someone_to_tell(stage: Stage) -> None:
    await stage.until("tuesday 20:00")
    stage.tell(
        "Dana has time for others, and says so. Bob would like somebody to notice a silence, and writes the list;"
        " nobody else sees it."
    )
    await stage.say(DANA, "checkin on 10:00 Lisbon sundays")
    await stage.press(DANA, "Yes")
    await stage.say(DANA, "settings helper")
    await stage.press(DANA, "Yes", "Yes")
    await stage.say(DANA, "settings others may ask")
    await stage.press(DANA, "Yes")
    await stage.say(BOB, "quiet")
    await stage.press(BOB, "Yes", "After 3 days", "2 days", "Add someone")
    await stage.say(BOB, "@Dana")
    await stage.press(DANA, "Accept", "Yes")


async def a_buddy(stage: Stage) -> None:
    stage.tell("Alice and Dana would each like a buddy. Three questions, one line to check, no name before two yeses.")
    await stage.say(ALICE, "buddy find")
    await stage.press(ALICE, "Weekday evenings", "Text", "Company", "Looks right", "Yes", "Yes")
    await stage.say(DANA, "buddy find")
    await stage.press(DANA, "Weekday evenings", "Text", "Company", "Looks right", "Yes")


async def two_yeses(stage: Stage) -> None:
    await stage.until("thursday 12:30")
    await stage.press(ALICE, "Yes")
    await stage.press(DANA, "Yes")
    await stage.until("thursday 13:00")


async def a_circle(stage: Stage) -> None:
    stage.tell("Dana would like to sit together on Sundays. A circle is seen by nobody before two hosts have said yes.")
    await stage.say(ALICE, "settings host")
    await stage.press(ALICE, "Yes")
    await stage.say(DANA, "circle new")
    await stage.press(DANA, "Yes")
    await stage.say(DANA, "sunday 17:30", "Sunday tea")
    await stage.press(DANA, "Co-host")
    await stage.say(DANA, "@Alice")
    await stage.press(ALICE, "I'll host", "Yes")
    await stage.press(DANA, "Publish")
    await stage.say(CHANDRA, "circle list")
    await stage.press(CHANDRA, "Sunday tea", "I'm in", "Yes", "Yes")


async def tea(stage: Stage) -> None:
    await stage.until("sunday 16:35")
    stage.tell("Fewer than three come to tea. That is a question to the hosts, and a small one is fine.")
    await stage.press(DANA, "Hold it")
    await stage.until("sunday 18:31")
    stage.tell("They meet in a place of their own. Kith keeps turns and time.")


async def some_company(stage: Stage) -> None:
    await stage.until("thursday 16:00")
    stage.tell("Thursday is long. Alice asks for company, and nobody's name is shown before two people want it.")
    await stage.say(ALICE, "company")
    await stage.press(ALICE, "Yes", "Ask")
    await stage.press(DANA, "I can")
    await stage.press(ALICE, "Yes")
    await stage.until("thursday 19:20")
    await stage.press(ALICE, "Yes")


async def quiet_days(stage: Stage) -> None:
    await stage.until("saturday 13:30")
    stage.tell("Nobody has heard from Bob since Tuesday. Wednesday had a power cut and does not count; two days do.")
    await stage.until("saturday 15:30")
    await stage.until("sunday 16:00")
    await stage.press(BOB, "I'm here")


async def no_power(stage: Stage) -> None:
    await stage.until("wednesday 18:50")
    stage.tell("On Wednesday evening the machine that Kith runs on loses its power for an hour and a half.")
    await stage.blackout(1.5)
    await stage.until("20:21")
    stage.tell("Alice's question comes late, and once. Nobody's day is marked as missed.")
    await stage.press(ALICE, "More...", "In 2 hours")
    await stage.until("22:25")
    await stage.say(ALICE, "skip")


async def a_mistake(stage: Stage) -> None:
    await stage.until("thursday 10:00")
    stage.tell("A mistyped word gets an answer that helps.")
    await stage.say(CHANDRA, "chekin off", "checkin on 25:00")


async def help_now(stage: Stage) -> None:
    await stage.until("friday 02:10")
    stage.tell("In the night, Mo, who never said yes to anything, needs a number. There is no question first.")
    await stage.say(MO, "help now")


async def a_pause(stage: Stage) -> None:
    await stage.until("friday 19:40")
    await stage.say(ALICE, "pause sunday 9am")


async def an_hour_less(stage: Stage) -> None:
    await stage.until("sunday 19:35")
    stage.tell(
        "The clocks went forward in the night. Alice's pause ended by itself, and half past seven is half past seven."
    )
    await stage.press(ALICE, "Skip")


async def all_of_it_is_yours(stage: Stage) -> None:
    await stage.until("sunday 20:30")
    stage.tell("Chandra moves on, and looks first at what Kith knows.")
    await stage.say(CHANDRA, "my-data", "forget-me")
    await stage.press(CHANDRA, "Delete everything")


WEEK: tuple[Scene, ...] = (
    a_first_yes,
    three_clocks,
    a_hard_day,
    someone_to_tell,
    a_buddy,
    no_power,
    a_mistake,
    two_yeses,
    a_circle,
    some_company,
    help_now,
    a_pause,
    quiet_days,
    tea,
    an_hour_less,
    all_of_it_is_yours,
)
