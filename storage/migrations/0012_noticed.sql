-- When a member is asked whether the list of their people still fits: once a month, only if they asked for that.
CREATE TABLE people_reviews (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    due INTEGER NOT NULL
) STRICT;

CREATE INDEX people_reviews_due ON people_reviews (due);
