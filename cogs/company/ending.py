"""Half time and the end of a company request: an honest word each, doors beside it, and whether somebody came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.asking.doors import COMPANY, lonely
from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import STATELESS, Button, Message, Text
from bot.words.i18n import _
from cogs.company import wording
from cogs.company.around import audiences, context_of, note_of
from storage.company import company
from storage.company.company import Request
from storage.company.helping import Candidate


class CompanyEnding(KeepsNothing):  # requests stand with Company
    """For the one who asks: nobody is left without a word."""

    @message(company.HALF, actions=("company.more", "company.close"), late="expires")
    async def half(self, delivery: Delivery, reader: Reader) -> Message | None:
        request = await self.read(company.get, int(delivery.args["request"]))
        if request is None or request.state != "open":
            return None
        context = context_of(delivery, reader)
        others = set(await audiences(self, context)) - request.viewers
        more = [Button(_("Ask more people"), "company.more", str(request.id))] if others else []
        return Message(
            _("Nobody has picked this up yet. It's about who is awake, not about you."),
            (*more, *await self._doors(context), Button(_("Close it"), "company.close", str(request.id))),
        )

    @action("company.more")
    async def more(self, context: Context, value: str) -> Message:
        """Who else would see it, before they do."""
        request, others = await self._others(context, int(value))
        counts = {audience: len(people) for audience, people in others.items()}
        if not counts:
            return Message(_("There is nobody else to ask at the moment. It stays open."))
        terms = wording.terms(request.kind, request.hours, note_of(self, request))
        return Message(
            _("Ask {viewers} too? {terms}").format(viewers=wording.counted(counts), terms=terms),
            (Button(_("Ask"), "company.widen", value), Button(_("Not now"), "company.keep")),
        )

    @action("company.widen")
    async def widen(self, context: Context, value: str) -> Text:
        _request, others = await self._others(context, int(value))
        await self.write(company.widen, context.me, int(value), frozenset(others), context.now)
        return _("Asked. I'll tell you when someone can.")

    @action("company.keep")
    async def keep(self, context: Context, value: str) -> Text:
        return _("It stays as it is.")

    async def _others(self, context: Context, row: int) -> tuple[Request, Mapping[str, list[Candidate]]]:
        request = await self.read(company.get, row)
        if request is None or request.person != context.me or request.state != "open":
            raise UserError(_("It is closed already."))
        there = await audiences(self, replace(context, community=request.community))
        return request, {audience: people for audience, people in there.items() if audience not in request.viewers}

    @message(company.CLOSED)
    async def closed(self, delivery: Delivery, reader: Reader) -> Message:
        context = context_of(delivery, reader)
        again = Button(_("Ask again"), COMPANY, str(delivery.community.id) if delivery.community else "", row=STATELESS)
        if delivery.args["how"] == "paused":
            return Message(_("Your company request is closed, because you paused. `start` ends the pause."))
        if delivery.args["how"] == "unanswered":
            said = _("Your company request has ended; nobody was free this time. You can ask again at any hour.")
            return Message(said, (again, *await self._doors(context)))
        return Message(_("Your company request has ended."), await self._doors(context))

    @message(company.AFTER, actions=("company.came",), late="expires")
    async def after(self, delivery: Delivery, reader: Reader) -> Message:
        request = str(delivery.args["request"])
        return Message(
            _("Did someone come?"),
            (
                Button(_("Yes"), "company.came", f"{request} yes"),
                Button(_("Not really"), "company.came", f"{request} no"),
            ),
        )

    @action("company.came")
    async def came(self, context: Context, value: str) -> Message:
        row, _space, answer = value.partition(" ")
        await self.write(company.came, context.me, int(row), someone=answer == "yes", now=context.now)
        if answer == "yes":
            tick = Button(_("Note that I received"), "thanks.note", "received")
            return Message(
                _("Noted. Only the number is kept."), (tick,) if tick.action in self.core.registry.actions else ()
            )
        return Message(_("Noted. Nobody is told. What would help now?"), await lonely(self.core.registry, context))

    async def _doors(self, context: Context) -> tuple[Button, ...]:
        """Doors under a message that was sent unasked: they need no row."""
        return await lonely(self.core.registry, context, without=(COMPANY,))
