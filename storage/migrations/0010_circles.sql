-- Circles: how one joins, the group they are for, and what was asked at a date.

-- joining: 'open' to everybody in the community, or 'ask': the hosts say yes to each. "group": whom it is meant for.
ALTER TABLE circles ADD COLUMN joining TEXT NOT NULL DEFAULT 'open' CHECK (joining IN ('open', 'ask'));
ALTER TABLE circles ADD COLUMN "group" INTEGER REFERENCES community_groups ON DELETE SET NULL;

CREATE INDEX circles_group ON circles ("group");

-- enter: when this host has to be let into the circle's own place; empty where that is done.
ALTER TABLE circle_hosts ADD COLUMN enter INTEGER;

CREATE INDEX circle_hosts_enter ON circle_hosts (enter);

-- asked: the questions of its rounds, so that the next date gets another one.
ALTER TABLE gatherings ADD COLUMN asked TEXT NOT NULL DEFAULT '';

-- Who asked to join a circle whose hosts decide. wants: the seat they asked for. declined: the hosts said not now, which
-- is told to nobody; asked again a month later they are shown it once more.
CREATE TABLE circle_requests (
    circle INTEGER NOT NULL REFERENCES circles ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES persons ON DELETE CASCADE,
    wants TEXT NOT NULL CHECK (wants IN ('in', 'listening')),
    asked INTEGER NOT NULL,
    declined INTEGER,
    PRIMARY KEY (circle, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX circle_requests_person ON circle_requests (person);

-- The private address of a member's own calendar. A new address is a new row: ids are never used twice.
CREATE TABLE circle_feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL UNIQUE REFERENCES persons ON DELETE CASCADE,
    since INTEGER NOT NULL
) STRICT;
