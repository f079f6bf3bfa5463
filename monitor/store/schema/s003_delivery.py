"""What is really sent: payloads fixed at the first attempt, messages in parts, several folded into one; and how each destination does."""

SQL = """
-- `excused`: attempts that failed because of the destination, and do not count against the message. `quiet_until`: late, so that its
-- reader's quiet hours held it back.
ALTER TABLE deliveries ADD COLUMN part INTEGER NOT NULL DEFAULT 1;
ALTER TABLE deliveries ADD COLUMN parts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE deliveries ADD COLUMN part_of INTEGER REFERENCES deliveries (id);
ALTER TABLE deliveries ADD COLUMN excused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN quiet_until TEXT;
ALTER TABLE deliveries ADD COLUMN folded_into INTEGER REFERENCES deliveries (id);
CREATE INDEX deliveries_sent ON deliveries (destination, sent_at) WHERE state = 'sent';
CREATE INDEX deliveries_parts ON deliveries (part_of) WHERE part_of IS NOT NULL;
CREATE TRIGGER deliveries_folded_is_final BEFORE UPDATE OF state, folded_into ON deliveries WHEN OLD.folded_into IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was folded into another message is told by that one'); END;

-- Of which trials a delivery tells: a digest tells of many.
CREATE TABLE delivery_trials (
    trial TEXT NOT NULL,
    delivery INTEGER NOT NULL REFERENCES deliveries (id),
    PRIMARY KEY (trial, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_trials_delivery ON delivery_trials (delivery);
INSERT INTO delivery_trials (trial, delivery)
    SELECT trial, id FROM deliveries WHERE trial <> ''
    UNION
    SELECT t.registry || ':' || t.number, d.id FROM deliveries AS d
    JOIN notification_events AS told ON told.notification = d.notification
    JOIN events AS e ON e.id = told.event JOIN trials AS t ON t.id = e.trial;

-- The bytes of each attempt. `n` is 1; 2 is the plainer form of what was refused. `sent_at`: of the first attempt.
CREATE TABLE payloads (
    delivery INTEGER NOT NULL REFERENCES deliveries (id),
    n INTEGER NOT NULL,
    sent_at TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('text', 'markdown', 'html', 'json')),
    text TEXT NOT NULL,
    headers TEXT NOT NULL,
    PRIMARY KEY (delivery, n)
) STRICT;
CREATE TRIGGER payloads_are_final BEFORE UPDATE ON payloads
BEGIN SELECT RAISE(ABORT, 'a payload is never rewritten'); END;
CREATE TRIGGER payloads_stay BEFORE DELETE ON payloads
BEGIN SELECT RAISE(ABORT, 'a payload is never removed'); END;

-- `openings` counts how often in a row the breaker opened; 0: it is closed. `told`: the other destinations know that this one is broken.
-- `back_from`: it failed from then on for long, works again, and what waited is still to be folded. While a storm lasts
-- (`storm_until`), alerts behind the delivery `storm_after` wait.
CREATE TABLE destinations (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL DEFAULT 0,
    openings INTEGER NOT NULL DEFAULT 0,
    failing_since TEXT,
    rests_until TEXT,
    why TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0,
    back_from TEXT,
    storm_until TEXT,
    storm_after INTEGER NOT NULL DEFAULT 0
) STRICT;
"""
