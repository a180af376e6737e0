"""One look at one quiet alert, in one transaction: the facts are gathered, the rules asked, the acts planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.clocks.times import day_bounds, local_day
from bot.context import NewRules
from bot.messages import Channel, Person
from cogs.quiet import alert as rules
from cogs.quiet.alert import DOWN_FOR, Act, Alert, Day, Facts, Step
from storage.checkins import checkins
from storage.database import walls
from storage.delivery import deliveries
from storage.members import community_settings, consents, in_touch, members, resting
from storage.quiet import contacts, quiet, uptime

ME, TOLD_ME, END, OVER = "quiet.me", "quiet.told_you", "quiet.end", "quiet.ended"

UNDER_WAY = ("pending", "sending")

POLL = timedelta(minutes=5)
"""How often a message under way is asked after."""


def look(connection: Connection, person: Person, now: datetime) -> None:
    """Judge the days that have ended, take the next step if its time has come, and say when to look again."""
    found = quiet.setup(connection, person)
    if found is None:
        return
    zone = ZoneInfo(members.profile(connection, person).zone)
    if found.step == "waiting":
        found = _judge(connection, found, zone, now)
    before = _alert(found)
    after, acts = rules.advance(before, _facts(connection, found, now))
    found = found._replace(quiet=after.quiet, delivered=after.delivered, step=after.step, since=after.since)
    for act in acts:
        found = _carry_out(connection, found, act, now)
    if acts and after.step == "waiting":
        # From the start of today on: the contact that ended it keeps today from being a quiet day.
        found = found._replace(looked=day_bounds(local_day(now, zone), zone)[0])
    _say_who_was_told(connection, found, now)
    quiet.save(connection, found, _look_again(connection, found, zone, now))


def derive_anew(connection: Connection, now: datetime) -> None:
    """A clock that was ahead is right: today is judged when it is over, and no step began later than now."""
    for found in quiet.look_now(connection, now):
        zone = ZoneInfo(members.profile(connection, found.person).zone)
        today = day_bounds(local_day(now, zone), zone)[0]
        since = min(found.since, now) if found.since else None
        quiet.save(connection, found._replace(looked=min(found.looked, today), since=since), now)


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """By new rules a day begins and ends at other instants: an hour that is left of one is no quiet day."""
    found = quiet.watched(connection, rules, after)
    for person, key, looked, due in found:
        zone = ZoneInfo(key)
        fresh = _midnight(looked, zone), _midnight(due, zone)
        if fresh != (looked, due):
            quiet.move(connection, person, *fresh)
    return walls.last(person for person, *_rest in found)


def _midnight(near: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of a day that is nearest to what was one."""
    return day_bounds(local_day(near + timedelta(hours=12), zone), zone)[0]


def is_silent(connection: Connection, person: Person) -> bool:
    """No contact since the alert opened, and nothing withdrawn or paused: it may go on."""
    found = quiet.setup(connection, person)
    if found is None or found.step == "waiting":
        return False
    touched = in_touch.since(connection, person, found.looked)
    allowed = consents.allows(connection, person, quiet.PURPOSE)
    still = not members.profile(connection, person).paused and not resting.is_resting(connection, person)
    return allowed and not touched and still


def close(connection: Connection, person: Person, now: datetime) -> None:
    """The member stops telling people: those told hear that they were in touch, the others that they are free."""
    found = quiet.setup(connection, person)
    if found is not None and found.step != "waiting":
        _tell_the_end(connection, found, "in touch", now)
    for contact in quiet.end(connection, person):
        plan_release(connection, contact, person, now)


def plan_release(connection: Connection, contact: Person, about: Person, now: datetime) -> None:
    """To somebody who is on a list no more."""
    what = f"{about.id}:{contact.id}:{int(now.timestamp())}"
    deliveries.tell(connection, contact, "quiet.released", what, now, None, contacts.CONTACT, args={"about": about.id})


# -- the facts --------------------------------------------------------------------------------------------------------


def _judge(connection: Connection, found: quiet.Setup, zone: ZoneInfo, now: datetime) -> quiet.Setup:
    """Every local day that is over by now, from where the last look ended."""
    while (end := day_bounds(local_day(found.looked, zone), zone)[1]) <= now and found.quiet < found.after:
        found = found._replace(answered=found.answered or quiet.has_answered(connection, found.person))
        lived = quiet.lived(connection, found.person, found.looked, end)
        excused = lived.lost or _was_away(connection, found, end) or not found.answered
        day = Day(lived.contact, lived.delivered, excused)
        after = rules.judged(_alert(found), day)
        found = found._replace(quiet=after.quiet, delivered=after.delivered, looked=end)
    if resting.is_resting(connection, found.person):  # back again, quiet days start at zero
        found = found._replace(quiet=0, delivered=False)
    paused, until = _pause(connection, found.person, now)
    return found._replace(paused=(until or now) if paused else found.paused)


def _was_away(connection: Connection, found: quiet.Setup, end: datetime) -> bool:
    """Was the bot down for long on that day, or had the member paused, or taken their yes back?"""
    paused, _until = _pause(connection, found.person, end)
    return (
        uptime.down(connection, found.person, found.looked, end) >= DOWN_FOR
        or paused
        or (found.paused is not None and found.paused > found.looked)
        or not consents.allows(connection, found.person, quiet.PURPOSE)
    )


def _pause(connection: Connection, person: Person, now: datetime) -> tuple[bool, datetime | None]:
    profile = members.profile(connection, person)
    return profile.paused or resting.is_resting(connection, person), profile.paused_until


def _facts(connection: Connection, found: quiet.Setup, now: datetime) -> Facts:
    asked = quiet.fate(connection, f"{ME}:{_number(found)}") if found.step == "me" else None
    return Facts(
        now=now,
        contact=quiet.lived(connection, found.person, found.looked, now + timedelta(seconds=1)).contact,
        paused=members.profile(connection, found.person).paused,
        rests=resting.is_resting(connection, found.person),
        allowed=consents.allows(connection, found.person, quiet.PURPOSE),
        steps=_steps(connection, found, now),
        asked=_fate(asked.state) if asked else "lost",
        asked_at=asked.settled if asked else None,
        down=uptime.down(connection, found.person, found.since, now) if found.since else timedelta(),
    )


def in_reach(connection: Connection, people: Sequence[Person], now: datetime) -> list[Person]:
    return [one for one in people if contacts.is_in_reach(connection, one, now)]


def _fate(state: str) -> rules.Fate:
    if state in UNDER_WAY:
        return "on its way"
    return "arrived" if state == "sent" else "lost"


def _steps(connection: Connection, found: quiet.Setup, now: datetime) -> frozenset[Step]:
    """What is written down, agreed to and in reach at this moment."""
    steps: set[Step] = set()
    if in_reach(connection, contacts.people_to_tell(connection, found.person), now):
        steps.add("people")
    if found.helpers is not None and in_reach(
        connection, contacts.helpers_to_tell(connection, found.person, found.helpers, now), now
    ):
        steps.add("helpers")
    if found.moderators is not None and community_settings.get(connection, found.moderators).reports is not None:
        steps.add("moderators")
    return frozenset(steps)


def _alert(found: quiet.Setup) -> Alert:
    step: Step = found.step  # type: ignore[assignment]  # the column's CHECK names the same words
    return Alert(found.after, found.gap, found.quiet, found.delivered, step, found.since)


# -- the acts ---------------------------------------------------------------------------------------------------------


def _carry_out(connection: Connection, found: quiet.Setup, act: Act, now: datetime) -> quiet.Setup:
    if act == "ask me":
        found = found._replace(number=found.number + 1, claimed=False)
        _plan_to_owner(connection, found, ME, now)
    elif act == "tell people":
        for person in contacts.people_to_tell(connection, found.person):
            _plan_telling(connection, found, person, "people", contacts.CONTACT, now)
    elif act == "tell helpers":
        assert found.helpers is not None
        for person in contacts.helpers_to_tell(connection, found.person, found.helpers, now):
            _plan_telling(connection, found, person, "helpers", "helper", now)
    elif act == "tell moderators":
        assert found.moderators is not None
        reports = community_settings.get(connection, found.moderators).reports
        assert reports is not None
        _plan_telling(connection, found, reports, "moderators", "", now)
    elif act == "end of the list":
        checkins.rest(connection, found.person, now)
        _plan_to_owner(connection, found, END, now)
    elif act in ("in touch", "paused", "rests"):
        _tell_the_end(connection, found, act, now)
    return found


def _plan_to_owner(connection: Connection, found: quiet.Setup, kind: str, now: datetime, step: str = "") -> None:
    what = _number(found) + (f":{step}" if step else "")
    args: dict[str, int | str] = {"about": found.person.id, "alert": found.number, "step": step}
    deliveries.tell(connection, found.person, kind, what, now, None, quiet.PURPOSE, args=args)


def _plan_telling(
    connection: Connection, found: quiet.Setup, to: Person | Channel, step: Step, purpose: str, now: datetime
) -> None:
    community = {"helpers": found.helpers, "moderators": found.moderators}.get(step)
    what = f"{_number(found)}:{step}:{to.id}"
    args: dict[str, int | str] = {"about": found.person.id, "alert": found.number, "step": step}
    deliveries.tell(connection, to, quiet.TELL, what, now, None, purpose, community, args)


def _say_who_was_told(connection: Connection, found: quiet.Setup, now: datetime) -> None:
    """To the member, as soon as it is so: not before anybody has really been told."""
    if found.step not in rules.LIST:
        return
    mine = [one for one in quiet.told(connection, found.person, found.number) if one.step == found.step]
    if any(one.state == "sent" for one in mine) and not any(one.state in UNDER_WAY for one in mine):
        _plan_to_owner(connection, found, TOLD_ME, now, found.step)


def _tell_the_end(connection: Connection, found: quiet.Setup, how: str, now: datetime) -> None:
    """To everybody who has been told, and to nobody else."""
    for one in quiet.told(connection, found.person, found.number):
        if one.state != "sent":
            continue
        where = ({"people": contacts.CONTACT, "helpers": "helper"}.get(one.step, ""), one.community)
        args: dict[str, int | str] = {"about": found.person.id, "how": how}
        deliveries.tell(connection, one.to, OVER, f"{_number(found)}:{one.to.id}", now, None, *where, args)


def _look_again(connection: Connection, found: quiet.Setup, zone: ZoneInfo, now: datetime) -> datetime:
    if found.step == "waiting":
        return day_bounds(local_day(now, zone), zone)[1]
    if found.step == "ended":
        return now + timedelta(days=1)  # sooner if there is contact: see in_touch.record
    under_way = [one for one in quiet.told(connection, found.person, found.number) if one.state in UNDER_WAY]
    if found.since is None:
        asked = quiet.fate(connection, f"{ME}:{_number(found)}")
        return max(now + POLL, asked.next_try if asked else now)  # held until the end of quiet hours, for example
    if under_way:
        return max(now + POLL, min(one.next_try for one in under_way))
    following = rules.due_at(_alert(found), _facts(connection, found, now))
    return max(following or now, now + timedelta(minutes=1))


def _number(found: quiet.Setup) -> str:
    return f"{found.person.id}:{found.number}"
