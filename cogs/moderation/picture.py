"""`picture`: what the community needs this week, and totals in plain sentences that tell nothing about one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.cog import Core, KeepsNothing, action, command, job
from bot.context import Context
from bot.messages import Button, Community, File, Message, Text
from bot.registry import Measure, Reply
from bot.words.drawing import Bar, Drawing
from bot.words.i18n import N_, _, ngettext, say
from cogs.moderation import desk, wording
from storage.members import community_settings
from storage.moderation import audit, cases, picture
from storage.moderation.cases import Lately
from storage.moderation.picture import Count, Figure

NAME = "kith-mod picture"
PEOPLE, BESIDE = "people", ": beside"
"""What the count of everybody is kept as, and what is added to the name of a measure for the count beside it."""
SHOWN = 20
MONDAY = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of one measure: its figure, and the figure beside it, where each part of it is large enough."""

    measure: Measure
    figure: Figure | None
    beside: Figure | None
    since: datetime | None

    @property
    def words(self) -> Text:
        assert self.figure is not None
        said = self.measure.words(self.figure.share if self.measure.percent else self.figure.part, self.figure.whole)
        return said + " " + self.measure.beside[1](self.beside.part) if self.beside and self.measure.beside else said

    @property
    def text(self) -> Text:
        assert self.since is not None
        return _("{sentence} (counted {day})").format(sentence=self.words, day=self.since.date().isoformat())

    @property
    def dark(self) -> int:
        """Of a hundred, by the numbers of the sentence and no others."""
        assert self.figure is not None
        return self.figure.share if self.measure.percent else round(100 * self.figure.part / self.figure.whole)

    @property
    def striped(self) -> int:
        return round(100 * self.beside.part / self.beside.whole) if self.beside else 0


class Picture(KeepsNothing):
    """`kith-mod picture` for moderators, and `audit` for everybody."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._drawing = Drawing()

    @command(NAME, anyone=True, moderators=True)
    async def picture(self, context: Context) -> Reply:
        """What this community needs from you this week, and totals. Nothing about any one person."""
        if question := await desk.first_yes(self, context, NAME):
            return question
        small = await self._is_small(context)
        said = [_("This week:"), *await self._needs(context)]
        places = ("needs", "picture")
        found = [] if small else [await self._figure(context, one) for one in self._measures() if one.place in places]
        said += [one.text for one in found if one.measure.place == "needs" and one.figure]
        if len(said) == 1:
            said.append(_("nothing waits for you."))
        step = (await self.read(community_settings.get, context.here)).step
        goes_on = (Button(_("Set me up"), "setup.step", str(step or 1)),) if step <= len(wording.PARTS) - 1 else ()
        if goes_on:
            said.append(_("Next in setting me up: {part}.").format(part=say(wording.PARTS[max(step, 1) - 1])))
        shown = [one for one in found if one.measure.place == "picture"]
        said += [_small()] if small else [*_sentences(shown), *_too_few(_refused(shown))]
        more = () if small else (Button(_("More totals"), "picture.more"),)
        buttons = (*goes_on, *more, Button(_("What moderators did"), "audit.open"))
        return Message(Text("\n").join(said), buttons, await self._drawn(context, shown))

    @action("picture.more", moderators=True)
    async def more(self, context: Context, value: str) -> Message:
        """The totals that are not drawn."""
        if await self._is_small(context):
            return Message(_small())
        found = await self._of(context, "more")
        said = [_("More totals:"), *_sentences(found), *_too_few(_refused(found))]
        return Message(Text("\n").join(said), (Button(_("Circles and reports"), "picture.run"),))

    @action("picture.run", moderators=True)
    async def run(self, context: Context, value: str) -> Message:
        """The totals of what moderators and hosts do."""
        if await self._is_small(context):
            return Message(_small())
        found = await self._of(context, "run")
        viewer = await desk.viewer(self, context)
        reported = reports(await self.read(cases.lately, context.here, viewer, context.now))
        refused = _refused(found) if reported else [*_refused(found), _("reports")]
        said = [_("Circles and reports:"), *_sentences(found), *reported, *_too_few(refused)]
        return Message(Text("\n").join(said))

    async def _of(self, context: Context, place: str) -> list[Shown]:
        return [await self._figure(context, one) for one in self._measures() if one.place == place]

    async def _needs(self, context: Context) -> list[Text]:
        community = context.here
        viewer = await desk.viewer(self, context)
        said = [text for cog in self.core.registry.cogs for text in await cog.needs(community, context.now)]
        if waiting := len(await self.read(cases.open_cases, community, viewer)):
            said.append(_("Reports open: {n}. `kith-mod cases` shows them.").format(n=waiting))
        if lost := await self.read(picture.undelivered, community):
            said.append(_("Messages that couldn't be delivered: {n}.").format(n=lost))
        return said

    async def _is_small(self, context: Context) -> bool:
        """Fewer than ten people, by a count that stands as long as any other: who comes as the tenth is not seen."""
        found = await self.read(picture.counted, context.here, PEOPLE)
        if found is None:
            await self.write(count, context.here, (), context.now)
            found = await self.read(picture.counted, context.here, PEOPLE)
        return found is None or found.whole < picture.FEWEST

    async def _figure(self, context: Context, measure: Measure) -> Shown:
        """The figure of the weekly snapshot; the first look takes the first one."""
        if await self.read(picture.shown, context.here, measure.name) is None:
            await self.write(count, context.here, (measure,), context.now)
        return await self.read(shown_of, context.here, measure)

    async def _drawn(self, context: Context, shown: list[Shown]) -> tuple[File, ...]:
        """Exactly what the sentences say, as bars. Nothing that they do not say goes to whatever draws."""
        bars = [Bar(str(one.words), one.dark, one.striped) for one in shown if one.figure]
        if not bars:
            return ()
        striped = _("not known, or paused by choice") if any(bar.striped for bar in bars) else Text()
        keys = (str(_("what the sentence names")), str(striped), str(_("the rest")))
        foot = _("Counted at most once a week, and rounded to 5.")
        png = await self._drawing.draw(context.here.name, bars, keys, str(foot))
        alt = Text(" ").join([_("A bar for each sentence."), *(one.words for one in shown if one.figure)])
        return (File("picture.png", png, alt),) if png else ()

    def _measures(self) -> list[Measure]:
        return [measure for cog in self.core.registry.cogs for measure in cog.measures()]

    def measures(self) -> Iterable[Measure]:
        return MEASURES

    @job(every="day")
    async def count(self, now: datetime) -> None:
        """Once a week, everything is counted. In between, looking again shows the same."""
        if now.weekday() == MONDAY:
            for community in await self.read(picture.communities):
                await self.write(count, community, self._measures(), now)

    # -- the audit ----------------------------------------------------------------------------------------------------

    @command("audit", anyone=True, community=True)
    async def audit(self, context: Context, page: int = 1) -> Message:
        """What moderators did here, without names. It is kept for a year."""
        found = await self.read(audit.entries, context.here, SHOWN + 1, max(0, page - 1) * SHOWN)
        if not found:
            earlier = _("Nothing stands there. `audit` shows what does.")
            return Message(earlier if page > 1 else _("Moderators have done nothing through me yet."))
        lines = [
            _("{day}: a moderator {did}").format(day=entry.at.date().isoformat(), did=desk.done(entry.action))
            for entry in found[:SHOWN]
        ]
        if len(found) > SHOWN:
            lines.append(_("`audit {n}` shows what was before.").format(n=max(1, page) + 1))
        return Message(Text("\n").join([_("What moderators did here:"), *lines]))

    @command("kith-mod audit", anyone=True, moderators=True)
    async def audit_for_moderators(self, context: Context) -> Message:
        """What moderators did here, as every member can read it."""
        return await self.audit(context)

    @action("audit.open", moderators=True)
    async def audit_opened(self, context: Context, value: str) -> Message:
        return await self.audit(context)

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(audit.sweep, now)


def _paused(part: int, whole: int) -> Text:
    words = _("Of about {whole} people who use me here, about {part} are on a pause they chose.")
    return words.format(whole=whole, part=part)


def _stayed(part: int, whole: int) -> Text:
    words = _("Of about {whole} people who began one to two months ago, about {part} have something on.")
    return words.format(part=part, whole=whole)


def _resting(part: int) -> Text:
    return _("About {part} are on a pause they chose.").format(part=part)


MEASURES = (
    Measure(N_("pauses"), picture.paused, _paused, "more"),
    Measure(N_("people who stay"), picture.stayed, _stayed, "picture", (picture.resting, _resting)),
)


def _small() -> Text:
    return _(
        "This is a small group, and you know each other: totals begin at about ten people, so that nobody can be"
        " picked out of them."
    )


def _sentences(found: Iterable[Shown]) -> Iterable[Text]:
    return (one.text for one in found if one.figure)


def _refused(found: Iterable[Shown]) -> list[Text]:
    return [say(one.measure.name) for one in found if one.figure is None]


def _too_few(names: Sequence[Text]) -> Iterable[Text]:
    if names:
        yield _("Too few to show safely: {names}.").format(names=Text(", ").join(names))


def reports(found: Lately) -> tuple[Text, ...]:
    """M11, of the reports the reader may see."""
    if found.opened < picture.FEWEST:
        return ()
    words = _("Of about {whole} reports of the last three months that you can see, about {part} are closed.")
    part = picture.rounded(found.closed)
    if not part:
        words = _("Of about {whole} reports of the last three months that you can see, fewer than 5 are closed.")
    said = words.format(whole=picture.rounded(found.opened), part=part)
    if found.half is None:
        return (said + " " + _("Fewer than half of them were looked at so far."),)
    hours = max(1, -(-found.half // timedelta(hours=1)))
    words = ngettext(
        "Half of them were looked at within {n} hour.", "Half of them were looked at within {n} hours.", hours
    )
    return (said + " " + words.format(n=hours),)


def count(connection: Connection, community: Community, measures: Iterable[Measure], now: datetime) -> None:
    """One snapshot. What stands beside a part is counted of the same people at the same moment."""
    picture.snapshot(connection, community, PEOPLE, picture.people(connection, community, now), now)
    for measure in measures:
        counted = Count(*measure.count(connection, community, now))
        picture.snapshot(connection, community, measure.name, counted, now)
        if measure.beside:
            beside = Count(measure.beside[0](connection, community, now), counted.whole)
            picture.snapshot(connection, community, measure.name + BESIDE, beside, now)


def shown_of(connection: Connection, community: Community, measure: Measure) -> Shown:
    found = picture.shown(connection, community, measure.name)
    figure, since = found or (None, None)
    part = picture.counted(connection, community, measure.name)
    if measure.whether and part:
        return Shown(measure, picture.whether(part), None, since)
    beside = picture.counted(connection, community, measure.name + BESIDE)
    return Shown(measure, figure, picture.beside(part, beside) if figure else None, since)
