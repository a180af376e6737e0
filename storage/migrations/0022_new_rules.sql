-- Rules of time zones change: whatever stands at a wall time keeps that time and its zone, so that its instant can be
-- derived anew. A wall is "2026-12-07 09:00:00", with a "+" behind it where clocks show it a second time and that one is
-- meant. Where a wall is empty, it is written by the first start after this, by the rules of that start.

-- What the rules of each zone were when instants were derived last, as a short hash of its file.
CREATE TABLE zone_rules (
    zone TEXT PRIMARY KEY,
    print TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE reminders ADD COLUMN zone TEXT;
ALTER TABLE reminders ADD COLUMN wall TEXT;
UPDATE reminders SET zone = (SELECT zone FROM persons WHERE persons.id = person);

ALTER TABLE persons ADD COLUMN paused_zone TEXT;
ALTER TABLE persons ADD COLUMN paused_wall TEXT;
UPDATE persons SET paused_zone = zone WHERE paused_until IS NOT NULL;

-- zone: only where the message comes at a wall time.
ALTER TABLE deliveries ADD COLUMN zone TEXT;
ALTER TABLE deliveries ADD COLUMN wall TEXT;
UPDATE deliveries SET zone = (SELECT zone FROM persons WHERE persons.id = person)
    WHERE state = 'pending' AND person IS NOT NULL AND kind IN (
        'buddies.week', 'buddies.middle', 'buddies.closing', 'buddies.who_else', 'buddies.goal_asked'
    );
CREATE INDEX deliveries_wall ON deliveries (id) WHERE state = 'pending' AND zone IS NOT NULL;

-- Its zone is that of the circle. What was never moved stands at the circle's hour.
ALTER TABLE gatherings ADD COLUMN wall TEXT;
UPDATE gatherings SET wall = nominal || ' '
    || (SELECT substr(recurrence, 12, 5) FROM circles WHERE circles.id = circle) || ':00'
    WHERE state = 'planned' AND version = 1;

-- version: of the dates that its rhythm brings and that are not open yet. It grows with the rules of its zone.
ALTER TABLE circles ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Rounds began at an hour of the host's zone, which the first start after this writes down.
ALTER TABLE buddy_schedules ADD COLUMN zone TEXT;
ALTER TABLE buddy_schedules ADD COLUMN wall TEXT;
