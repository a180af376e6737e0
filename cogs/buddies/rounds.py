"""Rounds: begun by the calendar or by moderators, matched in a process of their own, told in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_instant
from bot.cog import KeepsNothing, action, command, job
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Community, Message, Text
from bot.registry import Follow, Measure, Work
from bot.words.i18n import _, ngettext
from cogs.buddies import schedules, wording
from cogs.buddies.candidates import Candidate, Counts, LeftOutReason, Match, Met, Outcome, Pace, alone
from cogs.buddies.choices import Choices
from cogs.buddies.course import plan
from cogs.buddies.measures import MEASURES
from cogs.buddies.worker import match_in_process
from cogs.moderation import desk
from storage.buddies import buddies, ends, meeting, rounds
from storage.buddies.buddies import Signup
from storage.buddies.pairs import ROUND_DAYS, Length
from storage.buddies.rounds import Proposed, Round, Schedule, Staying
from storage.moderation import audit

NAME = "kith-mod rounds"


@dataclass(frozen=True)
class Gathered:
    """One snapshot of everything a matching is told."""

    free: list[Signup]
    signed_up: int
    platforms: Mapping[int, frozenset[str]]
    avoids: list[tuple[int, int]]
    passes: list[tuple[int, int]]
    met: list[tuple[int, int, int]]
    staying: list[Staying]


class Rounds(KeepsNothing):  # rounds are nobody's; who is asked what in them: see Introductions
    """Begins rounds, and matches those without a buddy: at the start, then every two days, newcomers with them."""

    def derived_anew(self, now: datetime) -> Work[None]:
        zone = ZoneInfo(self.core.settings.zone)

        def work(connection: Connection) -> None:
            for community, (weeks, due) in rounds.begun_ahead(connection, now):
                ends = schedules.put_back(due, weeks, zone, now) if due else None
                rounds.put_back(connection, community, ends, now)

        return work

    @job(every="hour")
    async def run(self, now: datetime) -> None:
        for community, schedule in await self.read(rounds.beginning, now):
            assert schedule.due is not None
            zone = ZoneInfo(self.core.settings.zone)
            next_ = schedules.following(schedule.due, schedule.weeks, zone, now)
            await self.write(rounds.begin, community, schedule, next_, secrets.randbits(32), now, zone.key)
        for pair in await self.read(ends.over, now):
            await self.write(ends.end_by_time, pair, plan(now), now)
        for round_ in await self.read(rounds.to_match, now):
            await self._match(round_, now)

    async def _match(self, round_: Round, now: datetime) -> None:
        gathered = await self.read(_gather, round_.community, round_, now)
        outcome = await self._outcome(gathered, round_.seed + round_.runs, round_.number, now)
        edits = {one.person.id: one.edits for one in (*gathered.free, *_both(gathered.staying))}
        joined = {one.person.id: pair for pair in gathered.staying for one in pair.people}
        new = [match for match in outcome.matches if len(match.members) == 3 or not match.kept]
        proposed = [_proposed(match, round_, joined, now) for match in new]
        left_out = {one.id: one.reason.value for one in outcome.left_out}
        await self.write(rounds.settle, round_, proposed, left_out, edits, _counts(gathered, outcome), now)

    async def _outcome(self, gathered: Gathered, seed: int, number: int, now: datetime) -> Outcome:
        """Seconds of work where there are thousands; a second where there are a few; nothing for one or nobody."""
        if not gathered.free:
            return Outcome((), (), Counts())
        # Where both would like a previous buddy, having met counts for nothing against them.
        again = {one.person.id for one in gathered.free if _wish(one) == "same"}
        met = (Met(*one) for one in gathered.met if not {*one[:2]} <= again)
        people = [*_candidates(gathered, gathered.free, number)]
        staying, kept = _who_may_be_joined(gathered, number)
        if len(people) == 1 and not staying:
            return alone(people[0])
        return await match_in_process(
            [*people, *staying], week=now.date(), seed=seed, number=number, met=met, kept=kept
        )

    # -- what moderators see ------------------------------------------------------------------------------------------

    @command(NAME, anyone=True, moderators=True)
    async def rounds(self, context: Context) -> Message:
        """When buddies are introduced: see it, try it without telling anybody, or begin a round."""
        return await desk.first_yes(self, context, NAME) or await self._screen(context)

    async def _screen(self, context: Context, said: Text | None = None) -> Message:
        community = context.here
        schedule = await self.read(rounds.schedule, community) or Schedule(schedules.WEEKS, None)
        waiting = await self.read(buddies.signed_up, community)
        lines = [said] if said else []
        lines.append(
            ngettext("{n} member would like to be introduced.", "{n} members would like to be introduced.", waiting)
            .format(n=waiting)
        )  # fmt: skip
        lines.append(_says_when(schedule, context.now, ZoneInfo(self.core.settings.zone)))
        latest = await self.read(rounds.latest, community)
        if latest is not None and latest.counts:
            lines.append(_("The last round so far: {counts}").format(counts=_say(latest.counts)))
        every = schedules.CHOICES[(schedules.CHOICES.index(schedule.weeks) + 1) % len(schedules.CHOICES)]
        return Message(
            Text("\n").join(lines),
            (
                Button(_("Try it, tell nobody"), "rounds.try"),
                Button(_("Begin a round now"), "rounds.begin"),
                Button(_("Every {n} weeks instead").format(n=every), "rounds.every", str(every)),
                Button(_("No rounds by the calendar"), "rounds.every", "0")
                if schedule.due
                else Button(_("Rounds by the calendar"), "rounds.every", str(schedule.weeks)),
            ),
        )

    @action("rounds.try", moderators=True, expensive=True)
    async def try_it(self, context: Context, value: str) -> Message:
        """The numbers a round would have now. Nobody is told anything, and nothing is kept of it."""
        community = context.here
        latest = await self.read(rounds.latest, community)
        number = latest.number + 1 if latest else 1
        gathered = await self.read(_gather, community, None, context.now)
        outcome = await self._outcome(gathered, secrets.randbits(32), number, context.now)
        said = _("A round now would give: {counts}").format(counts=_say(_counts(gathered, outcome)))
        return await self._screen(context, said)

    @action("rounds.begin", moderators=True, expensive=True)
    async def begin(self, context: Context, value: str) -> Message:
        community, zone = context.here, ZoneInfo(self.core.settings.zone)
        schedule = await self.read(rounds.schedule, community)
        if schedule is None:
            raise UserError(_("Nobody has asked for a buddy yet, so there is nobody to introduce."))
        next_ = schedules.following(context.now, schedule.weeks, zone, context.now) if schedule.due else None
        seed = secrets.randbits(32)
        round_ = await self.write(_begin, community, schedule, next_, seed, context.now, zone.key)
        if round_ is None:
            raise UserError(_("A round began a moment ago."))
        await self._match(round_, context.now)
        return await self._screen(context, _("A round has begun. Everybody hears from me in private."))

    @action("rounds.every", moderators=True)
    async def every(self, context: Context, value: str) -> Message:
        community, zone = context.here, ZoneInfo(self.core.settings.zone)
        known = await self.read(rounds.schedule, community) or Schedule(schedules.WEEKS, None)
        if value not in ("0", *map(str, schedules.CHOICES)):
            raise UserError(_("That button has expired. `kith-mod rounds` opens a new one."))
        weeks = int(value) or known.weeks
        due = None
        if value != "0":
            due = known.due or schedules.first_round(context.now, zone)[1]
        await self.write(_set, community, weeks, due, context.now, zone.key)
        return await self._screen(context)

    def by_the_clock(self) -> Sequence[Follow]:
        return (partial(rounds.follow, zone=self.core.settings.zone),)

    def measures(self) -> Iterable[Measure]:
        return MEASURES


def _begin(
    connection: Connection,
    community: Community,
    was: Schedule,
    next_: datetime | None,
    seed: int,
    now: datetime,
    zone: str,
) -> Round | None:
    round_ = rounds.begin(connection, community, was, next_, seed, now, zone)
    audit.record(connection, community, "rounds.begun", now)
    return round_


def _set(
    connection: Connection, community: Community, weeks: int, due: datetime | None, now: datetime, zone: str
) -> None:
    rounds.set_schedule(connection, community, weeks, due, zone)
    audit.record(connection, community, "rounds.changed", now)


def _gather(connection: Connection, community: Community, round_: Round | None, now: datetime) -> Gathered:
    return Gathered(
        meeting.eligible(connection, community, now),
        buddies.signed_up(connection, community),
        meeting.platforms(connection, community),
        meeting.avoids(connection, community),
        rounds.passes(connection, round_.id) if round_ else [],
        rounds.met(connection, community),
        rounds.staying_together(connection, round_, now) if round_ else [],
    )


def _both(staying: Iterable[Staying]) -> Iterator[Signup]:
    return (one for pair in staying for one in pair.people)


def _who_may_be_joined(gathered: Gathered, number: int) -> tuple[list[Candidate], list[tuple[int, ...]]]:
    """Those who stay together and are open to a trio. Whom the matching could take apart is not named to it at all."""
    known = {one.id: one for one in _candidates(gathered, _both(gathered.staying), number)}
    people: list[Candidate] = []
    for pair in gathered.staying:
        two = [known[one.person.id] for one in pair.people if one.person.id in known]
        if len(two) == 2 and all(one.trio_ok for one in two) and _fit(*two):
            people += [replace(one, avoids=one.avoids - {other.id}) for one, other in (two, reversed(two))]
    ids = {one.id for one in people}
    pairs = [tuple(one.person.id for one in pair.people) for pair in gathered.staying]
    return people, [pair for pair in pairs if ids.issuperset(pair)]


def _fit(one: Candidate, other: Candidate) -> bool:
    return one.group == other.group and bool(one.languages & other.languages)


def _candidates(gathered: Gathered, people: Iterable[Signup], number: int) -> Iterator[Candidate]:
    """Each as the matching wants them. A language counts where both can be met: it is paired with a platform.

    Whoever wants somebody new avoids everybody they met.
    """
    apart: dict[int, set[int]] = {}
    for one, other in (*gathered.avoids, *gathered.passes):
        apart.setdefault(one, set()).add(other)
    known: dict[int, set[int]] = {}
    for one, other, _round in gathered.met:
        known.setdefault(one, set()).add(other)
        known.setdefault(other, set()).add(one)
    for free in people:
        choices = Choices.read(free.choices)
        if choices is None:
            continue
        id_ = free.person.id
        there = gathered.platforms.get(id_, frozenset())
        avoids = apart.get(id_, set()) | (known.get(id_, set()) if choices.again == "new" else set())
        yield Candidate(
            id=id_,
            group=str(free.group or ""),
            languages=frozenset(f"{one} {platform}" for one in choices.languages for platform in there),
            zone=free.zone,
            free=choices.hours,
            pace=choices.pace,
            purposes=choices.purposes,
            style=choices.style,
            trio_ok=choices.trio,
            avoids=frozenset(avoids),
            adult=True,  # gathered by their yes to this, to being introduced, and without those who are held
            consents=True,
            left_out=free.left_out,
            left_out_last=free.left_out_round is not None and free.left_out_round >= number - 1,
            trio_last=free.trio_round is not None and free.trio_round >= number - 1,
        )


def _wish(signup: Signup) -> str:
    choices = Choices.read(signup.choices)
    return choices.again if choices else "either"


def _proposed(match: Match, round_: Round, joined: Mapping[int, Staying], now: datetime) -> Proposed:
    one_week = match.reasons.pace == Pace.ONE_WEEK_TRY
    reasons = {person: wording.code_of(match, person) for person in match.members}
    if match.kept:
        pair = next(joined[person] for person in match.members if person in joined)
        return Proposed(reasons, Length(ROUND_DAYS, pair.ends), pair.pair)
    return Proposed(reasons, schedules.length(round_.ends, now, one_week=one_week))


def _counts(gathered: Gathered, outcome: Outcome) -> dict[str, int]:
    counts = outcome.counts
    staying = sum(match.kept and len(match.members) == 2 for match in outcome.matches)
    return {
        "signed_up": gathered.signed_up,
        "free": len(gathered.free),
        "pairs": counts.pairs - staying,
        "trios": counts.trios,
        "repeats": counts.repeats,
        "no_common_hour": counts.without_common_hour,
        "nobody_fits": counts.left_out.get(LeftOutReason.NOBODY_FITS, 0),
        "odd": counts.left_out.get(LeftOutReason.ODD, 0),
    }


def _say(counts: Mapping[str, int]) -> Text:
    """A round in counts and plain reasons, never names."""
    said = [
        ngettext("{n} pair", "{n} pairs", counts["pairs"]).format(n=counts["pairs"])
        + " "
        + ngettext("and {n} trio.", "and {n} trios.", counts["trios"]).format(n=counts["trios"]),
        _("Together before: {repeats}. Under an hour a week in common: {no_common_hour}.").format(**counts),
        _("Without anybody: {nobody_fits} because nobody fits, {odd} because the number is odd.").format(**counts),
    ]
    return Text(" ").join(said)


def _says_when(schedule: Schedule, now: datetime, zone: ZoneInfo) -> Text:
    if schedule.due is None:
        return _("Rounds begin when you say so; the first sign-up starts the calendar.")
    when = friendly_instant(schedule.due, now, zone)
    return _("A round begins every {n} weeks; the next one {when}.").format(n=schedule.weeks, when=when)
