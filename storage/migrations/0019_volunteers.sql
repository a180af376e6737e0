-- Who asked to help, welcome, host or mentor in a community and is looked at first. Whoever does so already has no row.
CREATE TABLE volunteers (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('helper', 'welcomer', 'host', 'mentor')),
    since INTEGER NOT NULL,
    days INTEGER NOT NULL,
    answer TEXT CHECK (answer IN ('yes', 'no')),
    PRIMARY KEY (community, person, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX volunteers_person ON volunteers (person);

-- volunteer_days: after how many days here volunteers begin without a moderator's yes. Empty: as it was when they asked.
ALTER TABLE community_settings ADD COLUMN volunteer_days INTEGER;
