"""Holds what monitoring reads to what happened: a day is lived, and every number of it is counted a second time."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import __version__
from bot.delivery.tally import BOUNDS, Tally
from bot.errors import CannotReach, DeliveryError
from bot.hosting.installation import DATABASE
from bot.hosting.running.metrics import NAMES, Metrics
from bot.hosting.running.run import Run
from bot.hosting.running.seen import STALE, Seen, health
from storage.delivery.backlog import Waiting
from tests.cast import ALICE, BOB, CHANDRA, button
from tests.outbox_bed import START, Outbox, outbox_bed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DOCS = Path(__file__).parents[3] / "docs"


async def scrape(run: Run) -> dict[str, float]:
    """One answer to monitoring: a name with the values of its labels, in the order of their names -> its number."""
    families = text_string_to_metric_families(Metrics().text(await run.look()).decode())
    return {
        " ".join([sample.name, *(value for _, value in sorted(sample.labels.items()))]): sample.value
        for family in families
        for sample in family.samples
    }


def run_of(bed: Outbox, folder: Path) -> Run:
    return Run(bed.bot, folder, ["local"], ["local"], {})


async def test_a_day_of_numbers_is_what_happened(tmp_path: Path) -> None:
    """24 hours on the virtual clock, scraped each hour, with faults drawn from a seed."""
    drawn = random.Random(14)
    async with outbox_bed(tmp_path) as bed:
        readers = [await bed.join(one) for one in (ALICE, BOB, CHANDRA)]
        run, planned, scraped, said = run_of(bed, tmp_path), 0, 0, Counter[str]()
        for minute in range(24 * 60):
            if drawn.random() < 0.1:
                due = bed.now + drawn.choice([timedelta(), 7 * MINUTE, 5 * HOUR])
                expires = drawn.choice([None, due + MINUTE])
                await bed.plan(drawn.choice(readers), f"note {planned}", due=due, expires=expires)
                planned += 1
            if drawn.random() < 0.03:
                bed.chat.before.append(drawn.choice([DeliveryError("busy"), CannotReach("closed")]))
            await bed.tick(MINUTE)
            if drawn.random() < 0.05:
                said["refused"] += 1
                await bed.chat.say(ALICE, "no such thing")
            if minute % 100 == 7 and bed.heard(BOB):
                said["answered"] += 1
                note = next(message for message in reversed(bed.chat.read(BOB)) if message.buttons)
                await bed.chat.press(BOB, button(note, "Read"))
            if minute % 60 == 59:
                scraped += 1
                numbers = await scrape(run)
                assert numbers["kith_deliveries_planned"] + numbers["kith_deliveries_overdue"] == await rows(
                    bed, "pending"
                )
                for state in ("sent", "inbox", "dead", "skipped"):
                    counted = numbers.get(f"kith_deliveries_total {state} local", 0)
                    assert counted == await rows(bed, state), state
        assert scraped == 24
        assert planned > 100
        heard = sum(len(bed.heard(one)) for one in (ALICE, BOB, CHANDRA))
        assert heard > 80
        assert numbers["kith_delivery_late_seconds_count local"] == numbers["kith_deliveries_total sent local"]
        assert numbers["kith_delivery_late_seconds_bucket +Inf local"] == numbers["kith_deliveries_total sent local"]
        answered, refused = (numbers[f"kith_requests_total {one} local"] for one in ("answered", "refused"))
        assert {"answered": answered, "refused": refused} == said


async def rows(bed: Outbox, state: str) -> int:
    """The model: the rows of the outbox, counted by the database itself."""
    return await bed.database.read(
        lambda connection: int(
            connection.execute("SELECT count(*) FROM deliveries WHERE state = ?", (state,)).fetchone()[0]
        )
    )


async def test_what_is_late_falls_into_its_class(tmp_path: Path) -> None:
    async with outbox_bed(tmp_path) as bed:
        alice = await bed.join(ALICE)
        for late in (0, 1, 2, 31, 4000):
            await bed.plan(alice, f"late by {late}", due=bed.now - timedelta(seconds=late))
        await bed.tick()
        numbers = await scrape(run_of(bed, tmp_path))
    counted = [numbers[f"kith_delivery_late_seconds_bucket {float(bound)} local"] for bound in BOUNDS]
    assert counted == [2, 3, 3, 4, 4, 4]
    assert numbers["kith_delivery_late_seconds_sum local"] == 4034


async def test_no_number_says_anything_about_people(tmp_path: Path) -> None:
    """Labels are platforms and outcomes alone: a community, a member or a kind of message is none."""
    async with outbox_bed(tmp_path) as bed:
        await bed.plan(await bed.join(ALICE), "words")
        await bed.tick()
        await bed.chat.say(ALICE, "no such thing")
        text = Metrics().text(await run_of(bed, tmp_path).look()).decode()
    ours = [line for line in text.splitlines() if line.startswith("kith_")]
    labels = set(re.findall(r"[{,](\w+)=", "\n".join(ours)))
    assert labels == {"platform", "outcome", "answer", "file", "le", "version", "schema", "tzdata"}
    assert not re.search(r"alice|words|note|lobby", text)


async def test_every_metric_is_named_and_explained_in_the_docs(tmp_path: Path) -> None:
    async with outbox_bed(tmp_path) as bed:
        await bed.plan(await bed.join(ALICE), "words")
        await bed.tick()
        await bed.chat.say(ALICE, "no such thing")
        text = Metrics().text(await run_of(bed, tmp_path).look()).decode()
    said = {family.name: family.documentation for family in text_string_to_metric_families(text)}
    shown = {name.removesuffix("_total"): means for name, means in NAMES.items()}
    assert {name: means for name, means in said.items() if name.startswith("kith_")} == shown
    page = (DOCS / "metrics.md").read_text()
    assert dict(re.findall(r"^\| `(kith_\w+)` \| (.*) \|$", page, re.M)) == NAMES


@pytest.mark.parametrize(
    ("connected", "age", "well"), [((), 0, False), (("local",), 0, True), (("local",), STALE + 1, False)]
)
def test_health_is_connected_and_at_work(connected: tuple[str, ...], age: float, well: bool) -> None:
    seen = Seen(Tally(), ["local"], connected, Path(DATABASE), {"version": __version__}, START, age, Waiting(0, 0, 0))
    said = health(seen)
    assert said["well"] is well
    assert said["missing"] == ([] if connected else ["local"])
