"""After `forget-me`, nothing of a person is left anywhere: whatever there was, in whichever table and file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

from bot.keys.crypto import DecryptionError
from bot.messages import Member, Message, Person
from storage.database import sealed
from storage.members import members
from storage.upkeep import backup
from tests.cast import BOB, MO, ROOM, Playground, button, labels
from tests.cogs.settled import settle
from tests.engines.canary import CANARY, watched
from tests.engines.filled import Filler, person_columns

ODD = Member("local", f"{CANARY}-id", f"{CANARY}-name")
"""An account that cannot be in a file by chance."""
WORDS = f"{CANARY} my sister is called Ottilie"


def rows_of(connection: Connection, person: Person) -> set[tuple[str, str]]:
    """Where a person stands: (table, column)."""
    return {
        (table, column)
        for table, column in person_columns(connection)
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', (person.id,)).fetchone()
    }


def places_with(folder: Path, *words: str) -> list[str]:
    """Every file of the installation, free pages and write-ahead log included, that holds one of these words."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        for word in words:
            for encoding in ("utf-8", "utf-16-le"):
                if word.encode(encoding) in content:
                    found.append(f"{path.name}: {word}")
    return found


async def test_a_row_in_every_table_that_can_hold_one_is_gone(world: Playground, tmp_path: Path) -> None:
    odd, bob = await settle(world, ODD), await settle(world, BOB)
    database = world.bot.database
    community = await database.read(members.community_of, ROOM)

    def fill(connection: Connection) -> list[tuple[str, str]]:
        return Filler(connection, odd, bob, world.now, account=ODD, community=community, words=WORDS).everything()

    filled = await database.write(fill)
    assert await database.read(rows_of, odd) == set(filled), "every table with a person in it had a row"
    assert places_with(tmp_path, ODD.id), "the scan finds what is there"
    assert places_with(tmp_path, WORDS), "and words that nobody encrypted"

    await is_forgotten(world)
    assert await database.read(rows_of, odd) == set()
    assert await database.read(members.person_of, BOB) == bob
    back_up(tmp_path)
    assert places_with(tmp_path, CANARY) == []


async def is_forgotten(world: Playground) -> None:
    screen = await world.chat.say(ODD, "forget-me")
    assert str((await world.chat.press(ODD, button(screen, "Delete everything"))).text).startswith("Done.")


def back_up(folder: Path) -> None:
    backup.copy(folder / "world" / "kith.db", folder / "backup.db")


# -- a life -----------------------------------------------------------------------------------------------------------

BEFORE = ("settings Thanks", "settings Others may ask", "settings Contact", "settings Mentor", "settings Welcomer")
"""What Bob switches on, so that there is somebody for Alice's doors."""
LIFE: tuple[tuple[str, ...], ...] = (
    (f"remind me in 9 days {WORDS}",),
    (f"notebook {WORDS}", "30 days"),
    ("my-dates", "Add one", WORDS, "1 may"),
    ("people", "Add one", WORDS, "sister", WORDS, WORDS),
    ("people", "Ask me once a month"),
    ("settings Thanks",),
    (f"thanks @Bob {WORDS}", "Send"),
    (f"feedback {WORDS}", "Send with my name"),
    (f"ask-mods {WORDS}", "Send with my name"),
    ("report", "Write it", WORDS, "-", "Send it"),
    ("quiet", "Add someone", "@Bob"),
    ("quiet", "My words", WORDS),
    ("settings Helper", "All settings", "Helper hours", "09:00", "20:00", "-", "-"),
    ("company", "Change", "Note", WORDS, "Ask"),
    ("buddy find", "Any time", "Either", "Both"),
    ("buddy mentor",),
    (f"circle new thursday 19:00 {WORDS}", "-", WORDS, "Publish"),
    ("help-now", "Choose", "Germany", "Remember my country"),
    ("settings How personal",),
    ("checkin change", "Another time", "20:00", "-", "-"),
    ("settings Hellos",),
    ("circle calendar",),
    ("checkin now", WORDS),
    (f"link {WORDS}",),
)
"""What one person says, line by line, and how each goes on: the beginning of a button, or words to type."""
AT_LEAST = frozenset(
    {
        *("accounts", "blocks", "case_people", "checkin_dials", "checkin_schedules", "checkins", "circle_hosts"),
        *("company_requests", "consents", "contacts", "countries", "deliveries", "given_received", "helper_hours"),
        *("hello_wishes", "letters", "memberships", "notebooks", "notes", "offers", "own_dates", "people_map"),
        *("people_openings", "people_reviews", "prompts_seen", "quiet_alerts", "quiet_contacts", "reminders"),
        *("thanks",),
    }
)


async def says(world: Playground, member: Member, line: str, *then: str) -> Message:
    """One line and how it goes on; whatever is asked for first is answered with yes."""
    said = await _agreed(world, member, await world.chat.say(member, line, ROOM))
    for answer in then:
        found = next((one for one in said.buttons if str(one.label).startswith(answer)), None)
        asked = world.chat.press(member, found, ROOM) if found else world.chat.say(member, answer, ROOM)
        said = await _agreed(world, member, await asked)
    if "`cancel` stops" in said.text:
        await world.chat.say(member, "cancel", ROOM)
    await world.bot.tick(world.now)
    return said


async def _agreed(world: Playground, member: Member, said: Message) -> Message:
    while "Details" in labels(said) or "18 or over" in said.text:
        said = await world.chat.press(member, button(said, "Yes"), ROOM)
    return said


async def lives(world: Playground) -> None:
    world.chat.join(ODD, ROOM)
    for member in (BOB, MO, ODD):
        await says(world, member, "checkin on 19:00 berlin")
    for line in BEFORE:
        await says(world, BOB, line)
    await says(world, BOB, "settings Helper", "All settings", "Helper hours", "09:00", "20:00", "-", "-")
    for line, *then in LIFE:
        await says(world, ODD, line, *then)
    async for _said in world.wait(timedelta(hours=26)):
        pass


async def test_of_a_life_with_every_door_open_nothing_is_left(on_threads: Playground, tmp_path: Path) -> None:
    world = on_threads  # what the database's library logs is looked at too
    with watched() as written:
        await lives(world)
        database, code = world.bot.database, world.bot.core.keyring.pseudonym(ODD.platform, ODD.id)
        odd = await database.read(members.person_of, ODD)
        assert odd is not None
        stood_in = await database.read(rows_of, odd)
        await says(world, BOB, f"buddy avoid @{ODD.name}", "Avoid them")
        await says(world, ODD, "buddy avoid @Mo", "Avoid them")
        await says(world, BOB, "report", "Write it", WORDS, f"@{ODD.name}", "Send it")
        stood_in |= await database.read(rows_of, odd)
        assert sorted(AT_LEAST - {table for table, _column in stood_in}) == []
        assert places_with(tmp_path, ODD.id), "the scan finds what is there"
        await is_forgotten(world)
        assert await database.read(rows_of, odd) == set()
        assert await database.read(holding, code) == {"blocks", "case_people"}, "others' blocks and open cases hold"
        back_up(tmp_path)
        assert places_with(tmp_path, CANARY) == []
        assert {"kith.journal"} <= {where.partition(":")[0] for where in places_with(tmp_path, code.hex())}
    assert written.hits == []
    assert written.lines > 1000


async def test_without_the_key_no_word_is_read_and_no_row_stands_for_another(world: Playground, tmp_path: Path) -> None:
    await lives(world)
    back_up(tmp_path)
    assert places_with(tmp_path, WORDS.removeprefix(CANARY)) == []
    texts = await world.bot.database.read(sealed_texts)
    assert len({(table, column) for table, column, _names, _blob in texts}) > 8, "it is a life with many words"
    for table, column, names, blob in texts:
        assert len(opened(world, blob, table, column, names)) == 1, (table, column)
        for other, place, others, _blob in texts:
            if (other, place) != (table, column):
                assert opened(world, blob, other, place, [*names, *others]) == []
            elif others is not names:
                assert opened(world, blob, table, column, set(others) - set(names)) == []


def sealed_texts(connection: Connection) -> list[tuple[str, str, list[int | str], bytes]]:
    """(table, column, what its row may be called, text) of everything that is encrypted."""
    found = []
    for table, column in sealed.columns(connection):
        cursor = connection.execute(f'SELECT * FROM "{table}" WHERE "{column}" IS NOT NULL')
        for row in cursor.fetchall():
            values = [value.hex() if isinstance(value, bytes) else value for value in row if value is not None]
            names = [*values, *(str(value) for value in values if isinstance(value, int))]
            blob = dict(zip([name for name, *_rest in cursor.description], row, strict=True))[column]
            found.append((table, column, names, blob))
    return found


def opened(world: Playground, blob: bytes, table: str, column: str, names: Iterable[int | str]) -> list[str]:
    """What the text says where it is taken for that of another row."""
    found = set()
    for name in names:
        try:
            found.add(world.bot.core.keyring.decrypt(blob, table, column, name))
        except DecryptionError:
            continue
    return [*found]


def holding(connection: Connection, code: bytes) -> set[str]:
    """The tables with this keyed hash in them."""
    columns = connection.execute(
        "SELECT tables.name, columns.name FROM sqlite_schema AS tables"
        " JOIN pragma_table_info(tables.name) AS columns WHERE columns.type = 'BLOB' AND tables.type = 'table'"
    ).fetchall()
    return {
        table
        for table, column in columns
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', (code,)).fetchone()
    }
