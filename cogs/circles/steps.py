"""The steps around every date, walked once each: who is asked, reminded, thanked. Functions of a transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Channel, Person
from cogs.circles import dates, hosting, kinds, rounds, schedule, seats
from storage.circles import answers, circles, hosts
from storage.circles import dates as circles_dates
from storage.circles.answers import SEATED
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries

INVITE, REMIND, BEFORE, FEW = "circles.invite", "circles.remind", "circles.before", "circles.few"
OPENING, CLOSING, DEBRIEF, AFTER, HELLO, THANKS = (
    *("circles.opening", "circles.closing", "circles.debrief"),
    *("circles.after", "circles.hello", "circles.thanks"),
)
SUPPORT, REST = "circles.support", "circles.rest"
REFLECTS = timedelta(hours=1)
MISSED = 2
NEW_HOST = timedelta(days=28)
"""Whoever began to host lately is asked who supports them once, after the first date, not again in the next month."""
IN_A_ROW = 3
"""After so many dates in a row hosts are asked to rest (product.md 3.14)."""


class Moment(NamedTuple):
    """One step of one date: what a function that plans deliveries needs."""

    connection: Connection
    circle: Circle
    gathering: Gathering
    at: datetime
    now: datetime

    def plan(
        self,
        kind: str,
        to: Person | Channel,
        key: str,
        expires: datetime,
        purpose: str = seats.PURPOSE,
        *,
        picked: bool = True,
        capped: bool = False,
        unasked: bool = False,
        **args: int | str,
    ) -> None:
        whom = to.id if isinstance(to, Person) else "place"
        what = f"{self.gathering.id}:{self.gathering.version}:{whom}:{key}"
        where = ("" if isinstance(to, Channel) else purpose, self.circle.community)
        args |= {"gathering": self.gathering.id, "version": self.gathering.version}
        deliveries.tell(
            self.connection,
            to,
            kind,
            what,
            self.at,
            expires,
            *where,
            args,
            picked=picked,
            capped=capped,
            unasked=unasked,
        )

    def hosts(self) -> list[Person]:
        return hosts.accepted(self.connection, self.circle.id)

    def seated(self) -> list[answers.Said]:
        return answers.all_said(self.connection, self.gathering.id, *SEATED)


def walk(connection: Connection, now: datetime, limit: int) -> bool:
    """Take one step of every date that is due. True if there may be another one due at once."""
    waiting = circles_dates.due(connection, now, limit)
    for gathering in waiting:
        circle = circles.get(connection, gathering.circle)
        assert circle is not None
        step = gathering.step
        assert gathering.due is not None
        moment = Moment(connection, circle, gathering, gathering.due, now)
        circles_dates.done(
            connection,
            gathering.id,
            step + 1,
            schedule.following(step + 1, gathering.starts, gathering.ends),
        )
        if circle.kind == kinds.NOTICE and schedule.STEPS[step].name != "close":
            continue  # nobody meets, so there is nobody to remind or to ask
        if circle.state == "published" or schedule.STEPS[step].name in ("after", "close"):
            _DO[schedule.STEPS[step].name](moment)
    return bool(waiting)


def ask(moment: Moment) -> None:
    """Members who have said nothing to this date yet are asked once."""
    leading = moment.hosts()
    for member in answers.members_of(moment.connection, moment.circle.id):
        if member.person in leading or answers.said(moment.connection, moment.gathering.id, member.person):
            continue
        moment.plan(INVITE, member.person, "ask", moment.gathering.starts, picked=False, capped=True)


def day(moment: Moment) -> None:
    """A day before: who ticked it is reminded, hosts are asked how full their tank is, a missing host is looked for."""
    remind(moment, "day")
    for host in moment.hosts():
        moment.plan(BEFORE, host, "before", moment.gathering.starts - schedule.CHECK, hosting.PURPOSE)
    if len(moment.hosts()) < kinds.rule(moment.circle.kind).hosts:
        hosting.cover(moment.connection, moment.circle, moment.now)


def few(moment: Moment) -> None:
    """Two hours before: fewer than three come, so the hosts are asked what to do."""
    if len(moment.seated()) >= schedule.FEW or moment.now >= moment.gathering.starts:
        return
    for host in moment.hosts():
        moment.plan(FEW, host, "few", moment.gathering.starts, hosting.PURPOSE)


def hour(moment: Moment) -> None:
    """An hour before. What needs two hosts and has one, who has not decided to hold it so, does not take place."""
    is_short = len(moment.hosts()) < kinds.rule(moment.circle.kind).hosts
    if is_short and not moment.gathering.alone:
        dates.cancel(moment.connection, moment.circle, moment.gathering, moment.now)
        return
    remind(moment, "hour")
    for host in moment.hosts():
        moment.plan(REMIND, host, "host", moment.at + schedule.LATE["hour"], hosting.PURPOSE, which="host")


def begin(moment: Moment) -> None:
    """It starts: who ticked it is told, and the opening card stands in the circle's own place."""
    remind(moment, "now")
    _open(moment)


def open_late(connection: Connection, circle: Circle, now: datetime) -> None:
    """The place was opened after the date had begun: the opening card stands there now."""
    gathering = circles_dates.under_way(connection, circle.id, now, now)
    if gathering is not None and schedule.STEPS[gathering.step - 1].name == "now":
        _open(Moment(connection, circle, gathering, now, now))


def _open(moment: Moment) -> None:
    if moment.circle.channel is not None:
        question = rounds.draw(moment.connection, moment.circle, moment.gathering, "opening", moment.now)
        moment.plan(OPENING, moment.circle.channel, "opening", moment.gathering.ends, prompt=question)


def remind(moment: Moment, which: schedule.Reminder) -> None:
    """Exactly those who have a seat and want this reminder."""
    for said in moment.seated():
        member = answers.membership(moment.connection, moment.circle.id, said.person)
        if member is not None and which in member.reminders:
            moment.plan(REMIND, said.person, which, moment.at + schedule.LATE[which], which=which)


def after(moment: Moment) -> None:
    """It has ended: a private question for whoever had a seat, a debrief for the hosts, a word in the place."""
    end = moment.gathering.ends
    if moment.now < end + REFLECTS:  # after an outage nobody can tell who was there
        _notice_missing(moment)
    for said in moment.seated():
        moment.plan(AFTER, said.person, "after", end + REFLECTS, picked=False, unasked=True)
    for host in moment.hosts():
        moment.plan(DEBRIEF, host, "debrief", end + timedelta(hours=12), hosting.PURPOSE)
        later = moment._replace(at=end + REFLECTS)
        later.plan(THANKS, host, "thanks", end + timedelta(days=1), hosting.PURPOSE, picked=False)
        _look_after(later, host)
    if moment.circle.channel is not None:
        question = rounds.draw(moment.connection, moment.circle, moment.gathering, "closing", moment.now)
        moment.plan(CLOSING, moment.circle.channel, "closing", end + REFLECTS, prompt=question)
    dates.tell_if_last(moment.connection, moment.circle, moment.now)


def _look_after(moment: Moment, host: Person) -> None:
    """After three dates in a row a host is asked to rest; and once a month, who supports them."""
    starts, end = moment.gathering.starts, moment.gathering.ends
    part = hosts.of(moment.connection, moment.circle.id, host)
    if part is None or part.accepted is None or moment.gathering.state == "cancelled":
        return
    held = circles_dates.held(moment.connection, moment.circle.id, part.accepted, end)
    if held and held % IN_A_ROW == 0:
        moment.plan(REST, host, "rest", end + timedelta(days=2), hosting.PURPOSE, picked=False)
    month = starts.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = month if part.accepted < end - NEW_HOST else part.accepted
    if not circles_dates.held_by(moment.connection, moment.circle.community.id, host, since, end):
        moment.plan(SUPPORT, host, "support", end + timedelta(days=2), hosting.PURPOSE, picked=False, unasked=True)


def close(moment: Moment) -> None:
    """Two weeks later: answers become a number."""
    circles_dates.close(moment.connection, moment.gathering.id)


def _notice_missing(moment: Moment) -> None:
    """Who asked for it and did not come twice: the host hears it. Where nobody was seen at all, nobody was absent."""
    seated = moment.seated()
    if not any(said.came for said in seated):
        return
    for said in seated:
        member = answers.membership(moment.connection, moment.circle.id, said.person)
        if member is None or member.missed is None or said.answer != "in":
            continue
        missed = 0 if said.came else member.missed + 1
        if missed >= MISSED:
            missed = 0
            for host in moment.hosts()[:1]:
                moment.plan(
                    HELLO,
                    host,
                    f"hello:{said.person.id}",
                    moment.now + timedelta(days=2),
                    hosting.PURPOSE,
                    picked=False,
                    about=said.person.id,
                )
        answers.set_missed(moment.connection, moment.circle.id, said.person, missed)


_DO: dict[schedule.Name, Callable[[Moment], None]] = {
    "ask": ask,
    "day": day,
    "few": few,
    "hour": hour,
    "now": begin,
    "after": after,
    "close": close,
}
