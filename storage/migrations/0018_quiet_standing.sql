-- written: when the member switched it on. lacks: what keeps it from working, as far as the member was told.
ALTER TABLE quiet_alerts ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quiet_alerts ADD COLUMN lacks TEXT NOT NULL DEFAULT '';
