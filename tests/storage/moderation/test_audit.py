"""What moderators did: in general form, of their own community, newest first, for a year."""

from __future__ import annotations

from sqlite3 import Connection

from bot.messages import Community
from storage.moderation import audit
from tests.storage.conftest import DAY, NOW, SECOND, rows_in


def test_each_community_reads_its_own_newest_first(connection: Connection, porch: Community, garden: Community) -> None:
    for number, what in enumerate(("hold", "lift", "quiet")):
        audit.record(connection, porch, what, NOW + number * SECOND)
    audit.record(connection, garden, "close", NOW)
    assert [entry.action for entry in audit.entries(connection, porch)] == ["quiet", "lift", "hold"]
    assert [entry.action for entry in audit.entries(connection, porch, limit=1)] == ["quiet"]
    assert audit.entries(connection, garden) == [audit.Entry("close", NOW)]


def test_of_one_second_the_last_stands_first(connection: Connection, porch: Community) -> None:
    for what in ("hold", "lift"):
        audit.record(connection, porch, what, NOW)
    assert [entry.action for entry in audit.entries(connection, porch)] == ["lift", "hold"]


def test_it_is_kept_for_a_year_to_the_second(connection: Connection, porch: Community) -> None:
    audit.record(connection, porch, "hold", NOW)
    audit.sweep(connection, NOW + audit.KEPT - SECOND)
    assert rows_in(connection, "audit") == 1
    audit.sweep(connection, NOW + audit.KEPT)
    assert rows_in(connection, "audit") == 0


def test_it_has_no_column_for_a_person_or_for_words(connection: Connection) -> None:
    columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('audit')")}
    assert columns == {"id", "community", "action", "at"}
    assert audit.KEPT == 365 * DAY
