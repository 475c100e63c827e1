-- Drills. They have tables of their own: nothing of a drill stands where the sender of warnings looks.
CREATE TABLE drills (
    id {ID},
    municipality TEXT NOT NULL,
    scenario TEXT NOT NULL,             -- name of the bundled one, or of the written one
    script TEXT NOT NULL,               -- JSON: what happens at which minute
    audience TEXT NOT NULL,             -- simulated, group
    group_name TEXT NOT NULL,           -- of a drill with people
    phones INTEGER NOT NULL,            -- simulated ones
    pace INTEGER NOT NULL,              -- seconds that a minute of the script lasts; 0: one thing right after the other
    host TEXT NOT NULL,                 -- who plays it: service, command
    state TEXT NOT NULL,                -- waiting, running, paused, done, stopped, rejected, expired
    reason TEXT NOT NULL DEFAULT '',
    submitted_by TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    started_at TEXT,                    -- moved on by the length of each pause
    paused_at TEXT,
    ended_at TEXT,
    next_moment INTEGER NOT NULL DEFAULT 0,
    closed_at TEXT                      -- answers are no longer taken, and who took part is forgotten
);
CREATE INDEX drills_open ON drills (id) WHERE closed_at IS NULL;

-- who agreed to drills: whole groups of a municipality, or single people
CREATE TABLE drill_groups (
    municipality TEXT NOT NULL,
    group_name TEXT NOT NULL,
    agreed_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (municipality, group_name)
);
CREATE TABLE drill_people (
    municipality TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    agreed_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (municipality, subscriber_id)
);

CREATE TABLE drill_texts (
    id {ID},
    drill_id INTEGER NOT NULL REFERENCES drills (id),
    moment INTEGER NOT NULL,            -- the last one is the question
    place TEXT NOT NULL,
    language TEXT NOT NULL,             -- of the reader
    voice TEXT NOT NULL,                -- in which it is written
    text TEXT NOT NULL,
    segments INTEGER NOT NULL,
    UNIQUE (drill_id, moment, place, language)
);

CREATE TABLE drill_messages (
    id {ID},
    drill_id INTEGER NOT NULL REFERENCES drills (id),
    moment INTEGER NOT NULL,
    text_id INTEGER NOT NULL REFERENCES drill_texts (id),
    subscriber_id INTEGER REFERENCES subscribers (id),  -- NULL: a simulated phone
    phone INTEGER,                      -- number of the simulated phone
    language TEXT NOT NULL,
    state TEXT NOT NULL,                -- queued, handing, accepted, sent, delivered, undelivered, failed, expired, withdrawn, uncertain
    reason TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    handed_at TEXT,
    provider_id TEXT,
    asks INTEGER NOT NULL,              -- 1: the question at the end
    answered INTEGER NOT NULL DEFAULT 0,    -- 1: the question was answered; what was said is only counted
    CHECK ((subscriber_id IS NULL) <> (phone IS NULL))
);
CREATE INDEX drill_messages_queued ON drill_messages (id) WHERE state = 'queued';
CREATE INDEX drill_messages_drill ON drill_messages (drill_id, moment);
CREATE UNIQUE INDEX drill_messages_person ON drill_messages (drill_id, moment, subscriber_id) WHERE subscriber_id IS NOT NULL;
CREATE UNIQUE INDEX drill_messages_phone ON drill_messages (drill_id, moment, phone) WHERE phone IS NOT NULL;
CREATE INDEX drill_messages_provider ON drill_messages (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX drill_messages_subscriber ON drill_messages (subscriber_id) WHERE subscriber_id IS NOT NULL;

CREATE TABLE drill_answers (
    drill_id INTEGER NOT NULL REFERENCES drills (id),
    language TEXT NOT NULL,
    digit TEXT NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (drill_id, language, digit)
);
-- what is left of drill_messages once a drill is closed
CREATE TABLE drill_totals (
    drill_id INTEGER NOT NULL REFERENCES drills (id),
    moment INTEGER NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (drill_id, moment, language, state)
);
