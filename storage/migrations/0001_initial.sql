-- The first schema: telegrams, state, broadcasts, messages, subscribers, lessons, feeds, notices.
-- {ID} is the engine's integer primary key, {BYTES} its byte type. Times are UTC text of fixed width; codes are text.

-- feeds ----------------------------------------------------------------------------------------------
CREATE TABLE feeds (
    name TEXT NOT NULL PRIMARY KEY,              -- eqvol, extra, regular, other
    etag TEXT,
    last_modified TEXT,
    body_hash TEXT,
    last_poll_at TEXT,
    last_success_at TEXT,
    content_at TEXT,                    -- the newest time the content itself speaks of
    long_read_at TEXT,                  -- when the long form was last read
    failing_since TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    blind_since TEXT                    -- beyond the allowed silence; people in charge have been told
);

CREATE TABLE feed_entries (
    entry_id TEXT NOT NULL PRIMARY KEY,
    feed TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    updated TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    state TEXT NOT NULL,                -- wanted, fetched, gone, refused
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    error TEXT,
    digest TEXT
);
CREATE INDEX feed_entries_wanted ON feed_entries (next_at) WHERE state = 'wanted';

CREATE TABLE telegrams (
    id {ID},
    digest TEXT NOT NULL UNIQUE,        -- SHA-256 of the raw bytes
    type TEXT NOT NULL,                 -- VXSE53 …, '' where it could not be told
    entry_id TEXT,
    file_name TEXT NOT NULL,
    received_at TEXT NOT NULL,
    size INTEGER NOT NULL,
    body {BYTES} NOT NULL,              -- zlib
    state TEXT NOT NULL,                -- pending, read, nothing, ignored, quarantined
    reason TEXT NOT NULL DEFAULT '',
    read_at TEXT
);
CREATE INDEX telegrams_pending ON telegrams (id) WHERE state = 'pending';
CREATE INDEX telegrams_by_state ON telegrams (state, type);

CREATE TABLE notices (
    id {ID},
    kind TEXT NOT NULL,                 -- blind, silent, unknown_code, unreadable, no_area, provider, …
    subject TEXT NOT NULL,              -- what it is about, one open notice per kind and subject
    text TEXT NOT NULL,
    urgent INTEGER NOT NULL,            -- 1: the people in charge are told by SMS
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    told_at TEXT,
    resolved_at TEXT
);
CREATE UNIQUE INDEX notices_open ON notices (kind, subject) WHERE resolved_at IS NULL;

-- alerts ---------------------------------------------------------------------------------------------
CREATE TABLE reports (
    id {ID},
    digest TEXT NOT NULL,
    hazard TEXT NOT NULL,
    status TEXT NOT NULL,               -- Actual, Exercise, Test
    lineage TEXT NOT NULL,              -- which reports replace which
    event TEXT NOT NULL,                -- '' for state hazards; reports of one earthquake share it
    origin TEXT,                        -- when the earthquake was
    sent TEXT NOT NULL,                 -- Control/DateTime
    body TEXT NOT NULL,                 -- the report as JSON
    UNIQUE (digest, hazard)
);
CREATE INDEX reports_lineage ON reports (hazard, status, lineage, sent);
CREATE INDEX reports_event ON reports (hazard, status, event, sent);
CREATE INDEX reports_origin ON reports (hazard, status, origin);

CREATE TABLE in_force (
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,                -- '' for state hazards; the earthquake for earthquakes
    place TEXT NOT NULL,
    grade TEXT NOT NULL,                -- 'none' once lifted
    since TEXT NOT NULL,
    revision INTEGER NOT NULL,          -- the change that set it
    ends_at TEXT,
    digest TEXT NOT NULL,
    facts TEXT NOT NULL DEFAULT '{}',
    broadcast_id INTEGER,
    PRIMARY KEY (hazard, event, place)
);
CREATE INDEX in_force_place ON in_force (place) WHERE grade <> 'none';

CREATE TABLE alerts (
    id {ID},
    identifier TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    msg_type TEXT NOT NULL,
    status TEXT NOT NULL,
    sent TEXT NOT NULL,
    expires TEXT,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    places TEXT NOT NULL,               -- JSON: municipality -> grade
    decided_at TEXT NOT NULL
);

-- subscribers ----------------------------------------------------------------------------------------
CREATE TABLE subscribers (
    id {ID},
    number_hash TEXT NOT NULL UNIQUE,   -- keyed hash of the MSISDN
    number_sealed {BYTES} NOT NULL,
    role TEXT NOT NULL,                 -- resident, operator
    state TEXT NOT NULL,                -- active, stopped, unreachable
    carrier TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL
);

CREATE TABLE registrations (
    id {ID},
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    municipality TEXT NOT NULL,         -- who registered
    language TEXT NOT NULL,
    places TEXT NOT NULL,               -- comma separated, home first; subscriber_places is derived
    groups TEXT NOT NULL DEFAULT '',
    lessons INTEGER NOT NULL DEFAULT 1,
    min_level TEXT NOT NULL DEFAULT 'L3',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (subscriber_id, municipality)
);
CREATE INDEX registrations_municipality ON registrations (municipality);

CREATE TABLE subscriber_places (
    place TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    registration_id INTEGER NOT NULL REFERENCES registrations (id),
    PRIMARY KEY (place, subscriber_id, registration_id)
);
CREATE INDEX subscriber_places_subscriber ON subscriber_places (subscriber_id);

CREATE TABLE declarations (
    id {ID},
    municipality TEXT NOT NULL,
    declared_at TEXT NOT NULL,
    wording TEXT NOT NULL,              -- version of the wording that was declared
    file_digest TEXT NOT NULL,
    people INTEGER NOT NULL
);

CREATE TABLE newcomers (
    subscriber_id INTEGER PRIMARY KEY REFERENCES subscribers (id),
    since TEXT NOT NULL,
    welcome INTEGER NOT NULL DEFAULT 0  -- 1: also the welcome text
);

-- delivery -------------------------------------------------------------------------------------------
CREATE TABLE broadcasts (
    id {ID},
    origin TEXT NOT NULL,               -- alert, lesson, welcome, operator
    alert_id INTEGER REFERENCES alerts (id),
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    revision INTEGER NOT NULL,
    decision TEXT NOT NULL,             -- send, hold
    reason TEXT NOT NULL,
    state TEXT NOT NULL,                -- planning, sending, complete, withdrawn, held
    priority INTEGER NOT NULL,          -- smaller goes first
    snapshot TEXT NOT NULL,             -- JSON: everything needed to write every text again
    form TEXT NOT NULL DEFAULT '',      -- full, short, core: chosen when planning starts
    seen_at TEXT NOT NULL,              -- when the telegram was seen
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    cursor TEXT NOT NULL DEFAULT '',    -- how far planning has come
    planned INTEGER NOT NULL DEFAULT 0,
    planned_segments INTEGER NOT NULL DEFAULT 0,
    excluded TEXT NOT NULL DEFAULT '{}',-- JSON: reason -> people
    planned_at TEXT,
    first_handover_at TEXT,
    last_handover_at TEXT
);
CREATE INDEX broadcasts_open ON broadcasts (priority, id) WHERE state = 'planning';

CREATE TABLE texts (
    id {ID},
    text_key TEXT NOT NULL UNIQUE,      -- broadcast, kind, grade, place, language, form, catalogue version
    broadcast_id INTEGER NOT NULL REFERENCES broadcasts (id),
    language TEXT NOT NULL,
    form TEXT NOT NULL,
    text TEXT NOT NULL,
    encoding TEXT NOT NULL,
    units INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    catalogue TEXT NOT NULL
);

CREATE TABLE messages (
    id {ID},
    broadcast_id INTEGER NOT NULL REFERENCES broadcasts (id),
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    change_key TEXT NOT NULL,           -- one message per person and change
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    place TEXT NOT NULL,                -- the worst of the places it speaks of
    grade TEXT NOT NULL,                -- of that place; for lifted and cancelled the grade that had been told
    told TEXT NOT NULL DEFAULT '',      -- JSON place -> grade the person knows of afterwards, where it is not just the above
    kind TEXT NOT NULL,                 -- new, raised, lowered, lifted, corrected, cancelled, drill, lesson, welcome, operator
    revision INTEGER NOT NULL,          -- of the place's state the text speaks of
    language TEXT NOT NULL,
    text_id INTEGER NOT NULL REFERENCES texts (id),
    segments INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL,                -- queued, handing, accepted, sent, delivered, undelivered, failed, expired, withdrawn, uncertain
    reason TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    not_before TEXT,
    handed_at TEXT,
    settled_at TEXT,
    provider_id TEXT,
    UNIQUE (subscriber_id, change_key)
);
CREATE INDEX messages_queued ON messages (priority, id) WHERE state = 'queued';
CREATE INDEX messages_open ON messages (id) WHERE state IN ('handing', 'uncertain');
CREATE INDEX messages_told ON messages (subscriber_id, hazard, event, id);
CREATE INDEX messages_place ON messages (hazard, event, place, subscriber_id);
CREATE INDEX messages_broadcast ON messages (broadcast_id, state);
CREATE UNIQUE INDEX messages_provider ON messages (provider_id) WHERE provider_id IS NOT NULL;

-- further places of messages that speak of more than one
CREATE TABLE message_places (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    place TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL,
    PRIMARY KEY (message_id, place)
);
CREATE INDEX message_places_place ON message_places (hazard, event, place, subscriber_id);

CREATE TABLE attempts (
    id {ID},
    message_id INTEGER NOT NULL REFERENCES messages (id),
    number INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT,                       -- accepted, retryable, throttled, opted_out, bad_number, our_fault, unknown
    provider_id TEXT,
    error_code TEXT,
    UNIQUE (message_id, number)
);
CREATE INDEX attempts_open ON attempts (message_id) WHERE finished_at IS NULL;

CREATE TABLE receipts (
    id {ID},
    provider_id TEXT NOT NULL,
    message_id INTEGER,
    status TEXT NOT NULL,
    error_code TEXT,
    received_at TEXT NOT NULL,
    UNIQUE (provider_id, status)
);

-- campaigns ------------------------------------------------------------------------------------------
CREATE TABLE scheduled_lessons (
    id {ID},
    lesson TEXT NOT NULL,
    municipality TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,                -- waiting, held, sending, cancelled
    reason TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    broadcast_id INTEGER REFERENCES broadcasts (id)
);
CREATE INDEX scheduled_lessons_due ON scheduled_lessons (due_at) WHERE state IN ('waiting', 'held');

-- one row of counters for the whole register ----------------------------------------------------------
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
);
INSERT INTO counters (name, value) VALUES ('revision', 0);
