"""What somebody who has the file can read in it: a dump alone shows a blob as digits, and so hides plain words."""

from __future__ import annotations

import re
from sqlite3 import Connection


def legible(connection: Connection) -> str:
    """Everything in the database as text, and then every blob as the letters it may hold."""
    dump = "\n".join(connection.iterdump())
    blobs = (bytes.fromhex(digits).decode("utf-8", "replace") for digits in re.findall(r"X'([0-9A-F]+)'", dump))
    return "\n".join([dump, *blobs])
