-- What does not work in a community: told to its moderators once, and gone when it works again.

CREATE TABLE troubles (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    cause TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    times INTEGER NOT NULL,
    since INTEGER NOT NULL,
    told INTEGER,
    PRIMARY KEY (community, cause, what)
) STRICT, WITHOUT ROWID;
