-- What people send us: understood, answered, and gone after 72 hours. No text is kept unless a municipality asks for it.
CREATE TABLE inbound (
    provider_id TEXT NOT NULL PRIMARY KEY,  -- each text once, however often the provider brings it
    number_hash TEXT NOT NULL,
    received_at TEXT NOT NULL,
    command TEXT NOT NULL,              -- stop, start, help, lang, area, digit, other
    answered INTEGER NOT NULL           -- 1: counts for the loop guard
);
CREATE INDEX inbound_number ON inbound (number_hash, received_at);
CREATE INDEX inbound_received ON inbound (received_at);

-- a name that several places bear was asked back: the next digit chooses
CREATE TABLE place_choices (
    subscriber_id INTEGER PRIMARY KEY REFERENCES subscribers (id),
    places TEXT NOT NULL,               -- comma separated, in the order of the digits
    asked_at TEXT NOT NULL
);

CREATE TABLE quiz_answers (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    digit TEXT NOT NULL,
    answered_at TEXT NOT NULL
);

-- municipalities that have switched on keeping other texts, sealed, for 72 hours
CREATE TABLE keeping (
    municipality TEXT NOT NULL PRIMARY KEY,
    since TEXT NOT NULL
);
CREATE TABLE kept_texts (
    id {ID},
    municipality TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    sealed {BYTES} NOT NULL,
    received_at TEXT NOT NULL
);

-- who is on duty for "safe / need help"
CREATE TABLE duty (
    municipality TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    number_sealed {BYTES} NOT NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (municipality, number_hash)
);
CREATE INDEX duty_number ON duty (number_hash);

CREATE TABLE triage (
    id {ID},
    municipality TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    place TEXT NOT NULL,
    says TEXT NOT NULL,                 -- safe, help
    said_at TEXT NOT NULL,
    told_at TEXT,                       -- when people on duty were told of the cry for help
    answer TEXT NOT NULL DEFAULT '',    -- the fixed phrase that they answered last
    answered_at TEXT,
    reveal_asked_by TEXT NOT NULL DEFAULT '',   -- the first of the two people who may see the number
    reveal_asked_at TEXT,
    UNIQUE (municipality, subscriber_id)
);
CREATE INDEX triage_untold ON triage (municipality) WHERE says = 'help' AND told_at IS NULL;
