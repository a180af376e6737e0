-- A reminder that comes round again: the wall time in its zone and the rule are what counts, reminders.due is derived.
-- nominal: the local date of the next one. snoozed: when the last one comes once more.
CREATE TABLE repeating_reminders (
    reminder INTEGER PRIMARY KEY REFERENCES reminders ON DELETE CASCADE,
    rule TEXT NOT NULL,
    at TEXT NOT NULL,
    zone TEXT NOT NULL,
    nominal TEXT NOT NULL,
    snoozed INTEGER
) STRICT;

CREATE INDEX repeating_reminders_snoozed ON repeating_reminders (snoozed) WHERE snoozed IS NOT NULL;
