-- Care: quiet hours of a community, questions it leaves out, and what waited for the morning and is told together.

-- quiet_chosen: the member said when it is quiet for them. Until then the hours of their community hold.
ALTER TABLE persons ADD COLUMN quiet_chosen INTEGER NOT NULL DEFAULT 0;
UPDATE persons SET quiet_chosen = 1 WHERE quiet_start <> '21:00' OR quiet_end <> '09:00';

-- tender: whether tender and delicate questions are asked. Empty: as the platform's rules suggest.
ALTER TABLE community_settings ADD COLUMN quiet_from TEXT;
ALTER TABLE community_settings ADD COLUMN quiet_until TEXT;
ALTER TABLE community_settings ADD COLUMN tender INTEGER;

CREATE TABLE prompts_off (
    community INTEGER NOT NULL REFERENCES communities ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    PRIMARY KEY (community, prompt)
) STRICT, WITHOUT ROWID;

-- held: quiet hours or the daily cap made it wait. together: the message that tells it along with others.
ALTER TABLE deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN together INTEGER REFERENCES deliveries ON DELETE SET NULL;
CREATE INDEX deliveries_together ON deliveries (together) WHERE together IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (person) WHERE state = 'pending' AND held = 1;
