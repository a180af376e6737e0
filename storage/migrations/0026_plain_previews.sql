-- Who wants messages that come by themselves to begin without their words, so that a lock screen tells nothing.

CREATE TABLE plain_previews (
    person INTEGER PRIMARY KEY REFERENCES persons ON DELETE CASCADE
) STRICT;
