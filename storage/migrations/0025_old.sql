-- What is old is found without reading what is not: the daily jobs, and the first look at a start, take a moment then.

CREATE INDEX deliveries_sending ON deliveries (due) WHERE state = 'sending';
CREATE INDEX checkins_asked ON checkins (asked);
CREATE INDEX contacts_at ON contacts (at);
CREATE INDEX prompts_seen_at ON prompts_seen (at);
