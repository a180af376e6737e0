-- What helps: a line that a member leaves themselves for a hard day.

CREATE TABLE what_helps (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    words BLOB NOT NULL
) STRICT;
