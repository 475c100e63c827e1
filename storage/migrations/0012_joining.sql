-- People register themselves: a code by SMS proves the number, and what they agreed to is kept with its version.

-- 1: the person registered themself; the registration stands without any municipality's
ALTER TABLE registrations ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
-- 1: threshold and lessons were chosen by the person and go before those of municipalities
ALTER TABLE registrations ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0;
-- until when a person who asked for a pause gets nothing
ALTER TABLE subscribers ADD COLUMN paused_until TEXT;
CREATE INDEX subscribers_paused ON subscribers (paused_until) WHERE paused_until IS NOT NULL;

CREATE TABLE consents (
    id {ID},
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    wording TEXT NOT NULL,              -- version of what was agreed to
    language TEXT NOT NULL,             -- in which it was read
    way TEXT NOT NULL,                  -- page, sms
    invited_by TEXT NOT NULL,           -- municipality of the QR code, or ''
    agreed_at TEXT NOT NULL
);
CREATE INDEX consents_subscriber ON consents (subscriber_id);

-- Each code that somebody asked for. The code itself is nowhere: the key outside the database makes it of the salt.
CREATE TABLE asked_codes (
    id {ID},
    ticket_hash TEXT NOT NULL UNIQUE,   -- SHA-256 of what the page of the code holds
    salt TEXT NOT NULL,
    purpose TEXT NOT NULL,              -- join, me, nobody (a number that is not registered asked for its own page)
    number_hash TEXT NOT NULL,
    address_hash TEXT NOT NULL,         -- of the asker's network address, '' where there is none
    addressee INTEGER NOT NULL REFERENCES subscribers (id),
    answers TEXT NOT NULL,              -- JSON: what was chosen before the code
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    used_at TEXT
);
CREATE INDEX asked_codes_number ON asked_codes (number_hash, asked_at);
CREATE INDEX asked_codes_address ON asked_codes (address_hash, asked_at);
CREATE INDEX asked_codes_asked ON asked_codes (asked_at);

-- who has sent JOIN and has not said YES yet
CREATE TABLE joining (
    number_hash TEXT NOT NULL PRIMARY KEY,
    addressee INTEGER NOT NULL REFERENCES subscribers (id),
    language TEXT NOT NULL,
    places TEXT NOT NULL,               -- comma separated: none, several to choose from by digit, or the one chosen
    asked_at TEXT NOT NULL
);
CREATE INDEX joining_asked ON joining (asked_at);
