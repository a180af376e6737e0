-- What the clock looks for each second or hour is found without reading whole tables.

CREATE INDEX persons_paused ON persons (paused_until) WHERE paused_until IS NOT NULL;
CREATE INDEX memberships_left ON memberships (left_at) WHERE left_at IS NOT NULL;
CREATE INDEX consents_text ON consents (text_hash);
CREATE INDEX deliveries_settled ON deliveries (settled) WHERE settled IS NOT NULL;
CREATE INDEX deliveries_words ON deliveries (due) WHERE body IS NOT NULL;
CREATE INDEX company_requests_open ON company_requests (person) WHERE state = 'open';
CREATE INDEX company_asks_can ON company_asks (person) WHERE state = 'can';
