-- Delivery: what the pace and the inbox need to know, and intents for what platforms do not recognise when it is repeated.

-- opening: the first message to this person on this platform. told: when the person heard that it lies in their inbox.
ALTER TABLE deliveries ADD COLUMN opening INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN told INTEGER;

-- When the platform last refused to hand a message to this account. Empty once the member writes or presses something.
ALTER TABLE accounts ADD COLUMN closed INTEGER;

-- A row that is being sent is in no queue. Lanes: within a platform, communities take turns.
DROP INDEX deliveries_open;
CREATE INDEX deliveries_lanes ON deliveries (platform, opening, ifnull(community, 0), next_try) WHERE state = 'pending';
CREATE INDEX deliveries_waiting ON deliveries (platform, next_try) WHERE state = 'pending';
CREATE INDEX deliveries_inbox ON deliveries (person) WHERE state = 'inbox';

-- A private place that was asked for. Its row is older than the request, so that a crash in between opens no second one.
CREATE TABLE intents (
    key TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    tried INTEGER,
    channel TEXT,
    thread TEXT,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX intents_channel ON intents (channel);
