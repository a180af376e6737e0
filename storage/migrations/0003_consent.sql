-- Consent and care: who must never meet, what members switched on, what they told the people who run the place.

-- Two people who must never be brought together, whoever asked for it. After the other's forget-me only a keyed hash stays.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    other INTEGER REFERENCES persons ON DELETE SET NULL,
    code BLOB,
    since INTEGER NOT NULL,
    CHECK (other IS NOT NULL OR code IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX blocks_pair ON blocks (person, other);
CREATE INDEX blocks_other ON blocks (other);
CREATE INDEX blocks_code ON blocks (code);
