"""Every figure of the picture, recomputed from the raw rows by somebody who has not read how it is counted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, connect
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.asking.consenting import ADULT, CORE
from bot.hosting.installation import DATABASE
from bot.messages import Community, Person
from cogs.buddies.measures import MEASURES
from cogs.company.helping import Helping
from storage.circles.counted import with_two_hosts
from storage.company import helping, kept
from storage.members import consents
from storage.moderation import cases, picture
from storage.moderation.cases import Viewer
from tests.cast import ALICE, BOB, MO, Playground
from tests.cogs.moderated import person, populate
from tests.engines.measured import AT, DAY, HERE, NOW, fill
from tests.prepared import prepared

Row = dict[str, Any]
ME = Viewer(Person(1), frozenset({b"1"}))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(prepared(tmp_path) / DATABASE, isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = OFF")
        yield opened


class Plain:
    """The rows as they are, and every figure by plain loops."""

    def __init__(self, connection: Connection) -> None:
        def rows(table: str) -> list[Row]:
            found = connection.execute(f"SELECT * FROM {table}")
            return [dict(zip([name for name, *_ in found.description], row, strict=True)) for row in found]

        self.persons = {row["id"]: row for row in rows("persons")}
        self.members = [row for row in rows("memberships") if row["community"] == HERE]
        self.signups = [row for row in rows("buddy_signups") if row["community"] == HERE]
        self.pairs = {row["id"]: row for row in rows("buddy_pairs") if row["community"] == HERE}
        self.rounds = {row["id"]: row for row in rows("buddy_rounds")}
        self.parts = [row for row in rows("buddy_members") if row["pair"] in self.pairs]
        proposals = {row["id"] for row in rows("buddy_proposals") if row["round"] == 3}
        self.asked = {row["person"] for row in rows("buddy_answers") if row["proposal"] in proposals}
        self.weeks = [row for row in rows("buddy_weeks") if row["pair"] in self.pairs]
        self.consents, self.scheduled = rows("consents"), {row["person"] for row in rows("checkin_schedules")}
        self.circles = [row for row in rows("circles") if row["community"] == HERE]
        self.dates, self.named = rows("gatherings"), rows("case_people")
        self.cases = [row for row in rows("cases") if row["community"] == HERE]
        self.gave, self.totals = rows("company_gave"), rows("company_totals")

    def talks(self, person: int) -> list[int]:
        """When somebody talked, as they and another said of the same week."""
        found = []
        for week in self.weeks:
            same = [one for one in self.weeks if (one["pair"], one["day"]) == (week["pair"], week["day"])]
            if week["person"] == person and sum(one["answer"] == "yes" for one in same) > 1 and week["answer"] == "yes":
                found.append(self.pairs[week["pair"]]["opened"] + week["day"] * DAY)
        return found

    def lately(self, person: int) -> bool:
        return any(at > AT - 28 * DAY for at in self.talks(person))

    def paired(self, person: int) -> bool:
        pairs = [self.pairs[part["pair"]] for part in self.parts if part["person"] == person]
        return any(pair["ended"] is None or pair["ended"] > AT - 28 * DAY for pair in pairs)

    def active(self) -> list[int]:
        wish = {row["person"] for row in self.signups if not row["resting"]}
        return [
            row["person"]
            for row in self.members
            if row["left_at"] is None
            and self.persons[row["person"]]["paused_at"] is None
            and row["person"] in wish | self.scheduled
        ]

    def has_buddy(self, person: int) -> bool:
        pairs = [self.pairs[part["pair"]] for part in self.parts if part["person"] == person and part["gone"] is None]
        return any(pair["kind"] == "buddy" and pair["state"] == "active" for pair in pairs)

    def figures(self) -> dict[str, tuple[int, int]]:
        wishing = [row for row in self.signups if not row["resting"]]
        active = self.active()
        paired = [person for person in self.persons if self.paired(person)]
        said_no = {
            part["person"]
            for part in self.parts
            for week in self.weeks
            if week["pair"] == part["pair"]
            and week["answer"] == "no"
            and self.pairs[week["pair"]]["opened"] + week["day"] * DAY > AT - 28 * DAY
        }
        silent = [person for person in paired if not self.lately(person) and person not in said_no]
        untalked = [person for person in active if self.paired(person) and not self.lately(person)]
        none = [row for row in wishing if row["left_out_round"] == 3 and not self.has_buddy(row["person"])]
        return {
            "buddies now": (sum(self.has_buddy(row["person"]) for row in wishing), len(wishing)),
            "buddies now beside": (len(none), len(wishing)),
            "people with a tie": (sum(map(self.lately, active)), len(active)),
            "people with a tie beside": (len(untalked), len(active)),
            "buddies who talked": (sum(map(self.lately, paired)), len(paired)),
            "buddies who talked beside": (len(silent), len(paired)),
            "ties that last": self.last(),
            "buddies within two weeks": self.soon(),
            "company": self.company(),
            "load": self.load(),
            "people who stay": self.stay("on"),
            "people who stay beside": self.stay("paused"),
            "buddies who stayed": self.chose_again(),
            "pauses": self.pauses(),
            "buddies without a word": self.without_a_word(),
            "dates with two hosts": self.two_hosts(),
            "reports": self.reports(),
        }

    def two_hosts(self) -> tuple[int, int]:
        circles = {row["id"] for row in self.circles if row["kind"] in ("circle", "story", "skill", "hosts")}
        held = [
            row
            for row in self.dates
            if row["circle"] in circles and row["state"] != "cancelled" and AT - 90 * DAY < row["ends"] <= AT
        ]
        return sum(not row["alone"] for row in held), len(held)

    def mine_to_see(self) -> list[Row]:
        """Reports of three months, for a moderator who is the first member and has another account."""
        about_me = {row["case"] for row in self.named if row["person"] == 1 or row["code"] == b"1"}
        return [
            row
            for row in self.cases
            if row["id"] not in about_me and row["viewers"] == "moderators" and row["opened"] > AT - 90 * DAY
        ]

    def reports(self) -> tuple[int, int]:
        found = self.mine_to_see()
        return sum(row["closed"] is not None for row in found), len(found)

    def half_seen(self) -> float:
        found = self.mine_to_see()
        waits = [(row["first_seen"] or AT) - row["opened"] for row in found]
        fitted = kaplan_meier().fit(waits, [row["first_seen"] is not None for row in found])
        return min(float(time) for time, share in fitted.survival_function_.itertuples() if share < 0.5 + 1e-9)

    def chose_again(self) -> tuple[int, int]:
        """A pair that goes on belongs to a round that began after it did."""
        again: dict[int, bool] = {}
        for part in self.parts:
            pair = self.pairs[part["pair"]]
            lately = pair["state"] == "active" or (pair["ended"] or 0) > AT - 90 * DAY
            if pair["kind"] != "buddy" or pair["opened"] is None or not lately:
                continue
            went_on = pair["opened"] < self.rounds[pair["round"]]["began"]
            if went_on or (pair["ended"] is not None and pair["ended"] >= pair["ends"]):
                again[part["person"]] = again.get(part["person"], False) or went_on
        return sum(again.values()), len(again)

    def without_a_word(self) -> tuple[int, int]:
        wishing = [row for row in self.signups if not row["resting"]]
        here = {row["person"] for row in self.members if row["left_at"] is None and row["away"] is None}
        waits = 0
        for row in wishing:
            person = row["person"]
            said = {one["purpose"] for one in self.consents if one["person"] == person}
            mine = [self.pairs[part["pair"]] for part in self.parts if part["person"] == person]
            pairs = [pair for pair in mine if pair["kind"] == "buddy"]
            free = [row["since"], self.rounds[3]["began"], *(pair["ended"] or AT for pair in pairs)]
            may = {"buddy", "dm", "adult"} <= said and self.persons[person]["paused_at"] is None and person in here
            waits += may and person not in self.asked and row["left_out_round"] != 3 and max(free) <= AT - 3 * DAY
        return waits, len(wishing)

    def pauses(self) -> tuple[int, int]:
        here = [row["person"] for row in self.members if row["left_at"] is None]
        return sum(self.persons[person]["paused_at"] is not None for person in here), len(here)

    def last(self) -> tuple[int, int]:
        lasted, over = [], []
        for pair in self.pairs.values():
            if pair["kind"] != "buddy" or pair["opened"] <= AT - 90 * DAY:
                continue
            people = [part for part in self.parts if part["pair"] == pair["id"]]
            whole = int(((pair["ended"] or AT) - pair["opened"]) / (pair["days"] * DAY))
            lasted.append(max(whole, 1) if pair["ended"] else whole)
            over.append(bool(pair["ended"]) and len(people) > 1)
        share = float(kaplan_meier().fit(lasted, over).predict(1))
        return round(share * len(lasted)), len(lasted)

    def soon(self) -> tuple[int, int]:
        lasted, over = [], []
        member = {row["person"]: row for row in self.members}
        for row in self.signups:
            if not AT - 90 * DAY <= row["since"] <= AT - 14 * DAY:
                continue
            away = (self.persons[row["person"]]["paused_at"], member.get(row["person"], {}).get("left_at"))
            known = min([AT, *(at for at in away if at is not None)])
            first = min((at for at in self.talks(row["person"]) if at >= row["since"]), default=None)
            over.append(first is not None and first <= known)
            until = first if first is not None and first <= known else known
            lasted.append(max(0, until - row["since"]) / DAY)
        share = 1 - float(kaplan_meier().fit(lasted, over).predict(14))
        return round(share * len(lasted)), len(lasted)

    def company(self) -> tuple[int, int]:
        since = datetime.fromtimestamp(AT - 28 * DAY, UTC).date().isoformat()
        lately = [row for row in self.totals if row["community"] == HERE and row["day"] > since]
        met = sum(row["requests"] for row in lately if row["outcome"] == "met")
        return met, met + sum(row["requests"] for row in lately if row["outcome"] == "unanswered")

    def load(self) -> tuple[int, int]:
        here = {row["person"] for row in self.members if row["left_at"] is None}
        times = [sum(row["person"] == one and row["at"] > AT - 28 * DAY for row in self.gave) for one in here]
        busy = sorted((count for count in times if count), reverse=True)
        tenth = len(busy) // 10 + (len(busy) % 10 > 0)
        return (round(len(busy) * sum(busy[:tenth]) / sum(busy)) if len(busy) >= 20 else 0), len(busy)

    def stay(self, what: str) -> tuple[int, int]:
        began = [row for row in self.members if AT - 56 * DAY < row["since"] <= AT - 28 * DAY]
        count = 0
        for row in began:
            paused = self.persons[row["person"]]["paused_at"] is not None
            on = any(one["person"] == row["person"] and one["purpose"] != "core" for one in self.consents)
            count += row["left_at"] is None and (paused if what == "paused" else on and not paused)
        return count, len(began)


def kaplan_meier() -> Any:
    from lifelines import KaplanMeierFitter  # seconds, for which nobody else waits

    return KaplanMeierFitter()


def counted(connection: Connection) -> dict[str, tuple[int, int]]:
    here, found = Community(HERE), dict[str, tuple[int, int]]()
    for measure in MEASURES:
        found[measure.name] = measure.count(connection, here, NOW)
        if measure.beside:
            found[f"{measure.name} beside"] = (measure.beside[0](connection, here, NOW), found[measure.name][1])
    found["company"] = kept.answered(connection, here, NOW)
    found["load"] = helping.shared(connection, here, NOW)
    found["dates with two hosts"] = with_two_hosts(connection, here, NOW)
    reported = cases.lately(connection, here, ME, NOW)
    found["reports"] = (reported.closed, reported.opened)
    found["pauses"] = picture.paused(connection, here, NOW)
    found["people who stay"] = picture.stayed(connection, here, NOW)
    found["people who stay beside"] = (picture.resting(connection, here, NOW), found["people who stay"][1])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_what_a_plain_recomputation_finds(connection: Connection, seed: int) -> None:
    fill(connection, random.Random(seed))
    plain, found = Plain(connection).figures(), counted(connection)
    assert set(found) == set(plain)
    for name, figure in plain.items():
        assert found[name] == figure, name
    half = cases.lately(connection, Community(HERE), ME, NOW).half
    assert half is not None
    assert half.total_seconds() == Plain(connection).half_seen()
    assert min(whole for _part, whole in plain.values()) >= 10, "there is something to compare"


AHEAD = {"UTC": 0, "Asia/Tokyo": 9, "America/Bogota": -5}
"""Zones without summer time, and by how many hours they are ahead."""


@pytest.mark.parametrize("hours", [(6, 5, 9), (1, 20, 11), (8, 8, 8), (24, 0, 0)])
async def test_hours_nobody_covers_and_what_helps_are_what_a_plain_recomputation_finds(
    world: Playground, hours: tuple[int, int, int]
) -> None:
    community = await populate(world)
    helpers = list(zip((ALICE, BOB, MO), AHEAD, (7, 15, 22), hours, strict=True))
    for member, zone, start, length in helpers:
        if length:
            one = await person(world, member)
            await world.bot.database.write(_helps, one, zone, start, (start + length) % 24, world.now)
    now = world.now.replace(minute=0, second=0, microsecond=0)
    free = [
        hour
        for hour in (now + timedelta(hours=n) for n in range(24))
        if all((hour.hour + AHEAD[zone] - start) % 24 >= length for _who, zone, start, length in helpers)
    ]
    [cog] = [cog for cog in world.bot.registry.cogs if isinstance(cog, Helping)]
    by_the_host = ZoneInfo(cog.core.settings.zone)
    of_day = [sum(hour.astimezone(by_the_host).hour // 6 == part for hour in free) for part in range(4)]
    fewest = min((count for count in of_day if count), default=0)
    more = (fewest + 1) // 2
    part = ("nights", "mornings", "afternoons", "evenings")[3 - of_day[::-1].index(fewest)]
    helper = "1 more helper with two hours a day" if more == 1 else f"{more} more helpers with two hours a day each"
    said = [f"Helper hours nobody covers in the coming day: {len(free)} of 24.", f"{helper}, and {part} are covered."]
    assert [*map(str, await cog.needs(community, world.now))] == (said if free else [])


def _helps(connection: Connection, one: Person, zone: str, start: int, end: int, now: datetime) -> None:
    consents.give(connection, one, (*CORE, ADULT, helping.HELPER), "Yes.", now)
    helping.set_hours(connection, one, zone, f"{start:02}:00", f"{end:02}:00", helping.EVERY_DAY)
