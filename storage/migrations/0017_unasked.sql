-- unasked: nobody scheduled it, asked for it or wrote it. One message a day, five in seven days, two in the first week.
ALTER TABLE deliveries ADD COLUMN unasked INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET unasked = 1 WHERE kind IN (
    'buddies.proposal', 'buddies.week', 'buddies.middle', 'buddies.who_else', 'circles.after', 'circles.support',
    'hello.offer', 'people.opening', 'welcome.named'
);
CREATE INDEX deliveries_unasked ON deliveries (person, first_try) WHERE unasked = 1;
